"""SQLAlchemy models, one module per stem."""

from talentflux.models.api_key import ApiKey
from talentflux.models.application import Application, ApplicationStageChange
from talentflux.models.application_action import ApplicationAction
from talentflux.models.application_bulk import ApplicationBulk
from talentflux.models.application_screening import ApplicationScreening
from talentflux.models.application_task import ApplicationTask
from talentflux.models.approval import Approval, ApprovalChain, ApprovalDecision, ApprovalDelegation, ApprovalStep
from talentflux.models.attachment import Attachment
from talentflux.models.audit import AuditEvent, AuditHead
from talentflux.models.auth import LoginThrottle, OneTimeToken, RefreshToken, SigningKey
from talentflux.models.base import Base
from talentflux.models.candidate import Candidate, CandidateNameToken, CandidateText
from talentflux.models.candidate_duplicate import CandidateContact, CandidateDuplicate
from talentflux.models.candidate_link import CandidateLink
from talentflux.models.candidate_merge import CandidateMerge
from talentflux.models.custom_field import CustomField
from talentflux.models.data_export import DataExport
from talentflux.models.data_import import DataImport, DataImportBatch
from talentflux.models.email import EmailMessage
from talentflux.models.encryption import OrganizationKey, PlatformKey
from talentflux.models.event import Event
from talentflux.models.file import File
from talentflux.models.hiring_team import HiringTeam
from talentflux.models.idempotency import IdempotencyKey
from talentflux.models.job import Job, JobCard
from talentflux.models.match import Match
from talentflux.models.member import Invitation, Member
from talentflux.models.note import Note
from talentflux.models.opening import Opening
from talentflux.models.organization import Organization
from talentflux.models.pipeline import Pipeline, PipelineStage
from talentflux.models.public_application import ApplicationAnswer, JobSubmission
from talentflux.models.referral import Referral
from talentflux.models.reject_reason import RejectReason
from talentflux.models.requisition import RequirementVersion, Requisition
from talentflux.models.requisition_template import RequisitionTemplate
from talentflux.models.resume import Resume, ResumeSkill
from talentflux.models.saved_search import SavedSearch
from talentflux.models.second_factor import RecoveryCode, UserTotp
from talentflux.models.sign_on import IdentityProvider, SignOnState, UserIdentity
from talentflux.models.source import Source
from talentflux.models.stage_automation import StageAutomation
from talentflux.models.tag import CandidateTag, Tag
from talentflux.models.talent_pool import TalentPool, TalentPoolMember
from talentflux.models.task import Task
from talentflux.models.tracking_link import TrackingLink
from talentflux.models.user import User, UserSession
from talentflux.models.webhook import WebhookDelivery, WebhookEndpoint
from talentflux.models.workspace import Workspace, WorkspaceMember

__all__ = [
    "ApiKey",
    "Application",
    "ApplicationAction",
    "ApplicationAnswer",
    "ApplicationBulk",
    "ApplicationScreening",
    "ApplicationStageChange",
    "ApplicationTask",
    "Approval",
    "ApprovalChain",
    "ApprovalDecision",
    "ApprovalDelegation",
    "ApprovalStep",
    "Attachment",
    "AuditEvent",
    "AuditHead",
    "Base",
    "Candidate",
    "CandidateContact",
    "CandidateDuplicate",
    "CandidateLink",
    "CandidateMerge",
    "CandidateNameToken",
    "CandidateTag",
    "CandidateText",
    "CustomField",
    "DataExport",
    "DataImport",
    "DataImportBatch",
    "EmailMessage",
    "Event",
    "File",
    "HiringTeam",
    "IdempotencyKey",
    "IdentityProvider",
    "Invitation",
    "Job",
    "JobCard",
    "JobSubmission",
    "LoginThrottle",
    "Match",
    "Member",
    "Note",
    "OneTimeToken",
    "Opening",
    "Organization",
    "OrganizationKey",
    "Pipeline",
    "PipelineStage",
    "PlatformKey",
    "RecoveryCode",
    "Referral",
    "RefreshToken",
    "RejectReason",
    "RequirementVersion",
    "Requisition",
    "RequisitionTemplate",
    "Resume",
    "ResumeSkill",
    "SavedSearch",
    "SignOnState",
    "SigningKey",
    "Source",
    "StageAutomation",
    "Tag",
    "TalentPool",
    "TalentPoolMember",
    "Task",
    "TrackingLink",
    "User",
    "UserIdentity",
    "UserSession",
    "UserTotp",
    "WebhookDelivery",
    "WebhookEndpoint",
    "Workspace",
    "WorkspaceMember",
]
