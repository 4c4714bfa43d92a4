"""OpenID Connect as a client: discovery, the authorization code flow with PKCE, and checks of identity tokens.

Signatures are checked by joserfc. What a token must say is checked here in full, for a provider is believed
about its own users only.
"""

import asyncio
import base64
import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

import orjson

from talentflux.core.errors import DependencyError, UnauthenticatedError
from talentflux.core.outbound import OutboundAnswer, OutboundClient

ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Signatures by a private key only: with a shared secret, whoever checks a token could also have made it."""
LEEWAY_SECONDS: Final = 60
MAX_AGE_SECONDS: Final = 600
"""How long ago a token may have been issued: it was asked for a moment ago."""
KEEP_SECONDS: Final = 300.0
REFETCH_SECONDS: Final = 5.0
"""Keys are fetched again for an unknown key id, and not more often than this."""
KEYS_LIMIT: Final = 256 * 1024
ANSWER_LIMIT: Final = 128 * 1024
_MOST_KEYS: Final = 100
_LONGEST: Final = 64 * 1024
_MOST_ISSUERS: Final = 500
_DISCOVERY: Final = "/.well-known/openid-configuration"


class ProviderError(DependencyError):
    """The identity provider did not answer as OpenID Connect says."""

    code = "identity_provider_failed"
    title = "The identity provider did not answer as it should"


class IdentityTokenError(UnauthenticatedError):
    """The identity provider's word does not hold."""

    code = "identity_token_invalid"
    title = "The identity provider's word does not hold"


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are at a provider.

    Attributes:
        issuer: The provider.
        client_id: Our name there.
        client_secret: Shared with it; None for a public client.
        redirect_uri: Where it sends the browser back.
    """

    issuer: str
    client_id: str
    client_secret: str | None
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    secret_in_form: bool
    names_itself: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a provider vouches for.

    Attributes:
        issuer: The provider.
        subject: The person's name there, which never changes.
        email: Address that the provider has verified.
        name: Full name; empty where it says none.
    """

    issuer: str
    subject: str
    email: str
    name: str


