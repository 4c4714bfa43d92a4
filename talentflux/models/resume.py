"""A resume: an uploaded file and what was read from it."""

from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import Computed, ForeignKeyConstraint, Index, literal_column, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.stored_resume import ResumeStatus

FAST_DIMENSIONS = 256
"""Vectors of this length have an approximate index; others are compared one by one."""


class Resume(TenantRow, Base):
    """One version of a candidate's resume. `stored` until a worker has read it.

    What is searched, embedded and scored holds neither name nor contact; all else lies encrypted under the file's key.

    Attributes:
        digest: Keyed hash of the bytes, by which an original is known that was sent before.
        content: The document as read and what the parser found in it, encrypted.
        failure: Why it could not be read, which may quote the file's name, encrypted.
    """

    __tablename__ = "resume"
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 -- typed so; `words` would come back with each write

    file_id: Mapped[UUID]
    candidate_id: Mapped[UUID | None]
    task_id: Mapped[UUID | None]
    requisition_id: Mapped[UUID | None]
    digest: Mapped[bytes | None]
    status: Mapped[str] = mapped_column(server_default=ResumeStatus.STORED)
    failure_reason: Mapped[str | None]
    failure: Mapped[bytes | None]
    language: Mapped[str | None]
    total_years: Mapped[float | None]
    skill_ids: Mapped[list[str]] = mapped_column(server_default="{}")
    content: Mapped[bytes | None]
    features: Mapped[dict[str, Any] | None]
    masked_text: Mapped[str | None]
    words: Mapped[str | None] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', left(plain_words(left(coalesce(masked_text, ''), 200000)), 200000))", persisted=True
        ),
        deferred=True,
    )
    embedding: Mapped[list[float] | None] = mapped_column(HALFVEC(), deferred=True)
    embedder: Mapped[str | None]

    __table_args__ = (
        *tenant_keys("file", "candidate", "task", "requisition"),
        one_of("status", ResumeStatus),
        Index(
            "resume_organization_id_digest_live_key",
            "organization_id",
            "digest",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index("resume_organization_id_candidate_id_idx", "organization_id", "candidate_id"),
        Index("resume_organization_id_task_id_idx", "organization_id", "task_id"),
        Index(
            "resume_embedding_idx",
            literal_column(f"(embedding::halfvec({FAST_DIMENSIONS}))").label("vector"),
            postgresql_using="hnsw",
            postgresql_ops={"vector": "halfvec_ip_ops"},
            postgresql_where=text(f"vector_dims(embedding) = {FAST_DIMENSIONS}"),
        ),
        Index("resume_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
    )


class ResumeSkill(Base):
    """One skill that a resume shows.

    `resume.skill_ids` holds the same; this table answers "who has these" from a plain index, which row-level security
    allows. Operators on arrays and text vectors are not leakproof, so their indexes are out of reach under a policy.
    """

    __tablename__ = "resume_skill"

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    skill_id: Mapped[str] = mapped_column(primary_key=True)
    resume_id: Mapped[UUID] = mapped_column(primary_key=True)

    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "resume_id"], ["resume.organization_id", "resume.id"], ondelete="CASCADE"
        ),
        Index("resume_skill_organization_id_resume_id_idx", "organization_id", "resume_id"),
    )
