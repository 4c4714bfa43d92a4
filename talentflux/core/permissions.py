"""Who may do what: one enumeration of permissions, and what each role holds."""

from enum import StrEnum
from typing import Final, Literal


class Role(StrEnum):
    """A member's role in an organization."""

    OWNER = "owner"
    ADMIN = "admin"
    RECRUITER = "recruiter"
    HIRING_MANAGER = "hiring_manager"
    INTERVIEWER = "interviewer"
    VIEWER = "viewer"


class TeamRole(StrEnum):
    """A user's part in the hiring team of one requisition."""

    RECRUITER = "recruiter"
    HIRING_MANAGER = "hiring_manager"
    INTERVIEWER = "interviewer"


class Permission(StrEnum):
    """What can be allowed, as `resource:action`."""

    ORGANIZATION_READ = "organization:read"
    ORGANIZATION_UPDATE = "organization:update"
    ORGANIZATION_DELETE = "organization:delete"
    ORGANIZATION_TRANSFER = "organization:transfer"
    IDENTITY_PROVIDER_READ = "identity_provider:read"
    IDENTITY_PROVIDER_WRITE = "identity_provider:write"
    WORKSPACE_READ = "workspace:read"
    WORKSPACE_WRITE = "workspace:write"
    MEMBER_READ = "member:read"
    MEMBER_INVITE = "member:invite"
    MEMBER_UPDATE = "member:update"
    MEMBER_REMOVE = "member:remove"
    API_KEY_READ = "api_key:read"
    API_KEY_WRITE = "api_key:write"
    API_KEY_PERSONAL = "api_key:personal"
    AUDIT_READ = "audit:read"
    AUDIT_EXPORT = "audit:export"
    EMAIL_READ = "email:read"
    EMAIL_SEND = "email:send"
    CANDIDATE_READ = "candidate:read"
    CANDIDATE_READ_PRIVATE = "candidate:read_private"
    CANDIDATE_WRITE = "candidate:write"
    CANDIDATE_DELETE = "candidate:delete"
    CANDIDATE_MERGE = "candidate:merge"
    NOTE_READ = "note:read"
    NOTE_WRITE = "note:write"
    TALENT_POOL_READ = "talent_pool:read"
    TALENT_POOL_WRITE = "talent_pool:write"
    CUSTOM_FIELD_READ = "custom_field:read"
    CUSTOM_FIELD_WRITE = "custom_field:write"
    SOURCE_READ = "source:read"
    SOURCE_WRITE = "source:write"
    RESUME_READ = "resume:read"
    RESUME_UPLOAD = "resume:upload"
    REQUISITION_READ = "requisition:read"
    REQUISITION_READ_CONFIDENTIAL = "requisition:read_confidential"
    REQUISITION_CREATE = "requisition:create"
    REQUISITION_WRITE = "requisition:write"
    REQUISITION_DELETE = "requisition:delete"
    HIRING_TEAM_READ = "hiring_team:read"
    HIRING_TEAM_WRITE = "hiring_team:write"
    MATCH_READ = "match:read"
    MATCH_RUN = "match:run"
    REPORT_READ = "report:read"
    APPLICATION_READ = "application:read"
    APPLICATION_CREATE = "application:create"
    APPLICATION_MOVE = "application:move"
    PIPELINE_READ = "pipeline:read"
    PIPELINE_WRITE = "pipeline:write"
    APPROVAL_READ = "approval:read"
    APPROVAL_DECIDE = "approval:decide"
    APPROVAL_WRITE = "approval:write"
    JOB_READ = "job:read"
    JOB_WRITE = "job:write"
    JOB_PUBLISH = "job:publish"
    IMPORT_READ = "import:read"
    IMPORT_RUN = "import:run"
    EXPORT_RUN = "export:run"
    EVENT_READ = "event:read"
    WEBHOOK_READ = "webhook:read"
    WEBHOOK_WRITE = "webhook:write"
    TASK_READ = "task:read"
    SKILL_READ = "skill:read"


