"""The phones that the tests of every browser have."""

import contextlib
import time

import pytest
from hid_key import node
from page import meanwhile
from website import Website

from phone import FACTORY_STATE, Phone


@pytest.fixture(scope="module")
def verifying():
    """A phone that agrees and verifies its person by itself."""
    with Phone("--hid", verify="pass") as it:
        node(it)
        yield it


@pytest.fixture
def site(browser, verifying):
    """A site, with that phone as it left the factory."""
    verifying.control(FACTORY_STATE)
    return Website(browser, verifying)


@pytest.fixture
def unplugged(verifying):
    """That phone is not there: of two that agree by themselves, a browser may take either."""
    verifying.stop()
    yield
    verifying.start()


@pytest.fixture
def asking(browser, unplugged):
    """A site with a phone whose person answers where the test says so."""
    with Phone("--hid", approve="ask", verify="pass") as phone:
        node(phone)
        yield Website(browser, phone)


@contextlib.contextmanager
def plugged_in_late(phone):
    """The phone is plugged in a while after the block has begun."""
    phone.stop()

    def plug_in():
        time.sleep(3)
        phone.start()

    with meanwhile(plug_in):
        yield
