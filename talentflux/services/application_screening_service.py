"""The screening of applications: each is compared with its requisition in the background, and a person decides.

Nothing here moves or rejects an application. A score orders the queue; a person's word stands before it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

import orjson

from talentflux.ai.matching.scoring import Scorer
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.queue import enqueue
from talentflux.models import ApplicationScreening, Resume
from talentflux.repositories.application_repository import ApplicationRepository
from talentflux.repositories.application_screening_repository import ApplicationScreeningRepository
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.schemas.application_screening import (
    AssessmentWrite,
    FormerScreening,
    ScreeningQuery,
    ScreeningRead,
    ScreeningReason,
    ScreeningRequested,
    ScreeningState,
)
from talentflux.schemas.features import ResumeFeatures
from talentflux.schemas.match import MatchResult
from talentflux.schemas.page import RowPage
from talentflux.schemas.requirement import JobDescription
from talentflux.schemas.stored_resume import ResumeStatus
from talentflux.services import audit_service, candidate_profile, event_service, requisition_service
from talentflux.services.encryption_service import organization_keys

SCREEN_TASK: Final = "application.screen"
BATCH: Final = 25
"""Applications that one job screens."""

_WAITING: Final = "talentflux screening"  # in `session.info`: applications to be screened once this is committed


@dataclass(frozen=True, slots=True)
class Waiting:
    """A screening that waits, with what it compares.

    Attributes:
        screening_id: Which.
        requisition_id: Of which requisition.
        features: Of the resume; None where it could not be read.
    """

    screening_id: UUID
    requisition_id: UUID
    features: ResumeFeatures | None


@dataclass(frozen=True, slots=True)
class Target:
    """A requisition as applications are compared with it.

    Attributes:
        job: As scoring takes it.
        version: Of its requirements.
    """

    job: JobDescription
    version: int


@dataclass(frozen=True, slots=True)
class Screened:
    """What came of a screening.

    Attributes:
        screening_id: Which.
        version: Of the requirements.
        result: The match; None where there was nothing to compare.
        reason: Why there is none.
        input_hash: Of what was compared.
    """

    screening_id: UUID
    version: int
    result: MatchResult | None = None
    reason: ScreeningReason | None = None
    input_hash: str | None = None


def request(session: WriteSession, *application_ids: UUID) -> None:
    """Let applications be screened once this transaction has committed; asked twice, it happens once.

    Args:
        session: The transaction.
        *application_ids: Which.
    """
    if _WAITING not in session.info:
        session.info[_WAITING] = {}
        session.before_commit.append(partial(_begin, session))
    session.info[_WAITING].update(dict.fromkeys(application_ids))


async def request_of_resumes(session: WriteSession, resume_ids: Iterable[UUID]) -> None:
    """Let the applications that were made with resumes be screened, now that these are read.

    Args:
        session: The transaction.
        resume_ids: Which.
    """
    request(session, *await ApplicationScreeningRepository(session).of_resumes(list(resume_ids)))


async def request_again(session: WriteSession, application_id: UUID) -> ScreeningRequested:
    """Screen one application anew, with its present resume and requirements.

    Raises:
        NotFoundError: There is no such application.
    """
    await ApplicationRepository(session).get(application_id)
    request(session, application_id)
    audit_service.record(session, "application.screen", "application", application_id)
    return ScreeningRequested(applications=1)


async def request_all(session: WriteSession, requisition_id: UUID) -> ScreeningRequested:
    """Screen every application to a requisition anew that is still to be decided.

    Raises:
        NotFoundError: There is no such requisition.
    """
    await requisition_service.get(session, requisition_id)
    found = await ApplicationScreeningRepository(session).active(requisition_id)
    request(session, *found)
    audit_service.record(
        session, "requisition.screen", "requisition", requisition_id, after={"applications": len(found)}
    )
    return ScreeningRequested(applications=len(found))


async def _begin(session: WriteSession) -> None:
    application_ids = list(session.info.pop(_WAITING))
    await session.flush()
    if not application_ids:
        return
    repository = ApplicationScreeningRepository(session)
    words = await repository.assessed(application_ids)
    waiting = await repository.begin(application_ids)
    if words:
        await _carry(session, repository, words)
    for start in range(0, len(waiting), BATCH):
        await enqueue(session, SCREEN_TASK, application_ids=waiting[start : start + BATCH])


async def _carry(
    session: WriteSession,
    repository: ApplicationScreeningRepository,
    words: Sequence[tuple[ApplicationScreening, bytes | None]],
) -> None:
    """Let a person's word stand before what is computed anew, until a person says otherwise."""
    keys = await organization_keys(session)
    anew = await repository.currents([row.application_id for row, _ in words])
    for row, wrapped_key in words:
        present = anew.get(row.application_id)
        if present is None or wrapped_key is None or row.assessment_reason is None:
            continue
        cipher = keys.person(wrapped_key, f"candidate:{row.candidate_id}")
        reason = cipher.decrypt(row.assessment_reason, _context(row.id))
        present.assessment, present.assessed_by, present.assessed_at = row.assessment, row.assessed_by, row.assessed_at
        present.assessment_reason = cipher.encrypt(reason, _context(present.id))
    await session.flush()


