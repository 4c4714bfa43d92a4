"""What came in through the public form of a job."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, tenant_keys
from talentflux.utils.ids import new_id


class ApplicationAnswer(TenantRow, Base):
    """The answers that came with one submission of a form. Who applies twice has two.

    Attributes:
        candidate_id: Under whose key the answers lie.
        flagged: Whether an answer to a knock-out question asks for a person's look.
        answers: Questions as they were asked, answers and flags, encrypted JSON.
    """

    __tablename__ = "application_answer"

    application_id: Mapped[UUID]
    candidate_id: Mapped[UUID]
    requisition_id: Mapped[UUID]
    job_id: Mapped[UUID]
    flagged: Mapped[bool]
    answers: Mapped[bytes | None]

    __table_args__ = (
        *tenant_keys("application", "candidate", "requisition", "job"),
        Index("application_answer_organization_id_application_id_idx", "organization_id", "application_id", "id"),
        Index("application_answer_organization_id_candidate_id_idx", "organization_id", "candidate_id"),
        Index("application_answer_flagged_idx", "organization_id", "application_id", postgresql_where=text("flagged")),
    )


class JobSubmission(Base):
    """A challenge that was used up, until it would have expired.

    Attributes:
        challenge: Its random part.
        fingerprint: Keyed hash of what was sent with it: the same again is answered as the first time.
    """

    __tablename__ = "job_submission"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[UUID]
    job_id: Mapped[UUID]
    challenge: Mapped[str]
    fingerprint: Mapped[str]
    expires_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("organization_id", "challenge"),
        ForeignKeyConstraint(["organization_id"], ["organization.id"]),
        ForeignKeyConstraint(["organization_id", "job_id"], ["job.organization_id", "job.id"]),
        Index("job_submission_organization_id_expires_at_idx", "organization_id", "expires_at"),
    )
