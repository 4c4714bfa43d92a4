"""SQLAlchemy models, one module per stem."""

from talentflux.models.api_key import ApiKey
from talentflux.models.application import Application
from talentflux.models.audit import AuditEvent, AuditHead
from talentflux.models.auth import LoginThrottle, OneTimeToken, RefreshToken, SigningKey
from talentflux.models.base import Base
from talentflux.models.candidate import Candidate, CandidateNameToken
from talentflux.models.email import EmailMessage
from talentflux.models.encryption import OrganizationKey, PlatformKey
from talentflux.models.event import Event
from talentflux.models.file import File
from talentflux.models.hiring_team import HiringTeam
from talentflux.models.idempotency import IdempotencyKey
from talentflux.models.match import Match
from talentflux.models.member import Invitation, Member
from talentflux.models.organization import Organization
from talentflux.models.requisition import Requisition
from talentflux.models.resume import Resume, ResumeSkill
from talentflux.models.second_factor import RecoveryCode, UserTotp
from talentflux.models.sign_on import IdentityProvider, SignOnState, UserIdentity
from talentflux.models.task import Task
from talentflux.models.user import User, UserSession
from talentflux.models.workspace import Workspace, WorkspaceMember

__all__ = [
    "ApiKey",
    "Application",
    "AuditEvent",
    "AuditHead",
    "Base",
    "Candidate",
    "CandidateNameToken",
    "EmailMessage",
    "Event",
    "File",
    "HiringTeam",
    "IdempotencyKey",
    "IdentityProvider",
    "Invitation",
    "LoginThrottle",
    "Match",
    "Member",
    "OneTimeToken",
    "Organization",
    "OrganizationKey",
    "PlatformKey",
    "RecoveryCode",
    "RefreshToken",
    "Requisition",
    "Resume",
    "ResumeSkill",
    "SignOnState",
    "SigningKey",
    "Task",
    "User",
    "UserIdentity",
    "UserSession",
    "UserTotp",
    "Workspace",
    "WorkspaceMember",
]
