"""Applying through the public form of a job, and what recruiters see of the answers."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import EmailStr, Field

from talentflux.schemas.base import Schema
from talentflux.schemas.job import Language
from talentflux.schemas.job_question import QuestionKind

Line = Annotated[str, Field(max_length=300)]
Link = Annotated[str, Field(max_length=2_000, pattern=r"^https?://[^\s<>\"\\]+$")]
_JSON_RESUME = "A JSON Resume 1.0.0 document; taken in the place of a file."


class ApplyChallenge(Schema):
    """A puzzle that comes with a form."""

    challenge: str = Field(description="Send it back with the form. It is good once, for this job.")
    difficulty: int = Field(
        description="Find a `solution` such that the SHA-256 of `challenge:solution` begins with so many zero bits."
    )
    algorithm: str = Field(description="`sha256`.")
    expires_at: datetime


class PublicApplication(Schema):
    """An application as somebody sends it, with or without an account."""

    challenge: str = Field(max_length=300, description="Of `GET …/challenge`.")
    solution: str = Field(max_length=64, description="What solves it.")
    website: str | None = Field(
        default=None, max_length=1_000, description="Leave it empty: people do not see this field, programs fill it in."
    )
    name: str = Field(min_length=1, max_length=200, pattern=r"\S")
    email: EmailStr = Field(max_length=254)
    phone: str | None = Field(default=None, max_length=50)
    location: Line | None = None
    headline: Line | None = None
    summary: str | None = Field(default=None, max_length=10_000)
    links: list[Link] = Field(default_factory=list, max_length=10)
    answers: dict[str, Any] = Field(
        default_factory=dict, max_length=50, description="Answers by the ids of the questions."
    )
    json_resume: dict[str, Any] | None = Field(default=None, description=_JSON_RESUME)
    source: str | None = Field(default=None, max_length=64, description="Code of the tracking link that was followed.")
    do_not_screen: bool = Field(default=False, description="Whether no program may compare this application.")
    language: Language | None = Field(default=None, description="Of the confirmation; by default the posting's.")


class Received(Schema):
    """The answer to every application that was taken, whoever it comes from and however often."""

    detail: str


class AnswerFile(Schema):
    """A file that answers a question."""

    id: UUID
    name: str
    size: int
    media_type: str


class AnswerRead(Schema):
    """An answer with its question as it was asked."""

    question_id: str
    kind: QuestionKind
    label: str
    value: Any = Field(description="Text, number, truth value or list of options; null for files.")
    file: AnswerFile | None
    flagged: bool = Field(description="Whether it is not the answer hoped for. A person decides what that means.")


class SubmissionRead(Schema):
    """One form that somebody sent."""

    id: UUID
    job_id: UUID
    submitted_at: datetime
    flagged: bool = Field(description="Whether an answer asks for a person's look.")
    answers: list[AnswerRead]


class SubmissionList(Schema):
    """All forms that came in with an application, the first one first."""

    submissions: list[SubmissionRead]