async def load(session: AnySession, application_ids: Sequence[UUID]) -> tuple[list[Waiting], dict[UUID, Target]]:
    """Return what waits and can be compared now; what is still to be read is screened when it is.

    Args:
        session: The transaction.
        application_ids: A job's batch.

    Returns:
        The screenings, and the requisitions by id.
    """
    waiting = []
    for row, resume in await ApplicationScreeningRepository(session).waiting(application_ids):
        if resume is None or resume.status != ResumeStatus.STORED:
            waiting.append(Waiting(row.id, row.requisition_id, _features(resume)))
    targets = {}
    for requisition_id in {each.requisition_id for each in waiting}:
        requisition = await requisition_service.get(session, requisition_id)
        targets[requisition_id] = Target(requisition_service.job_of(requisition), requisition.requirements_version)
    return waiting, targets


def score(scorer: Scorer, waiting: Sequence[Waiting], targets: Mapping[UUID, Target]) -> list[Screened]:
    """Compare; takes processor time and needs no transaction.

    Args:
        scorer: Compares.
        waiting: What `load` returned.
        targets: As above.
    """
    screened = []
    for requisition_id, target in targets.items():
        mine = [each for each in waiting if each.requisition_id == requisition_id]
        if not target.job.requirements:
            screened += [
                Screened(each.screening_id, target.version, reason=ScreeningReason.NO_REQUIREMENTS) for each in mine
            ]
            continue
        readable = [(each.screening_id, each.features) for each in mine if each.features is not None]
        results = scorer.match_many(target.job, [features for _, features in readable])
        screened += [
            Screened(screening_id, target.version, result, input_hash=_hash(target.job, features))
            for (screening_id, features), result in zip(readable, results, strict=True)
        ]
        screened += [
            Screened(each.screening_id, target.version, reason=ScreeningReason.UNREADABLE)
            for each in mine
            if each.features is None
        ]
    return screened


async def store(session: WriteSession, screened: Sequence[Screened]) -> None:
    """Write down what came of screenings; those that somebody else has stored are left alone.

    Args:
        session: The transaction.
        screened: What `score` returned.
    """
    locked = await ApplicationScreeningRepository(session).lock_waiting([each.screening_id for each in screened])
    for each in screened:
        row = locked.get(each.screening_id)
        if row is not None:
            _fill(row, each)
            _tell(session, row)
    await session.flush()


async def give_up(session: WriteSession, application_ids: Sequence[UUID]) -> None:
    """Mark screenings as failed that could not be made in any attempt: a person looks at those applications.

    Args:
        session: The transaction.
        application_ids: A job's batch.
    """
    for row, _ in await ApplicationScreeningRepository(session).waiting(application_ids):
        row.state, row.reason = ScreeningState.FAILED, ScreeningReason.INTERNAL
        _tell(session, row)
    await session.flush()


async def page(session: AnySession, asked: ScreeningQuery) -> RowPage:
    """Read a page of the queue, the best standing first.

    Args:
        session: The transaction.
        asked: Filters and place.
    """
    found = await ApplicationScreeningRepository(session).page(asked)
    candidate_profile.name_rows(await organization_keys(session), found.items)
    shown = {"applications": [row["application_id"] for row in found.items]}
    await audit_service.viewed(session, "screening.list", "application", None, details=shown)
    return found


