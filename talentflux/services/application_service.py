"""Applications: candidate × requisition, with a stage."""

from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.repositories.application_repository import ApplicationRepository
from talentflux.schemas.application import ApplicationQuery, ApplicationRead, Stage
from talentflux.schemas.page import RowPage
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, candidate_profile
from talentflux.services.encryption_service import organization_keys


async def page(session: AnySession, asked: ApplicationQuery) -> RowPage:
    """Read a page of applications. Of what was deleted, a follower is not told whose it was.

    Args:
        session: The transaction.
        asked: Filters, order, view and place.
    """
    found = await ApplicationRepository(session).page(asked)
    candidate_profile.name_rows(await organization_keys(session), found.items)
    if asked.updated_since is not None:
        for row in found.items:
            if row["deleted_at"] is not None:
                row["candidate_name"] = None
    shown = {"applications": [row["id"] for row in found.items]}
    await audit_service.viewed(session, "application.list", "application", None, details=shown)
    return found


async def get(session: AnySession, application_id: UUID) -> ApplicationRead:
    """Return an application.

    Raises:
        NotFoundError: There is none in this organization.
    """
    repository = ApplicationRepository(session)
    await repository.get(application_id)
    row = await repository.summary(application_id)
    candidate_profile.name_rows(await organization_keys(session), [row])
    await audit_service.viewed(session, "application.view", "application", application_id)
    return ApplicationRead.model_validate(row)


async def move(
    session: WriteSession, application_id: UUID, stage: Stage, versions: Versions = ANY_VERSION
) -> ApplicationRead:
    """Move an application to another stage. Only a person does so: no score leads here.

    Args:
        session: The transaction.
        application_id: Which.
        stage: Where to.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    repository = ApplicationRepository(session)
    application = await repository.get(application_id, lock=True, versions=versions)
    before = {"stage": application.stage}
    audit_service.record(
        session, "application.move", "application", application_id, before=before, after={"stage": stage}
    )
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
    application_id = await ApplicationRepository(session).ensure(requisition_id, candidate_id, resume_id)
    if application_id is not None:
        given = {"requisition_id": requisition_id, "candidate_id": candidate_id, "resume_id": resume_id}
        audit_service.record(session, "application.create", "application", application_id, after=given)
