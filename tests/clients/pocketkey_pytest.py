"""A pytest plugin that lets python-fido2's own device suite meet the emulated phone.

It stands in for the person at the keyboard: who plugs the phone in and out, puts it on the reader
and takes it off, and touches it. And it holds the suite to its word: as many tests as it is known
to have, and no test skipped but for a reason that skips.toml explains.
"""

import re
import threading
import time
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import tcp_hid
from phone import POWER_CYCLE, Phone
from virtual_reader import NAME, PORT, VirtualReader, wait_for_card

# Of the release of python-fido2 that requirements.txt pins. Fewer would be tests that got lost.
SUITE_TESTS = 366

ENTERPRISE = "enterprise.example"

person = pytest.StashKey()
collected = pytest.StashKey()
skips = pytest.StashKey()


class Person:
    """Does with the phone what the suite asks a person for."""

    def __init__(self, over):
        self._over = over
        self._reader = VirtualReader() if over == "nfc" else None
        arguments = ["--attestation", "--enterprise-rp-id", ENTERPRISE]
        if over == "nfc":
            arguments += ["--nfc", f"127.0.0.1:{PORT}"]
        self._phone = Phone(*arguments)

    def begin(self):
        if self._reader:
            self._reader.__enter__()
        self._phone.start()
        if self._reader:
            wait_for_card()
        else:
            tcp_hid.plug_in(self._phone)

    def end(self):
        self._phone.__exit__()
        if self._reader:
            self._reader.__exit__()

    def remove(self, nfc=False):
        if nfc:
            # A phone that is not running is a card that is not on the reader.
            self._phone.stop()
            wait_for_card(present=False)
        else:
            tcp_hid.unplug(self._phone)
            self._phone.control(POWER_CYCLE)

    def insert(self, nfc=False):
        if nfc:
            self._phone.start()
            wait_for_card()
        else:
            tcp_hid.plug_in(self._phone)


class BriskEvent(threading.Event):
    """The suite polls at the pace of a person's hands, for ever; ours are faster, or gone."""

    def __init__(self):
        super().__init__()
        self._end = time.monotonic() + 60

    def wait(self, timeout=None):
        assert time.monotonic() < self._end, "the suite waits for what does not happen"
        return super().wait(timeout and min(timeout, 0.01))


def pytest_addoption(parser):
    parser.addoption("--pocketkey", choices=["tcp", "nfc"], required=True)


def pytest_configure(config):
    over = config.getoption("pocketkey")
    config.option.ep_rp_id = ENTERPRISE
    if over == "nfc":
        config.option.reader = NAME
    config.stash[person] = Person(over)


def pytest_sessionstart(session):
    session.config.stash[person].begin()


def pytest_plugin_registered(plugin, manager):
    if not hasattr(plugin, "DeviceManager"):
        return
    plugin.Event = BriskEvent
    config = manager.get_plugin("pytestconfig")
    printer = plugin.Printer
    printer.print = lambda _, *messages: None
    printer.remove = lambda _, nfc=False: config.stash[person].remove(nfc)
    printer.insert = lambda _, nfc=False: config.stash[person].insert(nfc)


def pytest_fixture_post_finalizer(fixturedef, request):
    # The suite leaves its connection to the card open, which the reader would outlive badly.
    if fixturedef.argname == "dev_manager" and fixturedef.cached_result:
        manager = fixturedef.cached_result[0]
        if manager and request.config.getoption("pocketkey") == "nfc":
            manager.device.close(release=True)


class Skips:
    """The reasons for which tests were skipped, against those that are explained."""

    def __init__(self, over):
        listed = tomllib.loads((Path(__file__).parent / "skips.toml").read_text())
        self._explained = [skip for skip in listed["skip"] if over in skip["over"]]
        self.seen = Counter()

    def see(self, report):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        self.seen[report.nodeid.partition("::")[0].rpartition("/")[2], reason] += 1

    def explain(self, module, reason):
        for skip in self._explained:
            fits = re.fullmatch(skip["reason"], reason)
            if fits and module in skip.get("modules", [module]):
                return skip["because"]
        return None

    def unexplained(self):
        return [seen for seen in self.seen if self.explain(*seen) is None]


def pytest_collection_modifyitems(config, items):
    config.stash[collected] = len(items)


def pytest_runtestloop(session):
    session.config.stash[skips] = Skips(session.config.getoption("pocketkey"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.skipped:
        item.config.stash[skips].see(report)
    return report


def pytest_sessionfinish(session):
    config = session.config
    config.stash[person].end()
    whole = not config.option.keyword and not any("::" in arg for arg in config.args)
    lost = whole and config.stash.get(collected, 0) != SUITE_TESTS
    if lost or (skips in config.stash and config.stash[skips].unexplained()):
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    count = config.stash.get(collected, 0)
    terminalreporter.section("skipped, and why")
    terminalreporter.line(f"{count} tests collected; the whole suite has {SUITE_TESTS}")
    if skips not in config.stash:
        return
    for (module, reason), times in sorted(config.stash[skips].seen.items()):
        because = config.stash[skips].explain(module, reason) or "NOT EXPLAINED in skips.toml"
        terminalreporter.line(f"{times:4} × {module}: {reason} ({because})")
