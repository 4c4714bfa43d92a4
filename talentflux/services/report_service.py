"""Reports over what is stored."""

from uuid import UUID

from talentflux.core.database import AnySession
from talentflux.schemas.requirement import JobDescription
from talentflux.schemas.requisition import RequisitionRead
from talentflux.schemas.screening import ScreenedResume, ScreeningReport
from talentflux.services import match_service, requisition_service, resume_service
from talentflux.services.screening_service import METHOD

_PAGE = 200


async def shortlist(session: AnySession, requisition_id: UUID, top: int, *, blind: bool = False) -> ScreeningReport:
    """Return the best of a requisition's stored ranking with their evidence.

    Args:
        session: The transaction.
        requisition_id: Whose ranking.
        top: Most candidates.
        blind: Leave out names and files, and show the masked text.

    Raises:
        NotFoundError: There is no such requisition.
    """
    requisition = await requisition_service.get(session, requisition_id)
    rows, cursor = [], None
    while True:
        page = await match_service.page(session, requisition_id, _PAGE, cursor, blind=blind)
        rows += page.items
        if (cursor := page.next_cursor) is None:
            break
    better = [sum(other["total"] > row["total"] for other in rows) for row in rows[:top]]
    shown = [
        await _screened(session, requisition_id, row["candidate_id"], place + 1, blind=blind)
        for place, row in zip(better, rows[:top], strict=True)
    ]
    return ScreeningReport(
        created_at=max((row["created_at"] for row in rows), default=requisition.updated_at),
        job=_job(requisition),
        job_file=requisition.title,
        blind=blind,
        resumes=shown,
        ranked=len(rows),
        shown=top,
        unreadable=[],
        seconds=None,
        method=METHOD,
    )


async def _screened(
    session: AnySession, requisition_id: UUID, candidate_id: UUID, rank: int, *, blind: bool
) -> ScreenedResume:
    match = await match_service.get(session, requisition_id, candidate_id, blind=blind)
    resume = await resume_service.get(session, match.resume_id)
    headline = resume.parsed.headline if resume.parsed and not blind else None
    return ScreenedResume(
        rank=rank,
        file=f"sha256:{resume.file.sha256[:12]}" if blind else resume.file_name,
        label=match.candidate_name or f"Candidate {rank}",
        headline=headline.value if headline else None,
        language=resume.language,
        total_years=resume.total_years,
        match=match.result,
        text=match.masked_text if blind else resume.text,
    )


def _job(requisition: RequisitionRead) -> JobDescription:
    return JobDescription(
        title=requisition.title,
        language=requisition.language,
        location=requisition.location,
        text=requisition.description,
        requirements=requisition.requirements,
        warnings=requisition.warnings,
    )
