"""SQL of what is due to happen to applications."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update

from talentflux.models import Application, ApplicationAction, Candidate, HiringTeam, Member, StageAutomation, User
from talentflux.repositories.base import LAST_ID, ListQuery, TenantRepository, newest_first, of_tenant, parameter
from talentflux.schemas.application_action import ActionState
from talentflux.schemas.page import RowPage

_after, _order = newest_first(ApplicationAction)
_LIST: Final = ListQuery(
    select(
        ApplicationAction.id,
        ApplicationAction.purpose,
        ApplicationAction.action,
        ApplicationAction.state,
        ApplicationAction.outcome,
        ApplicationAction.due_at,
        ApplicationAction.automation_id,
        ApplicationAction.email_id,
        ApplicationAction.created_at,
        ApplicationAction.updated_at,
    )
    .where(
        *of_tenant(ApplicationAction),
        ApplicationAction.application_id == parameter("application_id", ApplicationAction.application_id),
        _after,
    )
    .order_by(_order),
    key={"id": LAST_ID},
)


class ApplicationActionRepository(TenantRepository[ApplicationAction]):
    """What is due to happen to applications of the organization."""

    model = ApplicationAction

    async def page(self, application_id: UUID, limit: int, cursor: str | None) -> RowPage:
        """Read a page of what is and was due for an application, the latest first."""
        return await _LIST.page(self.session, limit, cursor, application_id=application_id)

    async def automations(self, stage_id: UUID) -> list[StageAutomation]:
        """Return the automations of a stage that are switched on."""
        statement = select(StageAutomation).where(
            StageAutomation.organization_id == self.organization_id,
            StageAutomation.stage_id == stage_id,
            StageAutomation.enabled,
            StageAutomation.deleted_at.is_(None),
        )
        return list(await self.session.scalars(statement.order_by(StageAutomation.id)))

    async def wrapped_key(self, candidate_id: UUID) -> bytes | None:
        """Return the key of a candidate; None where it was destroyed."""
        found: bytes | None = await self.session.scalar(
            select(Candidate.wrapped_key).where(
                Candidate.organization_id == self.organization_id, Candidate.id == candidate_id
            )
        )
        return found

    async def claim(self, action_id: UUID) -> ApplicationAction | None:
        """Return what waits and is due, kept from everybody else until the transaction ends."""
        statement = self.live().where(
            ApplicationAction.id == action_id,
            ApplicationAction.state == ActionState.WAITING,
            ApplicationAction.due_at <= func.now() + timedelta(seconds=1),
        )
        found: ApplicationAction | None = await self.session.scalar(statement.with_for_update(key_share=True))
        return found

    async def cancel(self, application_id: UUID, outcome: str, *, stage_id: UUID | None = None) -> int:
        """Call back what waits for an application; return how much it was.

        Args:
            application_id: Which application.
            outcome: Why, a short name.
            stage_id: Only what depends on this stage; all by default.
        """
        statement = update(ApplicationAction).where(
            ApplicationAction.organization_id == self.organization_id,
            ApplicationAction.application_id == application_id,
            ApplicationAction.state == ActionState.WAITING,
        )
        if stage_id is not None:
            statement = statement.where(ApplicationAction.stage_id == stage_id)
        done = await self.session.execute(
            statement.values(state=ActionState.CANCELLED, outcome=outcome)
            .returning(ApplicationAction.id)
            .execution_options(synchronize_session=False)
        )
        return len(done.all())

    async def cancel_automation(self, automation_id: UUID) -> None:
        """Call back what waits because of an automation."""
        await self.session.execute(
            update(ApplicationAction)
            .where(
                ApplicationAction.organization_id == self.organization_id,
                ApplicationAction.automation_id == automation_id,
                ApplicationAction.state == ActionState.WAITING,
            )
            .values(state=ActionState.CANCELLED, outcome="automation_removed")
            .execution_options(synchronize_session=False)
        )

    async def neglected(self, late: timedelta, limit: int) -> list[UUID]:
        """Return what waits although it has been due for long."""
        statement = select(ApplicationAction.id).where(*self._waiting(), ApplicationAction.due_at < func.now() - late)
        return list(await self.session.scalars(statement.order_by(ApplicationAction.due_at).limit(limit)))

    async def next_due(self) -> datetime | None:
        """Return when the next of what waits is due."""
        found: datetime | None = await self.session.scalar(
            select(func.min(ApplicationAction.due_at)).where(*self._waiting())
        )
        return found

    def _waiting(self) -> tuple[ColumnElement[bool], ...]:
        """Return what holds for all that waits for applications that are not hidden."""
        shown = select(Application.id).where(
            Application.organization_id == ApplicationAction.organization_id,
            Application.id == ApplicationAction.application_id,
            Application.deleted_at.is_(None),
        )
        return (
            ApplicationAction.organization_id == self.organization_id,
            ApplicationAction.state == ActionState.WAITING,
            shown.exists(),
        )

    async def recruiters(self, requisition_id: UUID) -> list[User]:
        """Return who is told about a requisition: its team's recruiters, else its hiring managers, while members."""
        statement = (
            select(User, HiringTeam.role)
            .join(HiringTeam, HiringTeam.user_id == User.id)
            .join(
                Member,
                (Member.organization_id == HiringTeam.organization_id) & (Member.user_id == HiringTeam.user_id),
            )
            .where(
                HiringTeam.organization_id == self.organization_id,
                HiringTeam.requisition_id == requisition_id,
                HiringTeam.deleted_at.is_(None),
                Member.deleted_at.is_(None),
                Member.deactivated_at.is_(None),
            )
            .order_by(HiringTeam.id)
        )
        found: list[Any] = list(await self.session.execute(statement))
        return [user for user, role in found if role == "recruiter"] or [
            user for user, role in found if role == "hiring_manager"
        ]
