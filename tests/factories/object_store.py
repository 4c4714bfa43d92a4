"""Object storage on loopback: as much of S3 as puts, gets and deletes objects, and can go away and come back."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

CREDENTIALS: Final = {
    "AWS_ALLOW_HTTP": "true",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "eu-north-1",
}
"""What a client needs beside the address, as variables of the environment."""


class ObjectStore:
    """A server of one bucket; what it keeps outlasts its going away.

    Attributes:
        objects: Bytes by path.
        port: Where it listens, also after it came back.
    """

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.port = 0
        self._server: ThreadingHTTPServer | None = None
        self.start()

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that lead a client here."""
        return {"AWS_ENDPOINT": f"http://127.0.0.1:{self.port}", **CREDENTIALS}

    def start(self) -> None:
        """Listen, on the same port as before."""
        objects = self.objects

        class Handler(BaseHTTPRequestHandler):
            """Answers one request."""

            def do_PUT(self) -> None:
                objects[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
                self._answer(200, b"")

            def do_GET(self) -> None:
                found = objects.get(self.path)
                self._answer(404 if found is None else 200, found or b"")

            def do_DELETE(self) -> None:
                objects.pop(self.path, None)
                self._answer(204, b"")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name of the base class
                """Say nothing."""

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                headers = {"ETag": '"1"', "Last-Modified": "Sat, 21 Nov 2026 08:00:00 GMT"}
                for name, value in (headers | {"Content-Length": str(len(body))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Go away: connections are refused from now on."""
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()
