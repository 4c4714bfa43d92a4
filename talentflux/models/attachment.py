"""Files that are kept about candidates beside their resumes."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.attachment import AttachmentKind


class Attachment(TenantRow, Base):
    """A file about a candidate. Its name lies encrypted with the file, under the file's own key."""

    __tablename__ = "attachment"

    candidate_id: Mapped[UUID]
    file_id: Mapped[UUID]
    kind: Mapped[str]
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))

    __table_args__ = (
        *tenant_keys("candidate", "file"),
        one_of("kind", AttachmentKind),
        Index("attachment_organization_id_candidate_id_id_idx", "organization_id", "candidate_id", "id"),
        Index("attachment_organization_id_file_id_idx", "organization_id", "file_id"),
    )
