"""Reads by callers who are taken for who they were show nothing to whom they would not show it otherwise."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, text

from talentflux.core import statements
from talentflux.core.database import Scope
from talentflux.core.foreseeing import UnforeseenError
from talentflux.core.permissions import Role
from talentflux.core.principal import AccessCredential, authorization
from talentflux.core.statements import Statement
from talentflux.dependencies import Resources
from talentflux.models import Candidate
from talentflux.services import audit_keeper, candidate_profile
from talentflux.services.encryption_service import organization_keys
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils.ids import new_id
from tests.factories.people import Person, add_person
from tests.factories.statements import count_statements

LIST = "/api/v1/candidates"
RESUMES = "/api/v1/resumes"  # no interviewer reads them
FORESEEN = "authorize_opening"
Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def recruiter(app: FastAPI) -> Person:
    """Somebody who may read candidates and see their contact data."""
    resources: Resources = app.state.resources
    async with resources.database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        await organization_keys(session)
    return await add_person(
        resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.RECRUITER, email="recruiter@example.org"
    )


@pytest.fixture
async def ask(anonymous: httpx.AsyncClient, recruiter: Person) -> Ask:
    """Ask as the recruiter, who has asked often enough to be known."""

    async def asked(path: str = LIST, **headers: str) -> httpx.Response:
        return await anonymous.get(path, headers={**recruiter.headers, **headers})

    for path in (LIST, RESUMES) * 3:
        assert (await asked(path)).status_code == 200
    return asked


async def test_ended_log_in_is_refused_at_once(
    ask: Ask, recruiter: Person, admin_connection: psycopg.Connection
) -> None:
    admin_connection.execute("update user_session set revoked_at = now() where id = %s", [recruiter.session_id])
    answer = await ask()
    assert answer.status_code == 401
    assert answer.json()["code"] == "session_ended"


async def test_lost_membership_is_refused_at_once(
    ask: Ask, recruiter: Person, admin_connection: psycopg.Connection
) -> None:
    admin_connection.execute("update member set deactivated_at = now() where id = %s", [recruiter.member_id])
    assert (await ask()).status_code == 404


async def test_lost_permission_is_refused_at_once_and_recorded_once(
    ask: Ask, app: FastAPI, recruiter: Person, admin_connection: psycopg.Connection
) -> None:
    admin_connection.execute("update member set role = 'interviewer' where id = %s", [recruiter.member_id])
    assert (await ask(RESUMES)).status_code == 403
    waiting = app.state.resources.database.trail.waiting
    assert [event.action for event in waiting].count("access.denied") == 1


async def test_contact_data_are_hidden_as_soon_as_they_may_not_be_seen(
    ask: Ask, app: FastAPI, recruiter: Person, admin_connection: psycopg.Connection
) -> None:
    async with app.state.resources.database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        row_id, keys = new_id(), await organization_keys(session)
        columns = candidate_profile.columns(keys, row_id, {"name": "Kim", "email": "kim@example.org"})
        session.add(Candidate(id=row_id, organization_id=LOCAL_ORGANIZATION_ID, **columns))
    assert (await ask()).json()["items"][0]["email"] == "kim@example.org"
    admin_connection.execute("update member set role = 'viewer' where id = %s", [recruiter.member_id])
    (shown,) = (await ask()).json()["items"]
    assert (shown["name"], shown["email"]) == ("Kim", None)


async def test_permission_that_comes_back_counts_at_once(
    ask: Ask, recruiter: Person, admin_connection: psycopg.Connection
) -> None:
    admin_connection.execute("update member set role = 'interviewer' where id = %s", [recruiter.member_id])
    assert (await ask(RESUMES)).status_code == 403
    admin_connection.execute("update member set role = 'recruiter' where id = %s", [recruiter.member_id])
    assert (await ask(RESUMES)).status_code == 200


async def test_foreign_organization_is_not_found(ask: Ask) -> None:
    assert (await ask(**{"X-Organization-Id": str(uuid4())})).status_code == 404


async def test_missing_row_is_not_found(ask: Ask) -> None:
    for _ in range(3):
        assert (await ask(f"/api/v1/requisitions/{uuid4()}")).status_code == 404


async def test_foreign_cursor_is_refused(ask: Ask) -> None:
    assert (await ask(f"{LIST}?cursor=abc")).status_code == 422


async def test_nothing_can_be_written(app: FastAPI, ask: Ask, recruiter: Person) -> None:
    asked = authorization(AccessCredential(recruiter.user_id, recruiter.session_id))
    session = app.state.resources.database.foreseen_session(asked)
    writing = Statement(select(func.nextval(text("'procrastinate_jobs_id_seq'"))))
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await session.rows(writing, {})


async def test_what_was_not_foreseen_is_refused(app: FastAPI, ask: Ask, recruiter: Person) -> None:
    asked = authorization(AccessCredential(recruiter.user_id, recruiter.session_id))
    session = app.state.resources.database.foreseen_session(asked)
    with pytest.raises(UnforeseenError):
        session.confirm()
    with pytest.raises(UnforeseenError):
        await session.driver()
    with pytest.raises(UnforeseenError):
        await session.execute(text("select 1"))
    with pytest.raises(AttributeError):
        _ = session.nothing


async def test_what_a_connection_has_no_room_for_is_read_all_the_same(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "_MOST_READY", 0)
    assert (await ask(f"{LIST}?sort=created_at")).json()["items"] == []


@pytest.mark.parametrize("path", [LIST, RESUMES])
async def test_a_known_caller_takes_one_round_trip_and_no_transaction_of_its_own(
    app: FastAPI, ask: Ask, path: str
) -> None:
    with count_statements(app.state.resources.database, frame=True) as issued:
        assert (await ask(path)).status_code == 200
    assert issued[:2] == [FORESEEN, "authorize_token"]
    assert len(issued) == 3


async def test_every_view_is_recorded_once(app: FastAPI, ask: Ask, admin_connection: psycopg.Connection) -> None:
    for _ in range(4):
        await ask()
    await audit_keeper.write_events(app.state.resources.database)
    row = admin_connection.execute("select count(*) from audit_event where action = 'candidate.list'").fetchone()
    assert row == (7,)


async def test_what_the_server_has_forgotten_is_prepared_anew(app: FastAPI, ask: Ask) -> None:
    async with app.state.resources.database.read_session(Scope()) as session:
        await (await session.driver()).execute("deallocate all")
    for _ in range(3):
        assert (await ask()).status_code == 200


async def test_a_lost_connection_is_replaced(ask: Ask, admin_connection: psycopg.Connection) -> None:
    admin_connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
        "and pid <> pg_backend_pid()"
    )
    for _ in range(3):
        assert (await ask()).status_code == 200
