"""Events: written with the change, seen by those who see what they tell of."""

from pathlib import Path
from uuid import UUID

import pytest

from talentflux.core.database import Database, Scope
from talentflux.schemas.event import EventQuery
from talentflux.schemas.event_types import EVENT_TYPES
from talentflux.services import event_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils.ids import new_id
from tests.factories.people import add_organization

HERE = Scope(LOCAL_ORGANIZATION_ID)


async def seen(database: Database, scope: Scope = HERE, **asked: object) -> list[str]:
    async with database.read_session(scope) as session:
        page = await event_service.page(session, EventQuery.model_validate(asked))
    return [row["type"] for row in page.items]


async def emit(database: Database, *types: str, candidate_id: UUID | None = None) -> None:
    async with database.write_session(HERE) as session:
        for each in types:
            event_service.emit(session, each, candidate_id=candidate_id, data={"stage": "interview", "id": new_id()})


async def test_other_organizations_see_nothing(database: Database) -> None:
    await emit(database, "candidate.created")
    other = await add_organization(database, "Elsewhere")
    assert await seen(database, Scope(other)) == []
    assert await seen(database) == ["candidate.created"]


async def test_what_rolls_back_leaves_no_event(database: Database) -> None:
    async def fail() -> None:
        async with database.write_session(HERE) as session:
            event_service.emit(session, "candidate.created")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await seen(database) == []


async def test_of_people_who_applied_elsewhere_a_team_hears_nothing(database: Database) -> None:
    await emit(database, "candidate.updated", candidate_id=new_id())
    assert await seen(database, Scope(LOCAL_ORGANIZATION_ID, requisitions="team")) == []
    assert await seen(database, Scope(LOCAL_ORGANIZATION_ID, requisitions="open")) == ["candidate.updated"]


@pytest.mark.parametrize("count", [3, 30])
async def test_events_come_back_latest_first_and_by_type(database: Database, count: int) -> None:
    known = sorted(EVENT_TYPES)
    kinds = [known[number] for number in range(count)]
    await emit(database, *kinds)
    assert await seen(database) == kinds[::-1]
    assert await seen(database, type=kinds[1]) == [kinds[1]]
    async with database.read_session(HERE) as session:
        page = await event_service.page(session, EventQuery(limit=2, include_total=True))
    assert (len(page.items), page.total) == (2, count)
    assert page.items[0]["data"]["stage"] == "interview"
    assert page.items[0]["actor"] == "system"


async def test_a_type_that_nobody_knows_is_a_mistake_of_ours(database: Database) -> None:
    with pytest.raises(LookupError, match="event_types"):
        await emit(database, "candidate.teleported")


def test_the_guide_lists_every_type() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "guides" / "webhooks.md").read_text(encoding="utf-8")
    assert [kind for kind, text in EVENT_TYPES.items() if f"| `{kind}` | {text} |" not in guide] == []
