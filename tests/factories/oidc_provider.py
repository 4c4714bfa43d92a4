"""OpenID providers on loopback: a real one in a process of its own, and one that misbehaves when told."""

import base64
import hashlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "talentflux"
CLIENT_SECRET = "secret of the client"
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "second", "use": "sig", "alg": "RS256"})
SUBJECT = "subject-4711"


@dataclass
class Provider:
    """An honest provider, until one of its parts is changed.

    Attributes:
        port: Where it listens.
        person: Claims about whoever logs in.
        claims: Changes of the token's claims; None takes one out.
        sign: Makes the token of its claims.
        metadata: Changes of the discovery document; None takes an entry out.
        answers: Takes the place of a whole answer, by path: status, headers, body.
        keys: What it publishes.
        delay: Seconds before it answers.
        named: What the redirect says it comes from; None leaves it out.
        asked: Paths that were asked for.
    """

    port: int = 0
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    keys: list[RSAKey] = field(default_factory=lambda: [KEY])
    delay: float = 0.0
    named: str | None = None
    asked: list[str] = field(default_factory=list)
    waiting: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def discovery(self) -> dict[str, Any]:
        own = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        }
        return {name: value for name, value in (own | self.metadata).items() if value is not None}

    def authorize(self, query: dict[str, str]) -> str:
        """Return where the browser is sent back to."""
        code = f"code-{len(self.waiting)}"
        self.waiting[code] = query
        back = {"code": code, "state": query["state"]} | ({"iss": self.named} if self.named else {})
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def token(self, form: dict[str, str], authorization: str | None) -> tuple[int, dict[str, Any]]:
        """Exchange a code, once, for the client that it was given to, with its secret and verifier."""
        begun = self.waiting.pop(form["code"], None)
        pair = f"{CLIENT_ID}:{quote_plus(CLIENT_SECRET)}"
        expected = f"Basic {base64.b64encode(pair.encode()).decode()}"
        shown = authorization == expected or form.get("client_secret") == CLIENT_SECRET
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if begun is None or not shown or begun["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": SUBJECT, "exp": now + 300, "iat": now,
            "nonce": begun["nonce"], "email_verified": True, **self.person, **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = self.sign(claims) if self.sign else jwt.encode({"alg": "RS256", "kid": KEY.kid}, claims, KEY)
        return 200, {"access_token": "unused", "token_type": "Bearer", "id_token": signed}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if not self._prepared(parts.path):
            return
        if parts.path == "/authorize":
            self._answer(302, {"Location": self.provider.authorize(query)}, b"")
        elif parts.path == "/jwks":
            self._json(200, {"keys": [key.as_dict(private=False) for key in self.provider.keys]})
        else:
            self._json(200, self.provider.discovery())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self._prepared(self.path):
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._json(*self.provider.token(form, self.headers["Authorization"]))

    def _prepared(self, path: str) -> bool:
        self.provider.asked.append(path)
        time.sleep(self.provider.delay)
        if path not in self.provider.answers:
            return True
        self._answer(*self.provider.answers[path])
        return False

    def _json(self, status: int, document: object) -> None:
        self._answer(status, {"Content-Type": "application/json"}, json.dumps(document).encode())

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # the client has had enough

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def hostile_provider() -> Iterator[Provider]:
    """Run a provider that can be made to misbehave."""
    provider = Provider()

    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": provider}))
    provider.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def real_provider(people: list[dict[str, Any]]) -> Iterator[str]:
    """Run oidc-provider-mock, an OpenID provider of its own, and give its issuer.

    Args:
        people: Claims of those who can log in; `sub` names them.
    """
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    for person in people:
        command += ["--user-claims", json.dumps(person)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            issuer = f"http://127.0.0.1:{port}"
            _wait(issuer)
            yield issuer
        finally:
            process.terminate()


def _wait(issuer: str) -> None:
    for _ in range(200):
        try:
            httpx.get(f"{issuer}/.well-known/openid-configuration", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the provider did not start")
