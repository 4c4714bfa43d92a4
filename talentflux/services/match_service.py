"""Ranking stored resumes for a requisition: find, score with evidence, store, read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np

from talentflux.ai.embeddings import Embedder
from talentflux.ai.matching.scoring import Scorer
from talentflux.ai.taxonomy.text import indexed_words
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import DependencyError
from talentflux.core.queue import enqueue
from talentflux.repositories.match_repository import MatchRepository
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.repositories.resume_repository import ResumeRepository
from talentflux.repositories.retrieval_repository import RetrievalQuery, RetrievalRepository, Retrieved
from talentflux.schemas.features import ResumeFeatures
from talentflux.schemas.match import MatchResult, Verdict
from talentflux.schemas.page import RowPage
from talentflux.schemas.ranking import MatchRead, MatchRequest, MatchScope
from talentflux.schemas.requirement import JobDescription
from talentflux.schemas.task import TaskKind, TaskRead
from talentflux.services import audit_service, candidate_profile, task_service
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.standard_scores import standard_scores

MATCH_TASK: Final = "match.run"
_WEIGHTS: Final = (0.5, 0.4, 0.1)
"""Of similarity, skills and words, each as a z-score, in the choice of the resumes that are scored."""

_CHARACTERS: Final = 20_000
_MOST_WORDS: Final = 40


@dataclass(frozen=True, slots=True)
class Scored:
    """A resume with its match.

    Attributes:
        resume_id: The resume.
        candidate_id: Whose.
        result: Verdicts, evidence and total.
    """

    resume_id: UUID
    candidate_id: UUID
    result: MatchResult


@dataclass(frozen=True, slots=True)
class StoredFeatures:
    """A resume as scoring takes it from the database.

    Attributes:
        resume_id: The resume.
        candidate_id: Whose.
        features: What was collected when it was read.
    """

    resume_id: UUID
    candidate_id: UUID
    features: ResumeFeatures


async def request(session: WriteSession, requisition_id: UUID, given: MatchRequest) -> TaskRead:
    """Ask for a new ranking; a worker makes it.

    Args:
        session: The transaction.
        requisition_id: For which requisition.
        given: Whose resumes, and how many.

    Raises:
        NotFoundError: There is no such requisition.
    """
    await RequisitionRepository(session).get(requisition_id)
    task = await task_service.create(session, TaskKind.MATCH, total=1, requisition_id=requisition_id)
    await enqueue(
        session,
        MATCH_TASK,
        lock=f"match:{requisition_id}",  # two rankings of one requisition are made one after the other
        task_id=task.id,
        requisition_id=requisition_id,
        among=list(MatchScope).index(given.scope),
        limit=given.limit,
    )
    asked = {"task_id": task.id, **given.model_dump(mode="json")}
    audit_service.record(session, "match.request", "requisition", requisition_id, after=asked)
    return await task_service.read(session, task)


def query(
    job: JobDescription,
    embedder: Embedder,
    requisition_id: UUID | None = None,
    *,
    among: MatchScope = MatchScope.POOL,
    need_vector: bool = True,
) -> RetrievalQuery:
    """Return what is looked for; a remote embedder is asked, so no transaction may be open.

    Args:
        job: The requisition as scoring takes it.
        embedder: Makes the vector of the job's text.
        requisition_id: Which it is; None where it is not stored.
        among: Whose resumes are looked at.
        need_vector: Fail when a remote embedder does not answer; else the search goes by skills and words alone.

    Raises:
        DependencyError: A remote embedder does not answer, and the vector is needed.
    """
    text = "\n".join([job.title or "", job.text or "\n".join(each.text for each in job.requirements)])
    try:
        vector = embedder.encode([text[:_CHARACTERS]])[0]
    except DependencyError:
        if need_vector:
            raise
        vector = np.zeros(0, np.float32)
    words = dict.fromkeys(term for each in job.requirements if not each.skill_ids for term in each.terms)
    quoted = (f'"{" ".join(said)}"' for term in words if (said := [_written(word) for word in indexed_words(term)]))
    return RetrievalQuery(
        vector=vector if vector.any() else None,
        embedder=embedder.name,
        skill_ids=tuple(dict.fromkeys(skill for each in job.requirements for skill in each.skill_ids)),
        words=" or ".join(list(quoted)[:_MOST_WORDS]),
        requisition_id=requisition_id,
        among=among,
    )


def _written(word: str) -> str:
    """Return a word as it stands in the index, where signs are none."""
    return word.replace("++", "plusplus").replace("#", "sharp")


async def retrieve(session: AnySession, wanted: RetrievalQuery, limit: int) -> list[UUID]:
    """Return the resumes worth scoring, best first.

    Args:
        session: The transaction.
        wanted: What is looked for.
        limit: Most resumes.
    """
    return fuse(await RetrievalRepository(session).find(wanted, limit), limit)


def fuse(found: Sequence[Retrieved], limit: int) -> list[UUID]:
    """Order resumes by the weighted sum of the z-scores of what they were found by.

    A z-score keeps how far a resume stands out in a measure, which a rank would throw away. A missing similarity
    counts as the mean.

    Args:
        found: Resumes with their measures.
        limit: Most resumes.
    """
    if not found:
        return []
    similarity = np.array([np.nan if each.similarity is None else each.similarity for each in found])
    measures = (similarity, np.array([each.skills for each in found], float), np.array([each.words for each in found]))
    total = sum(weight * standard_scores(measure) for weight, measure in zip(_WEIGHTS, measures, strict=True))
    order = np.argsort(-np.asarray(total), kind="stable")[:limit]
    return [found[number].resume_id for number in order]


async def load(session: AnySession, resume_ids: Sequence[UUID]) -> list[StoredFeatures]:
    """Return resumes as scoring takes them, the newest version of each candidate.

    Args:
        session: The transaction.
        resume_ids: Which.
    """
    newest: dict[UUID, StoredFeatures] = {}
    for resume in await ResumeRepository(session).features(resume_ids):
        assert resume.candidate_id is not None
        other = newest.get(resume.candidate_id)
        if other is None or other.resume_id < resume.id:
            features = ResumeFeatures.model_validate({**(resume.features or {}), "text": resume.masked_text or ""})
            newest[resume.candidate_id] = StoredFeatures(resume.id, resume.candidate_id, features)
    return list(newest.values())


def score(scorer: Scorer, job: JobDescription, resumes: Sequence[StoredFeatures]) -> list[Scored]:
    """Compare resumes with a job; takes processor time and needs no transaction.

    Args:
        scorer: Compares.
        job: The requisition as scoring takes it.
        resumes: What `load` returned.
    """
    results = scorer.match_many(job, [resume.features for resume in resumes])
    return [
        Scored(resume.resume_id, resume.candidate_id, result) for resume, result in zip(resumes, results, strict=True)
    ]


def shown(scored: Sequence[Scored]) -> list[Scored]:
    """Return those whose resume shows something of what is asked for: only they are worth being approached.

    Args:
        scored: The matches.
    """
    return [each for each in scored if any(result.verdict != Verdict.NOT_SHOWN for result in each.result.results)]


async def store(
    session: WriteSession, task_id: UUID, requisition_id: UUID, version: int, scored: Sequence[Scored]
) -> None:
    """Put a new ranking in the place of the former one and end its task.

    Args:
        session: The transaction.
        task_id: The task that asked for it.
        requisition_id: Whose ranking.
        version: Of the requirements that were compared.
        scored: The matches.
    """
    task = await task_service.lock(session, task_id)
    rows = [
        {
            "candidate_id": each.candidate_id,
            "resume_id": each.resume_id,
            "task_id": task_id,
            "requirements_version": version,
            "total": each.result.total,
            "result": each.result.model_dump(mode="json"),
            "scorer": each.result.scorer,
        }
        for each in scored
    ]
    await MatchRepository(session).replace(requisition_id, rows)
    task.result = {"matched": len(rows)}
    await task_service.report(session, task, processed=1, errors=[])
    await session.flush()
    made = {"task_id": task_id, "requirements_version": version, "matched": len(rows)}
    audit_service.record(session, "match.store", "requisition", requisition_id, after=made)


async def page(
    session: AnySession, requisition_id: UUID, limit: int, cursor: str | None, *, blind: bool = False
) -> RowPage:
    """Read a page of a requisition's ranking, best first.

    Args:
        session: The transaction.
        requisition_id: Whose ranking.
        limit: Most candidates.
        cursor: Where the page before ended.
        blind: Leave the names out.

    Raises:
        NotFoundError: There is no such requisition.
    """
    found = await MatchRepository(session).page(requisition_id, limit, cursor)
    if not found.items:
        await RequisitionRepository(session).get(requisition_id)
    candidate_profile.name_rows(await organization_keys(session), found.items, blind=blind)
    shown = {"candidates": [row["candidate_id"] for row in found.items], "blind": blind}
    await audit_service.viewed(session, "match.list", "requisition", requisition_id, details=shown)
    return found


async def get(session: AnySession, requisition_id: UUID, candidate_id: UUID, *, blind: bool = False) -> MatchRead:
    """Return one candidate's match with all evidence.

    Args:
        session: The transaction.
        requisition_id: Whose ranking.
        candidate_id: Whom.
        blind: Leave the name out.

    Raises:
        NotFoundError: The candidate is not in the ranking.
    """
    row = await MatchRepository(session).detail(requisition_id, candidate_id)
    candidate_profile.name_rows(await organization_keys(session), [row], blind=blind)
    shown = {"candidate_id": candidate_id, "blind": blind}
    await audit_service.viewed(session, "match.view", "requisition", requisition_id, details=shown)
    return MatchRead.model_validate(row)
