"""What no archive holds, made when its rows are in place: public cards of jobs, and what duplicates are found by."""

from uuid import UUID

from talentflux.core.database import WriteSession
from talentflux.repositories.data_export_repository import ArchiveTarget
from talentflux.services import job_publishing
from talentflux.services.duplicate_search import look_for


async def renew(session: WriteSession) -> None:
    """Make anew what belongs to an install, or is under its keys.

    Args:
        session: The transaction that has written the rows of an archive.
    """
    after: UUID | None = UUID(int=0)
    while after is not None:
        after = await job_publishing.render_all(session, after)
    target = ArchiveTarget(session)
    await target.add_merged_contacts()
    look_for(session, *await target.live_candidates())
