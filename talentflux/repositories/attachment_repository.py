"""SQL of attachments."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from talentflux.models import Attachment, File
from talentflux.repositories.base import ResourceList, TenantRepository, optional, parameter
from talentflux.schemas.attachment import AttachmentQuery
from talentflux.schemas.page import RowPage

_COLUMNS = select(
    Attachment.id,
    Attachment.candidate_id,
    Attachment.kind,
    Attachment.file_id,
    File.wrapped_key,
    File.meta,
    File.media_type,
    File.size,
    Attachment.added_by,
    Attachment.created_at,
    Attachment.updated_at,
    Attachment.deleted_at,
).join(File, (File.organization_id == Attachment.organization_id) & (File.id == Attachment.file_id))
_LIST = ResourceList(
    Attachment,
    _COLUMNS,
    filters=[
        Attachment.candidate_id == parameter("candidate_id", Attachment.candidate_id),
        optional(Attachment.kind, "kind"),
    ],
)


class AttachmentRepository(TenantRepository[Attachment]):
    """Attachments of the organization."""

    model = Attachment

    async def page(self, asked: AttachmentQuery, candidate_id: UUID, bound: Mapping[str, object]) -> RowPage:
        """Read a page of a candidate's attachments; names are still encrypted.

        Args:
            asked: Filter, order, view and place.
            candidate_id: Whose.
            bound: As the candidate was read with, by `get_followed`.
        """
        return await _LIST.page(self.session, asked, asked.sort, bound, candidate_id=candidate_id, kind=asked.kind)

    async def row(self, attachment_id: UUID) -> dict[str, object]:
        """Return one attachment as lists show it."""
        statement = _COLUMNS.where(Attachment.organization_id == self.organization_id, Attachment.id == attachment_id)
        return dict((await self.session.execute(statement)).mappings().one())

    async def enter(self, file: File, attachment: Attachment) -> Attachment:
        """Insert an attachment with its file."""
        file.organization_id = self.organization_id
        self.session.add(file)
        await self.session.flush()
        return await self.add(attachment)

    async def file_of(self, attachment: Attachment) -> File:
        """Return the file of an attachment."""
        statement = select(File).where(File.organization_id == self.organization_id, File.id == attachment.file_id)
        return (await self.session.scalars(statement)).one()
