"""Notes about candidates."""

from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, tenant_keys


class Note(TenantRow, Base):
    """A note about a candidate, and about one application of theirs where it names one.

    Attributes:
        requisition_id: Of the application, so that the note is seen by those only who see the requisition.
        author: `user:<id>` or `api_key:<id>`.
        author_id: The user; None for a key of a service.
        private: For the author and those who may see private fields.
        body: Markdown, encrypted under the candidate's key.
        mentions: Users who were told of the note.
    """

    __tablename__ = "note"

    candidate_id: Mapped[UUID]
    requisition_id: Mapped[UUID | None]
    application_id: Mapped[UUID | None]
    author: Mapped[str]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    private: Mapped[bool] = mapped_column(server_default="false")
    body: Mapped[bytes | None]
    mentions: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default="{}")

    __table_args__ = (
        *tenant_keys("candidate", "requisition", "application"),
        Index("note_organization_id_candidate_id_id_idx", "organization_id", "candidate_id", "id"),
        Index("note_organization_id_application_id_idx", "organization_id", "application_id"),
    )
