"""SQL of tasks about applications."""

from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, select

from talentflux.models import ApplicationTask, Candidate, Member
from talentflux.repositories.base import LAST_ID, ListQuery, TenantRepository, newest_first, of_tenant, parameter
from talentflux.schemas.application_task import ApplicationTaskQuery
from talentflux.schemas.page import RowPage

_COLUMNS: Final = (
    ApplicationTask.id,
    ApplicationTask.application_id,
    ApplicationTask.requisition_id,
    ApplicationTask.candidate_id,
    Candidate.wrapped_key,
    ApplicationTask.kind,
    ApplicationTask.title,
    ApplicationTask.assignee_id,
    ApplicationTask.due_at,
    ApplicationTask.done_at,
    ApplicationTask.done_by,
    ApplicationTask.created_at,
    ApplicationTask.updated_at,
)
_CONDITIONS: Final[dict[str, ColumnElement[bool]]] = {
    "application_id": ApplicationTask.application_id == parameter("application_id", ApplicationTask.application_id),
    "assignee_id": ApplicationTask.assignee_id == parameter("assignee_id", ApplicationTask.assignee_id),
    "open": ApplicationTask.done_at.is_(None),
}
_on_candidate = (Candidate.organization_id == ApplicationTask.organization_id) & (
    Candidate.id == ApplicationTask.candidate_id
)


@lru_cache(maxsize=16)
def _list(given: frozenset[str]) -> ListQuery:
    after, order = newest_first(ApplicationTask)
    conditions = [_CONDITIONS[name] for name in sorted(given)]
    return ListQuery(
        select(*_COLUMNS)
        .join(Candidate, _on_candidate)
        .where(*of_tenant(ApplicationTask), Candidate.deleted_at.is_(None), after, *conditions)
        .order_by(order),
        key={"id": LAST_ID},
    )


class ApplicationTaskRepository(TenantRepository[ApplicationTask]):
    """Tasks about applications of the organization."""

    model = ApplicationTask

    async def page(self, asked: ApplicationTaskQuery) -> RowPage:
        """Read a page of tasks with their ciphertexts, newest first."""
        filters: dict[str, Any] = {
            name: value for name in _CONDITIONS if (value := getattr(asked, name)) is not None and value is not False
        }
        return await _list(frozenset(filters)).asked(self.session, asked, **filters)

    async def wrapped_key(self, candidate_id: UUID) -> bytes | None:
        """Return the key of a candidate; None where it was destroyed."""
        found: bytes | None = await self.session.scalar(
            select(Candidate.wrapped_key).where(
                Candidate.organization_id == self.organization_id, Candidate.id == candidate_id
            )
        )
        return found

    async def is_member(self, user_id: UUID) -> bool:
        """Return whether somebody is an active member."""
        statement = select(Member.id).where(
            Member.organization_id == self.organization_id,
            Member.user_id == user_id,
            Member.deactivated_at.is_(None),
            Member.deleted_at.is_(None),
        )
        return await self.session.scalar(statement) is not None
