"""Every route × every role × two tenants, from the application itself; an undeclared cell fails."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from psycopg import sql
from starlette.routing import Mount

from talentflux.core.permissions import Permission, Role
from talentflux.core.principal import AccessCredential, Credential
from talentflux.dependencies import Access, Resources, access_of
from tests.factories.canaries import CANARY, plant, tenant_tables
from tests.factories.people import Person, add_organization, add_person
from tests.security.matrix import ALLOWED, OWN, PUBLIC, STEP_UP, UNGUARDED
from tests.security.parameters import PARAMETERS, TABLES

THEIRS = UUID("01936c00-0000-7000-8000-0000000000fe")
_PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")
REFUSED = {"forbidden", "no_organization", "email_unverified"}
_REFERENCE = "#/components/schemas/"
Ids = dict[str, str]

PARTS = 4
"""Of the matrix, for several processes to try at once."""


@dataclass(frozen=True)
class Operation:
    """One method of one route."""

    name: str
    method: str
    path: str
    route: RouteContext
    described: dict[str, Any]

    @property
    def access(self) -> Access:
        return access_of(self.route)[0]


class Matrix:
    """Calls operations of the application as different people.

    Args:
        app: The application.
        theirs: Ids of the other tenant's rows by table.
    """

    def __init__(self, app: FastAPI, theirs: Ids) -> None:
        self.app = app
        self.theirs = theirs
        self.schema = app.openapi()
        self.resources: Resources = app.state.resources
        self._people: dict[str, Person] = {}

    def operations(self) -> list[Operation]:
        found = []
        for route in iter_route_contexts(self.app.routes):
            if isinstance(route.route, Mount) or route.path in UNGUARDED or route.path is None:
                continue
            for method in sorted((route.methods or set()) - {"HEAD"}):
                entry = self.schema["paths"].get(route.path_format, {}).get(method.lower(), {})
                name = entry.get("operationId", f"{method} {route.path}")
                found.append(Operation(name, method, route.path, route, entry))
        return found

    async def person(self, who: str, *, fresh: bool) -> Person:
        """Return somebody: of a role, a job seeker, or the owner of an organization of their own."""
        if fresh or who not in self._people:
            organization = None if who == "seeker" else await add_organization(self.resources.database, "Ours")
            role = None if who == "seeker" else Role(who)
            person = await add_person(self.resources.database, self.resources.tokens, organization, role)
            if fresh:
                return person
            self._people[who] = person
        return self._people[who]

    async def call(self, operation: Operation, who: str, *, foreign: bool) -> httpx.Response:
        """Send a request as somebody, with ids that nobody has or with ids of the other tenant."""
        headers: dict[str, str] = {}
        if who != "anonymous":
            headers = (await self.person(who, fresh=operation.method != "GET" and may(operation, who))).headers
        arguments = self.arguments(operation, foreign=foreign)
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
            return await client.request(operation.method, **arguments)

    def arguments(self, operation: Operation, *, foreign: bool) -> dict[str, Any]:
        given = {name: self._value(name, foreign=foreign) for name in _PARAMETER.findall(operation.path)}
        arguments: dict[str, Any] = {"url": _PARAMETER.sub(lambda match: given[match[1]], operation.path)}
        arguments["params"] = {
            each["name"]: self._value(each["name"], foreign=True)
            for each in operation.described.get("parameters", [])
            if each["in"] == "query" and each["name"].endswith("_id") and foreign
        }
        content = operation.described.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            arguments["json"] = self._body(content["application/json"], foreign=foreign)
        elif "multipart/form-data" in content:
            properties = self._resolved(content["multipart/form-data"]["schema"])["properties"]
            names = [
                name for name, each in properties.items() if "string" not in str(each.get("format")) and "file" in name
            ]
            arguments["files"] = [(name, ("job.txt", b"Required:\n- Python\n- SQL")) for name in names]
            if foreign:
                arguments["data"] = {
                    name: self._value(name, foreign=True) for name in properties if name.endswith("_id")
                }
        elif "application/x-www-form-urlencoded" in content:
            properties = self._resolved(content["application/x-www-form-urlencoded"]["schema"])["properties"]
            arguments["data"] = dict.fromkeys(properties, "x")
        return arguments

    def _body(self, content: dict[str, Any], *, foreign: bool) -> Any:
        schema = self._resolved(content["schema"])
        examples = (
            content.get("examples") or schema.get("examples") or [content.get("example") or schema.get("example")]
        )
        first = next(iter(examples.values()))["value"] if isinstance(examples, dict) else examples[0]
        body = dict(first or {})
        for name, described in schema.get("properties", {}).items():
            if foreign and name.endswith("_id") and "uuid" in str(described):
                body[name] = self._value(name, foreign=True)
        return body

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema or "allOf" in schema:
            schema = schema["allOf"][0] if "allOf" in schema else schema
            schema = self.schema["components"]["schemas"][schema["$ref"].removeprefix(_REFERENCE)]
        return schema

    def _value(self, name: str, *, foreign: bool) -> str:
        if name in PARAMETERS:
            return PARAMETERS[name]
        table = TABLES.get(name.removesuffix("_id"), name.removesuffix("_id"))
        assert table in self.theirs, f"{name}: say in matrix.py which table it names, or what to send"
        return self.theirs[table] if foreign else str(uuid4())

    async def violations(self, operation: Operation, who: Iterable[str]) -> list[str]:
        """Return what one operation does that the declared matrix does not allow."""
        found = []
        for name in who:
            for foreign in (False, True):
                answer = await self.call(operation, name, foreign=foreign)
                wrong = judge(operation, name, answer, foreign=foreign)
                if wrong or CANARY in answer.text or str(THEIRS) in answer.text:
                    found.append(f"{operation.name} as {name}, foreign={foreign}: {answer.status_code} {wrong}")
        return found


def may(operation: Operation, who: str) -> bool:
    """Return whether an operation is there for somebody, who may be another person after it."""
    allowed = ALLOWED[operation.name]
    return allowed is PUBLIC or allowed is OWN or who in allowed


def judge(operation: Operation, who: str, answer: httpx.Response, *, foreign: bool) -> str:
    """Return what is wrong with an answer; empty where nothing is."""
    allowed, status = ALLOWED[operation.name], answer.status_code
    code = answer.json().get("code", "") if "problem" in answer.headers.get("content-type", "") else ""
    to_login = status in {302, 303} and "/login" in answer.headers.get("location", "")
    unknown = status == 401 or to_login
    guarded, tenant = allowed is not PUBLIC, allowed is not PUBLIC and allowed is not OWN
    known = who != "anonymous"
    named = any(name not in PARAMETERS for name in _PARAMETER.findall(operation.path))
    wrong = {
        "server error": status >= 500,
        "let in without a log-in": guarded and not known and not unknown,
        "the log-in is not seen": guarded and known and unknown,
        "allowed though not declared": tenant and known and who not in allowed and status != 403,
        "refused though declared": tenant and who in allowed and not foreign and code in REFUSED,
        "a foreign id is not answered with 404": (
            tenant and who in allowed and foreign and named and code not in REFUSED and status not in {404, 412, 422}
        ),
    }
    return next((name for name, holds in wrong.items() if holds), "")


@pytest_asyncio.fixture
async def matrix(app: FastAPI, admin_connection: psycopg.Connection) -> Matrix:
    admin_connection.execute("insert into organization (id, slug, name) values (%s, %s, %s)", [THEIRS, CANARY, CANARY])
    # What is published is everybody's to read: the other tenant's job is none that is offered now.
    rows = plant(admin_connection, THEIRS, given={"job_card": {"expires_at": "2020-01-01T00:00:00Z"}})
    return Matrix(app, {table: str(row["id"]) for table, row in rows.items() if "id" in row})


def foreign_rows(connection: psycopg.Connection) -> dict[str, list[Any]]:
    own = "select * from {} where organization_id = %s order by 1, 2"
    return {
        table: connection.execute(sql.SQL(own).format(sql.Identifier(table)), [THEIRS]).fetchall()
        for table in tenant_tables(connection)
    }


async def test_each_route_declares_its_access_once_and_is_in_the_matrix(matrix: Matrix) -> None:
    names = set()
    for operation in matrix.operations():
        assert len(access_of(operation.route)) == 1, f"{operation.name} declares no access, or several"
        assert operation.name in ALLOWED, f"{operation.name} is not in tests/security/matrix.py"
        names.add(operation.name)
        assert operation.access.step_up == (operation.name in STEP_UP), operation.name
        kind = {PUBLIC: "public", OWN: "own"}.get(ALLOWED[operation.name], "tenant")
        assert operation.access.kind == kind, operation.name
        if operation.method in {"PUT", "PATCH", "DELETE"} and kind != "public":
            assert operation.access.write, operation.name
    assert names == set(ALLOWED), "the matrix names operations that are not there"


@pytest.mark.timeout(400)
@pytest.mark.parametrize("part", range(PARTS))
async def test_each_cell_of_the_matrix_holds(matrix: Matrix, admin_connection: psycopg.Connection, part: int) -> None:
    before = foreign_rows(admin_connection)
    found = []
    cells = 0
    for operation in matrix.operations()[part::PARTS]:
        who = ["anonymous", "seeker", *map(str, Role)]
        found += await matrix.violations(operation, who)
        cells += 2 * len(who)
    assert not found, "\n".join(found)
    assert cells > 500 / PARTS
    assert foreign_rows(admin_connection) == before


@pytest.mark.timeout(400)
@pytest.mark.parametrize("part", range(PARTS))
async def test_each_guard_is_needed(matrix: Matrix, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    unseen = []
    for operation in matrix.operations()[part::PARTS]:
        if ALLOWED[operation.name] is PUBLIC:
            continue
        with monkeypatch.context() as patch:
            patch.setattr("talentflux.dependencies._credential", await credential_of_anybody(matrix, operation))
            if not await matrix.violations(operation, ["anonymous"]):
                unseen.append(f"{operation.name}: nobody notices that it asks for no log-in")
        refused = [str(role) for role in Role if str(role) not in ALLOWED[operation.name]]
        if operation.access.kind == "tenant" and refused:
            with monkeypatch.context() as patch:
                patch.setitem(operation.access.__dict__, "permission", Permission.SKILL_READ)
                if not await matrix.violations(operation, refused[-1:]):
                    unseen.append(f"{operation.name}: nobody notices that it asks for no permission")
    assert not unseen, "\n".join(unseen)


async def credential_of_anybody(matrix: Matrix, operation: Operation) -> Any:
    """Return a stand-in for the log-in that gives everybody the rights of an owner."""
    owner = await matrix.person("owner", fresh=operation.method != "GET")

    async def insider(*_: object) -> Credential:
        return AccessCredential(owner.user_id, owner.session_id)

    return insider
