"""What tests of single sign-on share: a provider, an organization that trusts it, and the way there and back."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.core.config import Settings
from talentflux.core.permissions import Role
from talentflux.dependencies import Resources
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.factories.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, hostile_provider
from tests.factories.people import Person, add_person

BEGIN = "/api/v1/auth/sign-on"
CALLBACK = f"{BEGIN}/callback"
EMAIL = "mara@northwind.example"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The operator allows providers on this machine."""
    return settings.model_copy(update={"outbound_allowed": "127.0.0.1"})


@pytest.fixture
def provider() -> Iterator[Provider]:
    with hostile_provider() as running:
        running.person = {"email": EMAIL, "name": "Mara Lindqvist"}
        yield running


@pytest_asyncio.fixture
async def member(app: FastAPI) -> Person:
    """A recruiter with an address in the domain of the provider."""
    resources: Resources = app.state.resources
    return await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.RECRUITER, email=EMAIL)


@pytest_asyncio.fixture
async def configured(client: httpx.AsyncClient, provider: Provider, admin_connection) -> AsyncIterator[str]:
    """The id of the provider as the organization has set it up, with its domain verified."""
    yield await set_up(client, admin_connection, provider.issuer)


async def set_up(client: httpx.AsyncClient, admin: psycopg.Connection, issuer: str, **given: Any) -> str:
    body = {
        "name": "Northwind", "issuer": issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
        "domains": ["northwind.example"], **given,
    }  # fmt: skip
    made = await client.post("/api/v1/identity-providers", json=body)
    assert made.status_code == 201, made.text
    admin.execute("update identity_provider set verified_domains = domains where id = %s", [made.json()["id"]])
    return str(made.json()["id"])


async def begin(client: httpx.AsyncClient, **given: str) -> httpx.Response:
    return await client.post(BEGIN, json={"organization": "local", "session": "token", **given})


async def returned(begun: httpx.Response, sub: str | None = None) -> dict[str, str]:
    """Let the browser log in at its provider; return what it brings back."""
    assert begun.status_code == 200, begun.text
    url = begun.json()["authorization_url"]
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await (browser.get(url) if sub is None else browser.post(url, data={"sub": sub}))
    assert answer.status_code == 302, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def sign_on(client: httpx.AsyncClient, **given: str) -> httpx.Response:
    """Go the whole way."""
    return await client.get(CALLBACK, params=await returned(await begin(client, **given)))


def state_of(begun: httpx.Response) -> str:
    return parse_qs(urlsplit(begun.json()["authorization_url"]).query)["state"][0]
