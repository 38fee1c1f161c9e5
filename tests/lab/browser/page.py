"""What the browsers of the lab share: a page that they are at, and what it does with credentials."""

import contextlib
import http.server
import json
import threading
import time

# How long anything may take, and before that a page waits for its key, in seconds: far more than they do
# take, for a browser in an emulated machine beside others takes its time.
LIMIT = 600
PATIENCE = 500


class Handler(http.server.BaseHTTPRequestHandler):
    """An empty page: what it does is told through the browser's remote control."""

    def do_GET(self):
        body = b"<!doctype html><title>lab</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Refused(Exception):
    """The page's promise was rejected; the text begins with the DOMException's name."""


class Browser:
    """A browser at a page of http://localhost, which is a secure context. A context manager."""

    def __enter__(self):
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.origin = f"http://localhost:{self._server.server_port}"
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        self._server.shutdown()

    def start(self):
        """Starts the browser, which opens the page."""
        raise NotImplementedError

    def stop(self):
        """Ends the browser, however far it came."""
        raise NotImplementedError

    def evaluate(self, expression, timeout=LIMIT):
        """The value of an expression in the page, or of the promise that it is. Raises `Refused`."""
        raise NotImplementedError

    def create(self, options, patience=PATIENCE, timeout=LIMIT):
        """`navigator.credentials.create`, given up by the page after its patience, in seconds."""
        return self._credentials("create", "parseCreationOptionsFromJSON", options, patience, timeout)

    def get(self, options, patience=PATIENCE, timeout=LIMIT):
        """`navigator.credentials.get`, likewise."""
        return self._credentials("get", "parseRequestOptionsFromJSON", options, patience, timeout)

    def _credentials(self, method, parse, options, patience, timeout):
        return self.evaluate(
            f"""(async () => {{
                const given = new AbortController();
                const timer = setTimeout(() => given.abort(), {int(patience * 1000)});
                try {{
                    const publicKey = PublicKeyCredential.{parse}({json.dumps(options)});
                    const made = await navigator.credentials.{method}({{publicKey, signal: given.signal}});
                    return made.toJSON();
                }} catch (error) {{
                    throw new Error(error.name + ': ' + error.message);
                }} finally {{
                    clearTimeout(timer);
                }}
            }})()""",
            timeout,
        )


@contextlib.contextmanager
def meanwhile(action):
    """Does something while the browser is busy with what is in the block. What it raises is raised."""
    raised = []

    def run():
        try:
            action()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        if raised:
            raise raised[0]


@contextlib.contextmanager
def answering(phone, answer):
    """Answers what the phone asks during the block, as a function of the question says."""
    seen, ended = len(phone.events), False

    def run():
        nonlocal seen
        while not ended:
            for event in phone.events[seen:]:
                seen += 1
                if event["event"] == "asked":
                    phone.answer(answer(event))
            time.sleep(0.05)

    with meanwhile(run):
        try:
            yield
        finally:
            ended = True
