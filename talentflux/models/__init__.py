"""SQLAlchemy models, one module per stem."""

from talentflux.models.application import Application
from talentflux.models.base import Base
from talentflux.models.candidate import Candidate
from talentflux.models.file import File
from talentflux.models.match import Match
from talentflux.models.organization import Organization
from talentflux.models.requisition import Requisition
from talentflux.models.resume import Resume, ResumeSkill
from talentflux.models.task import Task

__all__ = [
    "Application",
    "Base",
    "Candidate",
    "File",
    "Match",
    "Organization",
    "Requisition",
    "Resume",
    "ResumeSkill",
    "Task",
]
