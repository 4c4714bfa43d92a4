"""The audit log as it is answered."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from talentflux.schemas.base import Schema
from talentflux.schemas.page import Cursor, Limit


class AuditEventRead(Schema):
    """One event of the audit log."""

    id: UUID
    sequence: int = Field(description="Number in the organization's chain, from 1, without gaps.")
    occurred_at: datetime
    actor: str = Field(description="`user:<id>`, `api_key:<id>`, `anonymous` or `system`.")
    action: str = Field(description="What was done, as `candidate.update`.")
    resource: str = Field(description="Kind of the row.")
    resource_id: UUID | None
    request_id: str = Field(description="The X-Request-Id; empty for what no request caused.")
    network: str | None = Field(description="Where from: the address without its last part (/24 or /48).")
    address: str | None = Field(description="Keyed commitment of the full address.")
    changes: dict[str, dict[str, Any]] = Field(
        description="Per field `before` and `after`. Personal and very long values are `{commitment: …}`: a keyed "
        "hash that shows whether two values were the same, and not which."
    )


class AuditFault(StrEnum):
    """What is wrong with a chain."""

    MISSING = "missing"
    EDITED = "edited"
    BROKEN = "broken"
    END_MISSING = "end_missing"
    END_MOVED = "end_moved"
    ANCHOR_DIFFERS = "anchor_differs"
    ANCHOR_FORGED = "anchor_forged"


class ChainVerification(Schema):
    """What the check of one chain found."""

    organization_id: UUID | None = Field(description="Whose chain; null for the platform's.")
    intact: bool
    events: int = Field(description="Events that were found to be as they were written.")
    anchored: int = Field(description="Number of the newest event that an anchor outside the database proves; 0: none.")
    fault: AuditFault | None = Field(description="What is wrong with the first bad event.")
    sequence: int | None = Field(description="Number of the first bad event.")
    event_id: UUID | None = Field(description="Its id, where there is one.")
    detail: str | None = Field(description="What is wrong, in words.")


class AuditFilter(Schema):
    """Which events are wanted; what is left out filters nothing."""

    actor: str | None = Field(default=None, max_length=100, description="As `user:<id>`.")
    action: str | None = Field(default=None, max_length=100, description="As `candidate.update`.")
    resource: str | None = Field(default=None, max_length=100, description="As `candidate`.")
    resource_id: UUID | None = Field(default=None, description="The row.")
    since: AwareDatetime | None = Field(default=None, description="At or after this time.")
    until: AwareDatetime | None = Field(default=None, description="Before this time.")


class AuditQuery(AuditFilter):
    """What the list of events can be asked."""

    limit: Limit = 50
    cursor: Cursor | None = None


class ExportFormat(StrEnum):
    """How events are exported."""

    NDJSON = "ndjson"
    CSV = "csv"


class AuditExportQuery(AuditFilter):
    """What is exported, and how."""

    format: ExportFormat = Field(default=ExportFormat.NDJSON, description="One JSON object a line, or a table.")
