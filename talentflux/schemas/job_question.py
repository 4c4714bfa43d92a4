"""Questions of application forms, and answers to them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from talentflux.schemas.base import Schema

Option = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class QuestionKind(StrEnum):
    """What sort of answer a question takes."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    SELECT = "select"
    MULTI_SELECT = "multi_select"
    NUMBER = "number"
    DATE = "date"
    URL = "url"
    FILE = "file"


_CHOICES = frozenset({QuestionKind.SELECT, QuestionKind.MULTI_SELECT})


class KnockOut(Schema):
    """Which answers are as hoped for. Others flag the application for a person's look; they never reject it."""

    yes: bool | None = Field(default=None, description="Of a yes/no question: the answer hoped for.")
    options: list[Option] | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Of a choice: one of these; of several choices: all of these.",
    )
    minimum: float | None = Field(default=None, allow_inf_nan=False, description="Of a number: at least this.")
    maximum: float | None = Field(default=None, allow_inf_nan=False, description="Of a number: at most this.")


class PublicQuestion(Schema):
    """One question, as applicants see it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="Names the answer; stays when the text changes.")
    kind: QuestionKind
    label: str = Field(min_length=1, max_length=500, pattern=r"\S")
    help: str | None = Field(default=None, max_length=1_000, description="What stands below the question.")
    required: bool = False
    options: list[Option] = Field(default_factory=list, max_length=200, description="What can be chosen.")
    minimum: float | None = Field(default=None, allow_inf_nan=False, description="Least number that is taken.")
    maximum: float | None = Field(default=None, allow_inf_nan=False, description="Greatest number that is taken.")


class Question(PublicQuestion):
    """One question of a form."""

    knock_out: KnockOut | None = Field(default=None, description="Null where no answer flags the application.")

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if (self.kind in _CHOICES) != bool(self.options):
            raise ValueError(f"{self.id}: select and multi_select have options, other kinds have none")
        if len(set(self.options)) < len(self.options):
            raise ValueError(f"{self.id}: an option is there twice")
        bounds = (self.minimum, self.maximum)
        if self.kind is not QuestionKind.NUMBER and bounds != (None, None):
            raise ValueError(f"{self.id}: only numbers have a minimum and a maximum")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"{self.id}: the minimum is above the maximum")
        if self.knock_out is not None:
            self._check_knock_out(self.knock_out)
        return self

    def _check_knock_out(self, rule: KnockOut) -> None:
        given = {name for name, value in rule if value is not None}
        fitting: dict[QuestionKind, set[str]] = {
            QuestionKind.YES_NO: {"yes"},
            QuestionKind.SELECT: {"options"},
            QuestionKind.MULTI_SELECT: {"options"},
            QuestionKind.NUMBER: {"minimum", "maximum"},
        }
        if not given or not given <= fitting.get(self.kind, set()):
            raise ValueError(f"{self.id}: this knock-out rule does not fit a question of the kind {self.kind}")
        if rule.options is not None and not set(rule.options) <= set(self.options):
            raise ValueError(f"{self.id}: the knock-out rule names an option that the question does not have")


def check_questions(form: Sequence[Question]) -> None:
    """Refuse two questions with one id.

    Args:
        form: As given.

    Raises:
        ValueError: Two have the same id; the sentence names it.
    """
    seen: set[str] = set()
    for question in form:
        if question.id in seen:
            raise ValueError(f"the question {question.id} is there twice")
        seen.add(question.id)
