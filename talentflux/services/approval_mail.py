"""E-mails about approvals: to approvers while something waits for them, and to who asked when it is decided."""

from typing import Final
from uuid import UUID

from talentflux.core.database import WriteSession
from talentflux.models import Approval
from talentflux.repositories.approval_repository import ApprovalRepository
from talentflux.repositories.organization_repository import OrganizationRepository
from talentflux.schemas.approval import ApprovalStatus, ApprovalSubject, StepStatus
from talentflux.schemas.email import EmailTemplate
from talentflux.services import approval_people, approval_service, email_service, email_templates, user_service

MOST_REMINDERS: Final = 50


async def remind(session: WriteSession, step_id: UUID, public_url: str) -> int:
    """Write to those whose decision on a step is awaited, if it is time; and see to the next time.

    Args:
        session: A transaction that sees all requisitions.
        step_id: Which step. It is looked at again under lock: what was decided meanwhile needs no e-mail.
        public_url: Where this server is reached.

    Returns:
        How many e-mails were written.
    """
    repository = ApprovalRepository(session)
    step = await repository.step(step_id, lock=True)
    if step is None or step.status != StepStatus.PENDING or step.remind_at is None:
        return 0
    if step.remind_at > await repository.now():
        return 0
    row = await repository.get(step.approval_id)
    if row.status != ApprovalStatus.PENDING or not await repository.is_sought(row.requisition_id):
        return 0
    first = step.remind_at == step.started_at
    present = await approval_people.people(session)
    decided = {made.for_user_id for made in await repository.decisions([step.id])}
    missing = approval_service.seats_of(present, row, step).missing(decided)
    asked = missing.union(*(present.substitutes(person) for person in missing))
    if not row.self_approval:
        asked -= {row.requested_by}
    subject = ApprovalSubject.model_validate(row.subject)
    organization = await OrganizationRepository(session).current()
    for account in await repository.accounts(asked):
        await email_service.send(
            session,
            EmailTemplate.APPROVAL_REQUESTED if first else EmailTemplate.APPROVAL_REMINDER,
            to=(await user_service.profile_of(session, account)).email,
            user_id=account.id,
            organization=organization.name,
            title=" ".join(subject.title.split()),
            step=step.name,
            approval=row.id,
            link=email_templates.console(public_url, "approvals/get_approval"),
        )
    step.reminders += 0 if first else 1
    if step.reminders < MOST_REMINDERS:
        await approval_service.remind_later(session, row, step)
    else:
        step.remind_at = None
        await session.flush()
    return len(asked)


async def tell_requester(
    session: WriteSession, row: Approval, reason: str | None, public_url: str, *, openings: bool
) -> None:
    """Write to who asked for an approval what became of it, unless they decided themself or may ask no longer.

    Args:
        session: The transaction that decides.
        row: The request, approved or declined.
        reason: What who decided last says about it.
        public_url: Where this server is reached.
        openings: Whether openings were asked for, of a requisition that was approved before.
    """
    asked = row.requested_by
    if asked is None or asked == session.scope.user_id or asked not in (await approval_people.people(session)).roles:
        return
    values = {} if reason is None else {"reason": " ".join(reason.split())}
    organization = await OrganizationRepository(session).current()
    for account in await ApprovalRepository(session).accounts([asked]):
        await email_service.send(
            session,
            EmailTemplate.APPROVAL_DECIDED,
            to=(await user_service.profile_of(session, account)).email,
            user_id=account.id,
            organization=organization.name,
            title=" ".join(ApprovalSubject.model_validate(row.subject).title.split()),
            outcome=f"openings_{row.status}" if openings else str(row.status),
            requisition=row.requisition_id,
            link=email_templates.console(public_url, "requisitions/get_requisition"),
            **values,
        )
