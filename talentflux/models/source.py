"""Where candidates come from."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.source import SourceKind


class Source(TenantRow, Base):
    """A source of candidates: an agency, a job board, the careers site."""

    __tablename__ = "source"

    name: Mapped[str]
    kind: Mapped[str]

    __table_args__ = (
        *tenant_keys(),
        one_of("kind", SourceKind),
        Index(
            "source_organization_id_kind_name_live_key",
            "organization_id",
            "kind",
            "name",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index("source_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
    )
