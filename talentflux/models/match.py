"""How a candidate's resume meets a requisition."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index, desc
from sqlalchemy.orm import Mapped

from talentflux.models.base import Base, TenantRow, tenant_keys


class Match(TenantRow, Base):
    """The stored result of the latest matching of a requisition: total, parts, evidence."""

    __tablename__ = "match"

    requisition_id: Mapped[UUID]
    candidate_id: Mapped[UUID]
    resume_id: Mapped[UUID]
    task_id: Mapped[UUID]
    requirements_version: Mapped[int]
    total: Mapped[float]
    result: Mapped[dict[str, Any]]
    scorer: Mapped[str]

    __table_args__ = (
        *tenant_keys("requisition", "candidate", "resume", "task"),
        Index("match_live_key", "organization_id", "requisition_id", "candidate_id", unique=True),
        Index("match_rank_idx", "organization_id", "requisition_id", desc("total"), desc("id")),
    )
