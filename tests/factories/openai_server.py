"""A server on loopback that speaks OpenAI's embeddings protocol and keeps what it was asked."""

import base64
import json
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Endpoint(ThreadingHTTPServer):
    """Speaks OpenAI's embeddings protocol on loopback; the vector of a text tells its length and first character."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.failures: list[int] = []
        self.answer: Any = None
        self.base64 = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Endpoint
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(asked)
        self.server.keys.append(self.headers["Authorization"])
        if self.server.failures:
            return self.send(self.server.failures.pop(0), {"error": {"message": "no", "type": "t", "code": "c"}})
        return self.send(200, self.server.answer or self.embeddings(asked))

    def embeddings(self, asked: dict[str, Any]) -> dict[str, Any]:
        data = []
        for index, text in enumerate(asked["input"]):
            vector = [0.0] * asked.get("dimensions", 8)
            vector[:2] = [float(len(text)), float(ord(text[0]))]
            packed = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
            encoded = packed if self.server.base64 and asked.get("encoding_format") == "base64" else vector
            data.append({"object": "embedding", "index": index, "embedding": encoded})
        # OpenAI does not promise the order
        return {
            "object": "list",
            "data": data[::-1],
            "model": asked["model"],
            "usage": {"prompt_tokens": 1, "total_tokens": 1},
        }

    def send(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""


@contextmanager
def serving() -> Iterator[Endpoint]:
    """Serve on a thread of its own until the block ends."""
    with Endpoint() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