class OidcClient:
    """Talks to OpenID providers. What they say of themselves is kept for a few minutes.

    Args:
        outbound: Makes the requests.
    """

    def __init__(self, outbound: OutboundClient) -> None:
        self.outbound = outbound
        self._metadata: OrderedDict[str, tuple[float, Metadata]] = OrderedDict()
        self._keys: OrderedDict[str, tuple[float, list[dict[str, Any]]]] = OrderedDict()

    async def metadata(self, issuer: str) -> Metadata:
        """Return what a provider says of itself.

        Raises:
            OutboundRefusedError: It lies, or points, where this server does not go.
            OutboundFailedError: It did not answer.
            ProviderError: Its answer makes no sense, or it speaks for another issuer.
        """
        kept = self._metadata.get(issuer)
        if kept is not None and time.monotonic() - kept[0] < KEEP_SECONDS:
            return kept[1]
        answer = await self.outbound.get(issuer.rstrip("/") + _DISCOVERY, limit=ANSWER_LIMIT)
        found = self._read_metadata(issuer, _document(answer))
        _keep(self._metadata, issuer, found)
        return found

    async def authorization_url(self, client: Client, state: str, nonce: str, verifier: str) -> str:
        """Return where a browser is sent to log in.

        Args:
            client: Who we are there.
            state: Comes back with the browser.
            nonce: Comes back in the identity token.
            verifier: Of PKCE; only its hash is sent.

        Raises:
            TalentFluxError: As for `metadata`.
        """
        found = await self.metadata(client.issuer)
        query = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": client.redirect_uri,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": _unpadded(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        joined = "&" if urlsplit(found.authorization_endpoint).query else "?"
        return f"{found.authorization_endpoint}{joined}{urlencode(query)}"

    async def identify(self, client: Client, code: str, verifier: str, nonce: str, issuer: str | None) -> Identity:
        """Exchange a code and return whom the provider vouches for.

        Args:
            client: Who we are there.
            code: What the browser brought back.
            verifier: Of PKCE.
            nonce: What the log-in began with.
            issuer: Who the answer says it comes from (RFC 9207); None where it says nothing.

        Raises:
            IdentityTokenError: The provider refuses the code, or its token does not hold.
            TalentFluxError: As for `metadata`.
        """
        found = await self.metadata(client.issuer)
        if issuer is None and found.names_itself:
            raise IdentityTokenError("The answer does not say which identity provider it comes from.")
        if issuer not in {None, found.issuer}:
            raise IdentityTokenError("The answer comes from another identity provider.")
        token = await self._exchange(client, found, code, verifier)
        claims = await self._claims(found, token)
        return _identity(claims, client, nonce)

    async def _exchange(self, client: Client, found: Metadata, code: str, verifier: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        if client.client_secret is None or found.secret_in_form:
            form["client_id"] = client.client_id
            if client.client_secret is not None:
                form["client_secret"] = client.client_secret
        else:
            pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        answer = await self.outbound.post_form(found.token_endpoint, form, headers=headers, limit=ANSWER_LIMIT)
        if answer.status in {400, 401, 403}:
            raise IdentityTokenError("The identity provider refuses the log-in. Begin again.")
        token = _document(answer).get("id_token")
        if not isinstance(token, str) or len(token) > _LONGEST:
            raise ProviderError("The identity provider gave no identity token.")
        return token

    async def _claims(self, found: Metadata, token: str) -> dict[str, Any]:
        header = _header(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
            raise _refused("is signed in a way that is not accepted")
        if key_id is not None and not isinstance(key_id, str):
            raise _refused("names its key in no known way")
        usable = _usable(await self._key_set(found), algorithm, key_id)
        if not usable:
            usable = _usable(await self._key_set(found, fresh=True), algorithm, key_id)
        for key in usable:
            claims = await asyncio.to_thread(_verified, token, key, algorithm)
            if claims is not None:
                return claims
        raise _refused("is not signed by a key of its issuer")

    async def _key_set(self, found: Metadata, *, fresh: bool = False) -> list[dict[str, Any]]:
        kept = self._keys.get(found.jwks_uri)
        if kept is not None and time.monotonic() - kept[0] < (REFETCH_SECONDS if fresh else KEEP_SECONDS):
            return kept[1]
        keys = _document(await self.outbound.get(found.jwks_uri, limit=KEYS_LIMIT)).get("keys")
        if not isinstance(keys, list) or len(keys) > _MOST_KEYS:
            raise ProviderError("The identity provider's keys cannot be read.")
        plain = [key for key in keys if isinstance(key, dict)]
        _keep(self._keys, found.jwks_uri, plain)
        return plain

    def _read_metadata(self, issuer: str, document: dict[str, Any]) -> Metadata:
        if document.get("issuer") != issuer:
            raise ProviderError("What answers there is the identity provider of another issuer.")
        urls = {name: document.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        for url in urls.values():
            if not isinstance(url, str):
                raise ProviderError("The identity provider does not say where to log in.")
            self.outbound.policy.check_url(url)
        methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return Metadata(
            issuer,
            **{name: str(url) for name, url in urls.items()},
            secret_in_form="client_secret_basic" not in methods,
            names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        )


def _identity(claims: dict[str, Any], client: Client, nonce: str) -> Identity:
    """Check what a token says and return whom it means."""
    now = time.time()
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != client.issuer:
        raise _refused("comes from another issuer")
    if client.client_id not in audiences:
        raise _refused("is meant for another client")
    if claims.get("azp", client.client_id) != client.client_id or (len(audiences) > 1 and "azp" not in claims):
        raise _refused("was issued to another client")
    expires, issued, begins = (_moment(claims.get(name)) for name in ("exp", "iat", "nbf"))
    if expires is None or expires < now - LEEWAY_SECONDS:
        raise _refused("has expired")
    if issued is None or not now - MAX_AGE_SECONDS < issued < now + LEEWAY_SECONDS:
        raise _refused("was not issued just now")
    if begins is not None and begins > now + LEEWAY_SECONDS:
        raise _refused("is not valid yet")
    if claims.get("nonce") != nonce:
        raise _refused("belongs to another log-in")
    subject, email, name = claims.get("sub"), claims.get("email"), claims.get("name")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise _refused("names nobody")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        raise IdentityTokenError(
            "The identity provider does not vouch for your e-mail address.", code="identity_email_unverified"
        )
    return Identity(client.issuer, subject, email, name if isinstance(name, str) else "")


def _moment(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _header(token: str) -> dict[str, Any]:
    encoded = token.partition(".")[0]
    try:
        header = orjson.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except ValueError:
        raise _refused("cannot be read") from None
    if not isinstance(header, dict):
        raise _refused("cannot be read")
    return header


def _usable(keys: list[dict[str, Any]], algorithm: str, key_id: str | None) -> list[dict[str, Any]]:
    """Return the keys that may have signed a token: of its kind, for signing, with its key id if it names one."""
    kind = {"R": "RSA", "P": "RSA"}.get(algorithm[0], "OKP" if algorithm.startswith("Ed") else "EC")
    return [
        key
        for key in keys
        if key.get("kty") == kind
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (key_id is None or key.get("kid") == key_id)
    ]


def _verified(token: str, key: dict[str, Any], algorithm: str) -> dict[str, Any] | None:
    """Return what a token says if a key has signed it; None if not."""
    from joserfc import jwk, jws, jwt  # noqa: PLC0415 -- takes long to import
    from joserfc.errors import JoseError  # noqa: PLC0415 -- as above

    try:
        public = jwk.import_key({name: value for name, value in key.items() if name in _PUBLIC})
        return jwt.decode(token, public, registry=jws.JWSRegistry(algorithms=[algorithm])).claims
    except (JoseError, ValueError, TypeError, KeyError):
        return None


_PUBLIC: Final = frozenset({"kty", "n", "e", "crv", "x", "y"})


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _document(answer: OutboundAnswer) -> dict[str, Any]:
    if answer.status != 200:
        raise ProviderError(f"The identity provider answered with status {answer.status}.")
    try:
        document = orjson.loads(answer.body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise ProviderError("The identity provider's answer cannot be read.")
    return document


def _keep(kept: OrderedDict[str, Any], name: str, value: object) -> None:
    kept[name] = (time.monotonic(), value)
    kept.move_to_end(name)
    if len(kept) > _MOST_ISSUERS:
        kept.popitem(last=False)


def _refused(what: str) -> IdentityTokenError:
    return IdentityTokenError(f"The identity token {what}. Begin again.")
