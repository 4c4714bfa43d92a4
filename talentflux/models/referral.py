"""Who recommended a candidate."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, tenant_keys


class Referral(TenantRow, Base):
    """A colleague's recommendation of a candidate, for one requisition or for the organization as a whole.

    Attributes:
        user_id: Who recommended.
        note: Why, encrypted under the candidate's key.
        credit: Their share of the credit in per cent.
    """

    __tablename__ = "referral"

    candidate_id: Mapped[UUID]
    requisition_id: Mapped[UUID | None]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[bytes | None]
    credit: Mapped[int] = mapped_column(server_default="100")

    __table_args__ = (
        *tenant_keys("candidate", "requisition"),
        CheckConstraint("credit between 0 and 100", name="credit"),
        Index(
            "referral_live_key",
            "organization_id",
            "candidate_id",
            "requisition_id",
            "user_id",
            unique=True,
            postgresql_where=text("deleted_at is null"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("referral_organization_id_user_id_id_idx", "organization_id", "user_id", "id"),
        Index("referral_organization_id_requisition_id_id_idx", "organization_id", "requisition_id", "id"),
        Index("referral_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
    )