async def get(session: AnySession, application_id: UUID) -> ScreeningRead:
    """Return the screening of an application with all evidence.

    Raises:
        NotFoundError: There is no such application, or it has none.
    """
    repository = ApplicationScreeningRepository(session)
    row = await repository.detail(application_id)
    keys = await organization_keys(session)
    sealed, wrapped = row.pop("assessment_reason"), row["candidate_wrapped_key"]
    candidate_profile.name_rows(keys, [row])
    reason = None
    if sealed is not None and wrapped is not None:
        cipher = keys.person(wrapped, f"candidate:{row['candidate_id']}")
        reason = cipher.decrypt(sealed, _context(row["id"])).decode()
    former = [
        FormerScreening.model_validate({name: getattr(each, name) for name in FormerScreening.model_fields})
        for each in await repository.former(application_id)
    ]
    await audit_service.viewed(session, "screening.view", "application", application_id)
    return ScreeningRead.model_validate({**row, "assessment_reason": reason, "former": former})


async def assess(session: WriteSession, application_id: UUID, given: AssessmentWrite) -> ScreeningRead:
    """Write down a person's word on an application, with the reason. It moves nothing.

    Args:
        session: The transaction.
        application_id: Which.
        given: The word and why.

    Raises:
        NotFoundError: There is no such application, or it has no screening.
    """
    repository = ApplicationScreeningRepository(session)
    row = await repository.current(application_id, lock=True)
    candidate = await CandidateRepository(session).get(row.candidate_id)
    assert candidate.wrapped_key is not None
    cipher = (await organization_keys(session)).person(candidate.wrapped_key, f"candidate:{candidate.id}")
    before = {"assessment": row.assessment}
    row.assessment = given.assessment
    row.assessment_reason = cipher.encrypt(given.reason.encode(), _context(row.id))
    row.assessed_by, row.assessed_at = audit_service.actor_of(session), await repository.now()
    await session.flush()
    after = {"assessment": given.assessment, "reason": given.reason, "total": row.total}
    audit_service.record(
        session, "application.assess", "application", application_id, before=before, after=after, personal=["reason"]
    )
    event_service.emit(
        session, "application.assessed", application_id=application_id, candidate_id=row.candidate_id,
        requisition_id=row.requisition_id, data={"assessment": given.assessment},
    )  # fmt: skip
    return await get(session, application_id)


def _features(resume: Resume | None) -> ResumeFeatures | None:
    if resume is None or resume.features is None:
        return None
    return ResumeFeatures.model_validate({**resume.features, "text": resume.masked_text or ""})


def _hash(job: JobDescription, features: ResumeFeatures) -> str:
    """Return the digest of what was compared."""
    requirements = [each.model_dump(mode="json") for each in job.requirements]
    return hashlib.sha256(orjson.dumps([requirements, features.model_dump(mode="json")])).hexdigest()


def _fill(row: ApplicationScreening, screened: Screened) -> None:
    row.requirements_version, row.input_hash = screened.version, screened.input_hash
    if screened.result is None:
        row.state, row.reason = ScreeningState.SKIPPED, screened.reason
        return
    row.state = ScreeningState.DONE
    row.total, row.scorer = screened.result.total, screened.result.scorer
    row.result = screened.result.model_dump(mode="json")


def _tell(session: WriteSession, row: ApplicationScreening) -> None:
    flags = (row.result or {}).get("flags", [])
    made = {
        "state": row.state, "reason": row.reason, "total": row.total, "scorer": row.scorer,
        "requirements_version": row.requirements_version, "input_hash": row.input_hash, "flags": len(flags),
    }  # fmt: skip
    audit_service.record(session, "application.screened", "application", row.application_id, after=made)
    event_service.emit(
        session, "application.screened", application_id=row.application_id, candidate_id=row.candidate_id,
        requisition_id=row.requisition_id, data=made,
    )  # fmt: skip


def _context(screening_id: UUID) -> str:
    return f"application_screening.assessment_reason:{screening_id}"
