"""The outcome of screening a pile of resumes against one job."""

from datetime import datetime

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.match import MatchResult
from talentflux.schemas.requirement import JobDescription


class ScreenedResume(Schema):
    """One resume in the ranking."""

    rank: int = Field(
        default=0, ge=0, description="1 is best; resumes with the same total share a rank. 0 before ranking."
    )
    file: str = Field(description="File as given; inside an archive: `archive.zip/inner.pdf`.")
    label: str = Field(description="The person's name; `Candidate N` in a blind report or where no name was read.")
    headline: str | None = None
    language: str | None = None
    total_years: float | None = None
    match: MatchResult
    text: str | None = Field(
        default=None, description="What the evidence's spans refer to; masked in a blind report; null outside the top."
    )


class UnreadableFile(Schema):
    """A file that could not be read and why."""

    file: str
    reason: str = Field(description="Stable short name.")
    detail: str = Field(description="What to do about it.")


class ScreeningReport(Schema):
    """A ranked shortlist with what it was made from."""

    created_at: datetime
    job: JobDescription
    job_file: str
    blind: bool
    resumes: list[ScreenedResume] = Field(description="Best first; from the store only those shown.")
    ranked: int = Field(ge=0, description="How many resumes were ranked in all.")
    shown: int = Field(description="How many of them are shown in detail.")
    unreadable: list[UnreadableFile]
    seconds: float | None = Field(description="Wall time of reading and scoring; null for a stored ranking.")
    method: str = Field(description="One sentence on what computed the scores, and that no language model took part.")
