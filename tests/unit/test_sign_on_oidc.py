"""What an identity provider says and signs: refusals first."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from talentflux.core.errors import TalentFluxError
from talentflux.core.outbound import OutboundClient, OutboundPolicy, OutboundRefusedError
from talentflux.core.security import oidc
from talentflux.core.security.oidc import Client, Identity, IdentityTokenError, OidcClient, ProviderError
from tests.factories.oidc_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    KEY,
    OTHER_KEY,
    SUBJECT,
    Provider,
    hostile_provider,
)

EMAIL = "mara@northwind.example"
CALLBACK = "https://hire.example.com/callback"
NOW = int(time.time())
WITHOUT_ALGORITHM = RSAKey.import_key({name: part for name, part in KEY.as_dict(private=True).items() if name != "alg"})


@pytest.fixture
def provider() -> Iterator[Provider]:
    with hostile_provider() as running:
        running.person = {"email": EMAIL, "name": "Mara Lindqvist"}
        yield running


@pytest.fixture
def client() -> OidcClient:
    return OidcClient(OutboundClient(OutboundPolicy(["127.0.0.1"], allow_plain=True)))


def registered(provider: Provider, secret: str | None = CLIENT_SECRET) -> Client:
    return Client(provider.issuer, CLIENT_ID, secret, CALLBACK)


async def begun(client: OidcClient, provider: Provider) -> str:
    return await client.authorization_url(registered(provider), "state", "nonce", "verifier")


async def identify(client: OidcClient, provider: Provider, secret: str | None = CLIENT_SECRET) -> Identity:
    """Go the whole way."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(await begun(client, provider))
    back = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    return await client.identify(registered(provider, secret), back["code"], "verifier", "nonce", back.get("iss"))


# Discovery


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://accounts.example.com"},
        {"issuer": None},
        {"issuer": ["x"]},
        {"token_endpoint": None},
        {"jwks_uri": 7},
    ],
)
async def test_refuses_a_discovery_document_of_another_issuer_or_without_its_parts(
    client: OidcClient, provider: Provider, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata
    with pytest.raises(ProviderError):
        await begun(client, provider)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("url", ["", "http://169.254.169.254/", "https://10.0.0.1/", "file:///x", "http://a.example"])
async def test_refuses_endpoints_that_lie_inside(client: OidcClient, provider: Provider, name: str, url: str) -> None:
    provider.metadata = {name: url}
    with pytest.raises(OutboundRefusedError):
        await begun(client, provider)


BROKEN: list[tuple[int, dict[str, str], bytes]] = [
    (302, {"Location": "http://169.254.169.254/"}, b""),
    (500, {}, b"{}"),
    (404, {}, b""),
    (200, {}, b"[]"),
    (200, {}, b"{"),
    (200, {}, b"x" * 300_000),
    (200, {"Content-Encoding": "gzip"}, b"x"),
]


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks"])
@pytest.mark.parametrize("answer", BROKEN)
async def test_refuses_answers_that_cannot_be_read(
    client: OidcClient, provider: Provider, path: str, answer: tuple[int, dict[str, str], bytes]
) -> None:
    provider.answers[path] = answer
    with pytest.raises(TalentFluxError) as refused:
        await identify(client, provider)
    assert refused.value.code in {"identity_provider_failed", "no_answer"}
    assert not [asked for asked in provider.asked if "169.254" in asked]


async def test_keeps_the_query_of_an_authorization_endpoint(client: OidcClient, provider: Provider) -> None:
    provider.metadata = {"authorization_endpoint": f"{provider.issuer}/authorize?tenant=7"}
    assert "/authorize?tenant=7&response_type=code" in await begun(client, provider)


# Who answers


async def test_refuses_an_answer_from_another_issuer(client: OidcClient, provider: Provider) -> None:
    provider.named = "https://other.example"
    with pytest.raises(IdentityTokenError, match="another identity provider"):
        await identify(client, provider)
    provider.named = provider.issuer
    assert (await identify(client, provider)).subject == SUBJECT


async def test_refuses_an_answer_that_names_nobody_where_the_provider_says_it_does(
    client: OidcClient, provider: Provider
) -> None:
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    with pytest.raises(IdentityTokenError, match="does not say"):
        await identify(client, provider)


# What a token says

BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "no issuer": {"iss": None},
    "another issuer": {"iss": "https://accounts.example.com"},
    "no audience": {"aud": None},
    "another audience": {"aud": "another-client"},
    "an audience that is an object": {"aud": {CLIENT_ID: 1}},
    "several audiences without ours": {"aud": ["a", "b"], "azp": CLIENT_ID},
    "several audiences without a party": {"aud": [CLIENT_ID, "b"]},
    "another party": {"azp": "another-client"},
    "another party among several": {"aud": [CLIENT_ID, "b"], "azp": "b"},
    "no end": {"exp": None},
    "over": {"exp": NOW - 3600},
    "an end that is no number": {"exp": "tomorrow"},
    "an end that is a truth": {"exp": True},
    "no time": {"iat": None},
    "old": {"iat": NOW - 7200},
    "from the future": {"iat": NOW + 7200},
    "not yet": {"nbf": NOW + 7200},
    "no nonce": {"nonce": None},
    "another nonce": {"nonce": "of another log-in"},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a long subject": {"sub": "x" * 256},
    "a number for a subject": {"sub": 7},
}


