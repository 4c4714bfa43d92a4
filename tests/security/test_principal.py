"""Each condition by which a credential counts, broken one at a time behind the back of the application."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from psycopg import sql
from sqlalchemy import text

from talentflux.core import principal
from talentflux.core.api_keys import parse_key
from talentflux.core.errors import UnauthenticatedError
from talentflux.core.permissions import Role
from talentflux.core.principal import AccessCredential, BrowserCredential, Credential, authorization
from talentflux.core.security.cookies import csrf_token
from talentflux.dependencies import Resources
from tests.api.support import requisition
from tests.factories.people import Person, add_organization, add_person

COOKIE = "a-browser's-session"
LIST = "/api/v1/requisitions"
USER = ["deactivated_at", "deleted_at"]


@dataclass(frozen=True)
class Shown:
    """A credential: what a request carries, what is looked up, and the tables with the rows that it stands on."""

    headers: dict[str, str]
    credential: Credential
    rows: dict[str, UUID]


Ways = dict[str, Shown]


@pytest_asyncio.fixture
async def ways(
    app: FastAPI, client: httpx.AsyncClient, owner: Person, admin_connection: psycopg.Connection
) -> AsyncIterator[Ways]:
    """Every kind of credential, each of a recruiter of its own or, for services, of the organization."""
    resources: Resources = app.state.resources
    organization = owner.organization_id
    assert organization is not None
    found: Ways = {}

    async def person() -> tuple[Person, dict[str, UUID]]:
        made = await add_person(resources.database, resources.tokens, organization, Role.RECRUITER)
        assert made.member_id is not None
        rows = {"user_account": made.user_id, "member": made.member_id, "user_session": made.session_id}
        return made, {**rows, "organization": organization}

    one, rows = await person()
    found["token"] = Shown(one.headers, AccessCredential(one.user_id, one.session_id), rows)
    one, rows = await person()
    digest = hashlib.sha256(COOKIE.encode()).digest()
    admin_connection.execute(
        "update user_session set kind = 'browser', token_hash = %s where id = %s", [digest, one.session_id]
    )
    cookie = {"Cookie": f"talentflux_session={COOKIE}", "X-CSRF-Token": csrf_token(COOKIE)}
    found["cookie"] = Shown(cookie, BrowserCredential(digest), rows)
    one, rows = await person()
    body = {"label": "x", "scopes": ["requisition:read", "requisition:write"], "expires_in_days": 1}
    for kind, headers in (("personal", one.headers), ("service", owner.headers)):
        path = "/api/v1/api-keys" + ("/personal" if kind == "personal" else "")
        made = (await client.post(path, json=body, headers=headers)).json()
        key = parse_key(made["key"])
        assert key is not None
        stands = {**rows, "api_key": UUID(made["id"])} if kind == "personal" else {
            "organization": organization, "api_key": UUID(made["id"])
        }  # fmt: skip
        stands.pop("user_session", None)
        found[kind] = Shown({"Authorization": f"Bearer {made['key']}"}, key, stands)
    yield found


BROKEN = [
    *((way, table, f"{column} = now()") for way in ("token", "cookie", "personal") for table, column in (
        ("user_account", "deactivated_at"), ("user_account", "deleted_at"),
        ("member", "deactivated_at"), ("member", "deleted_at"), ("organization", "deleted_at"),
    )),
    *((way, "user_session", change) for way in ("token", "cookie") for change in (
        "revoked_at = now()", "expires_at = now() - interval '1 second'",
    )),
    *((way, "api_key", change) for way in ("personal", "service") for change in (
        "revoked_at = now()", "deleted_at = now()", "expires_at = now() - interval '1 second'",
        "secret_hash = sha256('another')",
    )),
    ("service", "organization", "deleted_at = now()"),
    ("token", "user_session", "kind = 'browser', token_hash = sha256('another')"),
    ("cookie", "user_session", "kind = 'token'"),
]  # fmt: skip


async def test_a_credential_counts_only_while_all_it_stands_on_does(
    anonymous: httpx.AsyncClient, ways: Ways, admin_connection: psycopg.Connection
) -> None:
    ignored = []
    for way, table, change in BROKEN:
        shown = ways[way]
        assert (await anonymous.get(LIST, headers=shown.headers)).status_code == 200, way
        place = [sql.Identifier(table), shown.rows[table]]
        before = admin_connection.execute(
            sql.SQL("select to_jsonb({0}.*)::text from {0} where id = {1}").format(*place)
        ).fetchone()
        admin_connection.execute(
            sql.SQL("update {} set ").format(place[0]) + sql.SQL(change + " where id = {}").format(place[1])
        )
        if (await anonymous.get(LIST, headers=shown.headers)).status_code not in {401, 404}:
            ignored.append(f"{way}: {table}.{change}")
        assert before is not None
        names = sql.SQL(", ").join(sql.Identifier(part.split(" = ")[0]) for part in change.split(", ") if " = " in part)
        admin_connection.execute(
            sql.SQL(
                "update {0} set ({2}) = (select {2} from jsonb_populate_record(null::{0}, {3}::jsonb)) where id = {1}"
            ).format(*place, names, before[0])
        )
    assert not ignored, ignored


async def test_a_personal_key_loses_what_its_member_loses(
    anonymous: httpx.AsyncClient, client: httpx.AsyncClient, ways: Ways, admin_connection: psycopg.Connection
) -> None:
    path, shown = f"{LIST}/{(await requisition(client))['id']}", ways["personal"]
    change: dict[str, Any] = {"json": {"title": "Changed"}, "headers": shown.headers | {"If-Match": "*"}}
    assert (await anonymous.patch(path, **change)).status_code == 200
    admin_connection.execute("update member set role = 'viewer' where id = %s", [shown.rows["member"]])
    assert (await anonymous.patch(path, **change)).status_code == 403
    assert (await anonymous.get(path, headers=shown.headers)).status_code == 200


async def test_no_credential_reaches_another_organization_by_naming_it(
    app: FastAPI, anonymous: httpx.AsyncClient, ways: Ways
) -> None:
    other = await add_organization(app.state.resources.database)
    for way, shown in ways.items():
        answer = await anonymous.get(LIST, headers=shown.headers | {"X-Organization-Id": str(other)})
        assert answer.status_code == 404, way


async def test_a_key_of_a_service_sees_confidential_requisitions_with_that_scope_only(
    anonymous: httpx.AsyncClient, client: httpx.AsyncClient, ways: Ways
) -> None:
    path = f"{LIST}/{(await requisition(client))['id']}"
    hidden = await client.patch(path, json={"confidential": True}, headers={"If-Match": "*"})
    assert hidden.status_code == 200, hidden.text
    assert (await anonymous.get(path, headers=ways["service"].headers)).status_code == 404
    body = {"label": "x", "scopes": ["requisition:read", "requisition:read_confidential"], "expires_in_days": 1}
    key = (await client.post("/api/v1/api-keys", json=body)).json()["key"]
    assert (await anonymous.get(path, headers={"Authorization": f"Bearer {key}"})).status_code == 200


@pytest.mark.parametrize("own", [False, True])
async def test_a_request_is_past_finding_out_who_asks(app: FastAPI, ways: Ways, *, own: bool) -> None:
    resources: Resources = app.state.resources
    settings = text(
        "select current_setting('app.identity', true), current_setting('app.organization_id', true) = '', "
        "(select count(*) from user_session)"
    )
    for way, shown in ways.items():
        async with resources.database.authorized_read_session(authorization(shown.credential, own=own)) as session:
            identity, nowhere, sessions = (await session.execute(settings)).one()
        assert (identity or "", nowhere) == ("", own), way
        assert sessions <= 1, f"{way} sees log-ins of others"


def test_what_was_read_of_callers_takes_only_so_much_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(principal, "_MOST_ROWS", 2)
    kept: dict[Any, Any] = {}
    sizes = []
    for key in ("one", "two", "two", "three"):
        principal._keep(kept, key, key)
        sizes.append(len(kept))
    assert sizes == [1, 2, 2, 1]
    assert kept == {"three": "three"}


async def test_a_token_of_somebody_else_opens_no_log_in(app: FastAPI, ways: Ways) -> None:
    resources: Resources = app.state.resources
    mixed = authorization(AccessCredential(uuid4(), ways["token"].rows["user_session"]))
    with pytest.raises(UnauthenticatedError):
        async with resources.database.authorized_read_session(mixed):
            pass


async def test_a_key_has_no_part_in_hiring_teams_and_changes_no_account(
    app: FastAPI, anonymous: httpx.AsyncClient, client: httpx.AsyncClient, owner: Person
) -> None:
    resources: Resources = app.state.resources
    viewer = await add_person(resources.database, resources.tokens, owner.organization_id, Role.VIEWER)
    path = f"{LIST}/{(await requisition(client))['id']}"
    part = await client.put(f"{path}/team/{viewer.user_id}", json={"role": "hiring_manager"})
    assert part.status_code == 204
    body = {"label": "x", "scopes": ["requisition:read"], "expires_in_days": 1}
    made = await anonymous.post("/api/v1/api-keys/personal", json=body, headers=viewer.headers)
    for headers, changed in ((viewer.headers, 200), ({"Authorization": f"Bearer {made.json()['key']}"}, 403)):
        marked = headers | {"If-Match": "*"}
        assert (await anonymous.patch(path, json={"title": "x"}, headers=marked)).status_code == changed
        renamed = await anonymous.patch("/api/v1/users/me", json={"name": "Another"}, headers=marked)
        assert renamed.status_code == changed


async def test_a_cursor_of_another_organization_is_refused(
    app: FastAPI, anonymous: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    resources: Resources = app.state.resources
    other = await add_person(
        resources.database, resources.tokens, await add_organization(resources.database), Role.OWNER
    )
    for _ in range(2):
        await requisition(client)
    cursor = (await client.get(LIST, params={"limit": 1})).json()["next_cursor"]
    assert (await client.get(LIST, params={"limit": 1, "cursor": cursor})).status_code == 200
    answer = await anonymous.get(LIST, params={"limit": 1, "cursor": cursor}, headers=other.headers)
    assert answer.status_code == 422