_P = Permission
_ALL: Final = frozenset(Permission)
_OWNER_ONLY: Final = frozenset({_P.ORGANIZATION_DELETE, _P.ORGANIZATION_TRANSFER, _P.AUDIT_READ, _P.AUDIT_EXPORT})
_READING: Final = frozenset(
    {
        _P.ORGANIZATION_READ, _P.WORKSPACE_READ, _P.MEMBER_READ, _P.CANDIDATE_READ, _P.RESUME_READ,
        _P.REQUISITION_READ, _P.HIRING_TEAM_READ, _P.MATCH_READ, _P.REPORT_READ, _P.APPLICATION_READ,
        _P.TASK_READ, _P.SKILL_READ, _P.API_KEY_PERSONAL, _P.NOTE_READ, _P.CUSTOM_FIELD_READ, _P.SOURCE_READ,
        _P.PIPELINE_READ, _P.JOB_READ,
    }
)  # fmt: skip
_RECRUITING: Final = _READING | {
    _P.CANDIDATE_READ_PRIVATE, _P.CANDIDATE_WRITE, _P.CANDIDATE_DELETE, _P.RESUME_UPLOAD, _P.REQUISITION_CREATE,
    _P.REQUISITION_WRITE, _P.REQUISITION_DELETE, _P.HIRING_TEAM_WRITE, _P.MATCH_RUN, _P.APPLICATION_MOVE,
    _P.EMAIL_READ, _P.EMAIL_SEND, _P.CANDIDATE_MERGE, _P.NOTE_WRITE, _P.TALENT_POOL_READ, _P.TALENT_POOL_WRITE,
    _P.SOURCE_WRITE, _P.APPLICATION_CREATE, _P.APPROVAL_READ, _P.APPROVAL_DECIDE, _P.JOB_WRITE, _P.JOB_PUBLISH,
    _P.IMPORT_READ, _P.IMPORT_RUN,
}  # fmt: skip

ROLE_PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    Role.OWNER: _ALL,
    Role.ADMIN: _ALL - _OWNER_ONLY,
    Role.RECRUITER: _RECRUITING,
    Role.HIRING_MANAGER: _READING
    | {
        _P.CANDIDATE_READ_PRIVATE,
        _P.REQUISITION_CREATE,
        _P.NOTE_WRITE,
        _P.APPROVAL_READ,
        _P.APPROVAL_DECIDE,
    },
    Role.INTERVIEWER: (_READING - {_P.RESUME_READ}) | {_P.NOTE_WRITE},
    Role.VIEWER: _READING,
}

TEAM_PERMISSIONS: Final[dict[TeamRole, frozenset[Permission]]] = {
    TeamRole.RECRUITER: frozenset(
        {
            _P.REQUISITION_WRITE,
            _P.HIRING_TEAM_WRITE,
            _P.MATCH_RUN,
            _P.APPLICATION_CREATE,
            _P.APPLICATION_MOVE,
            _P.JOB_WRITE,
            _P.JOB_PUBLISH,
        }
    ),
    TeamRole.HIRING_MANAGER: frozenset({_P.REQUISITION_WRITE, _P.MATCH_RUN, _P.APPLICATION_MOVE}),
    TeamRole.INTERVIEWER: frozenset(),
}
"""What a part in a hiring team adds to a role, on that requisition only.

It counts in routes whose path names the requisition, an application to it or a job of it.
"""

RequisitionLevel = Literal["all", "open", "team"]
"""Which requisitions someone sees: all; all but confidential ones of other teams; those of the own teams."""

_LEVELS: Final[dict[Role, RequisitionLevel]] = {
    Role.OWNER: "all",
    Role.ADMIN: "all",
    Role.RECRUITER: "open",
    Role.VIEWER: "open",
    Role.HIRING_MANAGER: "team",
    Role.INTERVIEWER: "team",
}


def requisition_level(role: Role | None, permissions: frozenset[Permission]) -> RequisitionLevel:
    """Return which requisitions a member or a service key sees.

    Args:
        role: Of the member; None for a service key.
        permissions: What a service key may do.
    """
    if role is not None:
        return _LEVELS[role]
    return "all" if Permission.REQUISITION_READ_CONFIDENTIAL in permissions else "open"
