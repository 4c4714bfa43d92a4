"""Applications: candidate × requisition, with a stage."""

from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.repositories.application_repository import ApplicationRepository
from talentflux.schemas.application import ApplicationRead, Stage
from talentflux.schemas.page import RowPage
from talentflux.services import candidate_profile
from talentflux.services.encryption_service import organization_keys


async def page(  # noqa: PLR0913 -- one argument per filter
    session: AnySession,
    limit: int,
    cursor: str | None,
    *,
    requisition_id: UUID | None = None,
    candidate_id: UUID | None = None,
    stage: Stage | None = None,
) -> RowPage:
    """Read a page of applications, newest first; None leaves a filter out."""
    found = await ApplicationRepository(session).page(limit, cursor, requisition_id, candidate_id, stage)
    candidate_profile.name_rows(await organization_keys(session), found.items)
    return found


async def move(session: WriteSession, application_id: UUID, stage: Stage) -> ApplicationRead:
    """Move an application to another stage. Only a person does so: no score leads here.

    Args:
        session: The transaction.
        application_id: Which.
        stage: Where to.

    Raises:
        NotFoundError: There is none in this organization.
    """
    repository = ApplicationRepository(session)
    application = await repository.get(application_id, lock=True)
    application.stage = stage
    await session.flush()
    row = await repository.summary(application_id)
    candidate_profile.name_rows(await organization_keys(session), [row])
    return ApplicationRead.model_validate(row)


async def ensure(session: WriteSession, requisition_id: UUID, candidate_id: UUID, resume_id: UUID) -> None:
    """Let a candidate apply with a resume; nothing happens where they have applied before.

    Args:
        session: The transaction.
        requisition_id: To what.
        candidate_id: Who.
        resume_id: With which version.
    """
    await ApplicationRepository(session).ensure(requisition_id, candidate_id, resume_id)