@pytest.mark.parametrize("claims", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
async def test_refuses_a_token_that_says_the_wrong_thing(
    client: OidcClient, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    with pytest.raises(IdentityTokenError) as refused:
        await identify(client, provider)
    assert refused.value.code == "identity_token_invalid"


@pytest.mark.parametrize(
    "claims",
    [{"email": None}, {"email": 7}, {"email_verified": None}, {"email_verified": False}, {"email_verified": "true"}],
)
async def test_refuses_an_address_that_the_provider_does_not_vouch_for(
    client: OidcClient, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    with pytest.raises(IdentityTokenError) as refused:
        await identify(client, provider)
    assert refused.value.code == "identity_email_unverified"


# Who signed it


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def unsigned(claims: dict[str, Any], algorithm: str = "none") -> str:
    return f"{encoded({'alg': algorithm, 'kid': 'first'})}.{encoded(claims)}."


def with_public_key(claims: dict[str, Any]) -> str:
    """Return a token whose shared secret is what everybody can read."""
    signed = f"{encoded({'alg': 'HS256', 'kid': 'first'})}.{encoded(claims)}"
    signature = hmac.digest(KEY.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def by(key: Key, algorithm: str = "RS256", **header: Any) -> Any:
    return lambda claims: jwt.encode({"alg": algorithm, **header}, claims, key, [algorithm])


def headed(header: object) -> Any:
    return lambda claims: f"{encoded(header)}.{encoded(claims)}.eA"


def altered(claims: dict[str, Any]) -> str:
    head, _, signature = jwt.encode({"alg": "RS256", "kid": "first"}, claims, KEY).split(".")
    return f"{head}.{encoded(claims | {'sub': 'somebody else'})}.{signature}"


BAD_TOKENS: dict[str, Any] = {
    "alg none": unsigned,
    "alg None": lambda claims: unsigned(claims, "None"),
    "signature left out": lambda claims: unsigned(claims, "RS256"),
    "HS256 with the public key": with_public_key,
    "HS256 with the client secret": by(OctKey.import_key(CLIENT_SECRET.encode()), "HS256", kid="first"),
    "another key under the same id": by(OTHER_KEY, kid="first"),
    "an unknown key": by(OTHER_KEY, kid="second"),
    "another algorithm than the key's": by(WITHOUT_ALGORITHM, "PS256", kid="first"),
    "a key id that is no text": headed({"alg": "RS256", "kid": 7}),
    "an algorithm that is no text": headed({"alg": ["RS256"], "kid": "first"}),
    "a header that is no object": headed([1]),
    "a critical extension": headed({"alg": "RS256", "kid": "first", "crit": ["x"], "x": 1}),
    "claims altered": altered,
    "garbage": lambda _: "garbage",
}


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("sign", BAD_TOKENS.values(), ids=BAD_TOKENS)
async def test_refuses_a_token_that_its_issuer_has_not_signed(
    client: OidcClient, provider: Provider, sign: Any
) -> None:
    provider.sign = sign
    with pytest.raises(IdentityTokenError) as refused:
        await identify(client, provider)
    assert refused.value.code == "identity_token_invalid"


@pytest.mark.parametrize("token", [None, 7, "x" * 70_000])
async def test_refuses_what_is_no_token(client: OidcClient, provider: Provider, token: object) -> None:
    provider.answers["/token"] = (200, {}, json.dumps({"id_token": token}).encode())
    with pytest.raises(ProviderError):
        await identify(client, provider)


@pytest.mark.parametrize("keys", [None, 7, [{}] * 101])
async def test_refuses_key_sets_of_another_form(client: OidcClient, provider: Provider, keys: object) -> None:
    provider.answers["/jwks"] = (200, {}, json.dumps({"keys": keys}).encode())
    with pytest.raises(ProviderError):
        await identify(client, provider)


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "RSA", "kid": "first", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "kid": "first"},
        {"kty": "oct", "k": "eA"},
        {**KEY.as_dict(private=False), "use": "enc"},
        {**KEY.as_dict(private=False), "alg": "RS512"},
    ],
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_refuses_keys_that_are_not_for_this(client: OidcClient, provider: Provider, key: dict[str, Any]) -> None:
    provider.answers["/jwks"] = (200, {}, json.dumps({"keys": ["x", key]}).encode())
    with pytest.raises(IdentityTokenError):
        await identify(client, provider)


async def test_keys_are_fetched_again_for_an_unknown_one_and_not_too_often(
    client: OidcClient, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await identify(client, provider)
    await identify(client, provider)
    assert provider.asked.count("/jwks") == 1
    provider.keys, provider.sign = [KEY, OTHER_KEY], by(OTHER_KEY, kid="second")
    with pytest.raises(IdentityTokenError):
        await identify(client, provider)
    assert provider.asked.count("/jwks") == 1
    monkeypatch.setattr(oidc, "REFETCH_SECONDS", 0.0)
    assert (await identify(client, provider)).subject == SUBJECT
    assert provider.asked.count("/jwks") == 2
    assert provider.asked.count("/.well-known/openid-configuration") == 1


# What is taken


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("ES256", ECKey.generate_key("P-256")),
        ("EdDSA", OKPKey.generate_key("Ed25519")),
        ("PS256", WITHOUT_ALGORITHM),
    ],
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_takes_other_signatures_by_private_keys(
    client: OidcClient, provider: Provider, algorithm: str, key: Key
) -> None:
    public = {name: value for name, value in key.as_dict(private=False).items() if name not in {"use", "kid"}}
    provider.answers["/jwks"] = (200, {}, json.dumps({"keys": [public]}).encode())
    provider.sign = by(key, algorithm)
    assert await identify(client, provider) == Identity(provider.issuer, SUBJECT, EMAIL, "Mara Lindqvist")


@pytest.mark.parametrize("claims", [{"aud": [CLIENT_ID]}, {"aud": [CLIENT_ID, "b"], "azp": CLIENT_ID}, {"name": 7}])
async def test_takes_other_forms_of_the_same(client: OidcClient, provider: Provider, claims: dict[str, Any]) -> None:
    provider.claims = claims
    assert (await identify(client, provider)).email == EMAIL


@pytest.mark.parametrize("methods", [None, [], ["client_secret_post"], ["client_secret_basic", "client_secret_post"]])
async def test_shows_its_secret_as_the_provider_wants(
    client: OidcClient, provider: Provider, methods: list[str] | None
) -> None:
    provider.metadata = {"token_endpoint_auth_methods_supported": methods}
    assert (await identify(client, provider)).subject == SUBJECT


async def test_a_public_client_shows_no_secret(client: OidcClient, provider: Provider) -> None:
    with pytest.raises(IdentityTokenError, match="refuses the log-in"):  # this provider asks for one
        await identify(client, provider, secret=None)


async def test_forgets_providers_when_there_are_many(
    client: OidcClient, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "_MOST_ISSUERS", 0)
    assert (await identify(client, provider)).subject == SUBJECT
    assert not client._metadata
    assert not client._keys
