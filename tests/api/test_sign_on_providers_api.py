"""The identity providers of an organization: refusals first."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.core import dns
from talentflux.core.config import Settings
from talentflux.core.errors import ConfigurationError
from talentflux.core.permissions import Role
from talentflux.dependencies import Resources
from talentflux.services import identity_providers
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.name_server import name_server
from tests.factories.people import add_organization, add_person

PATH = "/api/v1/identity-providers"
GIVEN: dict[str, Any] = {
    "name": "Northwind",
    "issuer": "https://login.northwind.example",
    "client_id": "talentflux",
    "client_secret": "never shown again",
    "domains": ["northwind.example"],
}
Records = dict[str, str]


@pytest.fixture
def records() -> Records:
    """The text records that the name server knows."""
    return {}


@pytest_asyncio.fixture
async def settings(settings: Settings, records: Records) -> AsyncIterator[Settings]:
    async with name_server(records) as server:
        yield settings.model_copy(update={"dns_server": server})


@pytest_asyncio.fixture
async def made(client: httpx.AsyncClient) -> httpx.Response:
    """A provider that was set up."""
    answer = await client.post(PATH, json=GIVEN)
    assert answer.status_code == 201, answer.text
    return answer


async def change(client: httpx.AsyncClient, made: httpx.Response, given: dict[str, Any]) -> httpx.Response:
    path = f"{PATH}/{made.json()['id']}"
    tag = (await client.get(path)).headers["etag"]
    return await client.patch(path, json=given, headers={"If-Match": tag})


@pytest.mark.parametrize(
    "given",
    [
        {"issuer": "http://login.northwind.example"},
        {"issuer": "https://127.0.0.1:8443"},
        {"issuer": "https://169.254.169.254"},
        {"issuer": "https://[::ffff:10.0.0.1]"},
        {"issuer": "https://user:secret@northwind.example"},
    ],
)
async def test_refuses_issuers_that_lie_inside(client: httpx.AsyncClient, made, given: dict[str, str]) -> None:
    assert_problem(await client.post(PATH, json=GIVEN | given), 422, "address_refused", "body.issuer")
    assert_problem(await change(client, made, given), 422, "address_refused", "body.issuer")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", "ftp://x"), ("issuer", "https://x?y=1"), ("issuer", ""), ("name", ""), ("name", "a\x00b"),
        ("client_id", "with space"), ("client_id", ""), ("client_secret", ""), ("domains", []), ("domains", ["x"]),
        ("domains", ["*.example"]), ("domains", ["a@b.example"]), ("domains", ["-a.example"]), ("domains", "a.example"),
        ("domains", [f"a{number}.example" for number in range(21)]), ("default_role", "owner"),
        ("default_role", "admin"), ("default_role", "x"), ("enforced", None), ("organization_id", UNKNOWN),
        ("verified_domains", ["a.example"]), ("trusted_for_owners", True),
    ],
)  # fmt: skip
async def test_refuses_input_that_makes_no_sense(client: httpx.AsyncClient, made, field: str, value: object) -> None:
    refused = await client.post(PATH, json=GIVEN | {"issuer": "https://b.example"} | {field: value})
    assert_problem(refused, 422, "invalid_input")
    assert_problem(await change(client, made, {field: value}), 422, "invalid_input")


async def test_refuses_an_issuer_twice(client: httpx.AsyncClient, made: httpx.Response) -> None:
    assert_problem(await client.post(PATH, json=GIVEN), 409, "conflict", "body.issuer")
    other = await client.post(PATH, json=GIVEN | {"issuer": "https://b.example"})
    assert_problem(await change(client, other, {"issuer": GIVEN["issuer"]}), 409, "conflict", "body.issuer")
    assert (await change(client, made, {"issuer": GIVEN["issuer"]})).status_code == 200


async def test_refuses_too_many(client: httpx.AsyncClient, made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity_providers, "MOST", 1)
    assert_problem(await client.post(PATH, json=GIVEN | {"issuer": "https://b.example"}), 409, "too_many")


async def test_refuses_changes_without_a_version_or_of_an_old_one(client: httpx.AsyncClient, made) -> None:
    path = f"{PATH}/{made.json()['id']}"
    assert_problem(await client.patch(path, json={"name": "x"}), 428, "precondition_required")
    await change(client, made, {"name": "Northwind 2"})
    stale = {"If-Match": made.headers["etag"]}
    assert_problem(await client.patch(path, json={"name": "x"}, headers=stale), 412, "precondition_failed")
    assert_problem(await client.delete(path, headers=stale), 412, "precondition_failed")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", ""), ("PATCH", "/x"), ("DELETE", "/x"), ("POST", "/x/verify-domains")]
)
async def test_refuses_changes_without_a_recent_proof(app: FastAPI, client, made, method: str, path: str) -> None:
    resources: Resources = app.state.resources
    person = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.ADMIN, proven=False)
    url = PATH + path.replace("x", made.json()["id"])
    json = GIVEN if method in ("POST", "PATCH") and "verify" not in path else None
    answer = await client.request(method, url, json=json, headers=person.headers | {"If-Match": "*"})
    assert_problem(answer, 403, "step_up_required")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_hides_providers_of_others_and_deleted_ones(app: FastAPI, client, made, method: str) -> None:
    resources: Resources = app.state.resources
    other = await add_person(
        resources.database, resources.tokens, await add_organization(resources.database), Role.OWNER
    )
    path = f"{PATH}/{made.json()['id']}"
    json = {"name": "x"} if method == "PATCH" else None
    answer = await client.request(method, path, json=json, headers=other.headers | {"If-Match": "*"})
    assert_problem(answer, 404, "not_found")
    assert (await client.delete(path)).status_code == 204
    assert_problem(await client.request(method, path, json=json, headers={"If-Match": "*"}), 404, "not_found")
    assert (await client.get(PATH)).json() == {"items": []}


async def test_never_shows_the_client_secret(client, made, admin_connection: psycopg.Connection) -> None:
    listed = await client.get(PATH)
    assert listed.json()["items"] == [made.json()]
    assert made.json()["has_client_secret"] is True
    assert "never shown again" not in made.text + listed.text
    dump = str(admin_connection.execute("select p::text from identity_provider p").fetchall())
    dump += str(admin_connection.execute("select e::text from audit_event e").fetchall())
    assert "identity_provider.created" in dump
    assert "never shown again" not in dump
    assert b"never shown again".hex() not in dump


async def test_changes_what_is_given_and_says_so_in_the_audit_log(client, made, admin_connection) -> None:
    changed = await change(client, made, {"name": "New", "enforced": True, "default_role": "viewer"})
    assert changed.status_code == 200, changed.text
    body = made.json() | {"name": "New", "enforced": True, "default_role": "viewer"}
    assert changed.json() == body | {"updated_at": changed.json()["updated_at"]}
    assert (await change(client, made, {"client_secret": "another"})).json()["has_client_secret"] is True
    assert (await change(client, made, {"default_role": None})).json()["default_role"] is None
    actions = admin_connection.execute("select action from audit_event where resource = 'identity_provider'")
    assert [row[0] for row in actions.fetchall()].count("identity_provider.updated") == 3


async def test_a_domain_counts_when_its_text_record_says_so(client, made, records: Records) -> None:
    path = f"{PATH}/{made.json()['id']}/verify-domains"
    (domain,) = made.json()["domains"]
    assert domain["record_name"] == "_talentflux.northwind.example"
    assert [each["verified"] for each in (await client.post(path)).json()["domains"]] == [False]
    records[domain["record_name"]] = "talentflux-domain=of-somebody-else"
    assert [each["verified"] for each in (await client.post(path)).json()["domains"]] == [False]
    records[domain["record_name"]] = domain["record_value"]
    assert [each["verified"] for each in (await client.post(path)).json()["domains"]] == [True]
    changed = await change(client, made, {"domains": ["NORTHWIND.example", "second.example", "second.example"]})
    assert [(each["name"], each["verified"]) for each in changed.json()["domains"]] == [
        ("northwind.example", True),
        ("second.example", False),
    ]
    records.clear()
    assert [each["verified"] for each in (await client.post(path)).json()["domains"]] == [False, False]


async def test_text_records_differ_between_organizations(app: FastAPI, client, made) -> None:
    resources: Resources = app.state.resources
    other = await add_person(resources.database, resources.tokens, await add_organization(resources.database))
    theirs = await client.post(PATH, json=GIVEN, headers=other.headers)
    assert theirs.json()["domains"][0]["record_value"] != made.json()["domains"][0]["record_value"]


async def test_a_name_server_that_does_not_answer_verifies_nothing() -> None:
    assert await dns.text_records("_talentflux.northwind.example", "127.0.0.1:1") == frozenset()


@pytest.mark.parametrize("server", ["nonsense", "127.0.0.1:x", "127.0.0.1:"])
async def test_a_name_server_that_cannot_be_read_is_named(server: str) -> None:
    with pytest.raises(ConfigurationError, match="TALENTFLUX_DNS_SERVER"):
        await dns.text_records("_talentflux.northwind.example", server)
