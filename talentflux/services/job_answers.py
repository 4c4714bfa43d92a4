"""Answers to the questions of a form: held against their kinds, and looked at for knock-outs."""

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from talentflux.core.errors import InvalidInputError
from talentflux.schemas.job_question import KnockOut, Question, QuestionKind

_SHORT: Final = 500
_LONG: Final = 10_000
_GREATEST: Final = 1e15
"""Beyond it, whole numbers are not told apart."""
_URL: Final = re.compile(r"https?://[^\s<>\"\\]{1,2000}")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that fits its question.

    Attributes:
        question: What was asked.
        value: What was answered; None for files.
        flagged: Whether a knock-out rule hoped for another answer.
    """

    question: Question
    value: Any
    flagged: bool


def check(form: Sequence[Question], given: Mapping[str, Any], files: Collection[str]) -> list[Answer]:
    """Hold answers against a form.

    Args:
        form: The questions.
        given: Answers by question; null and empty text are none.
        files: Ids of the questions that files came for.

    Returns:
        The answers, in the order of the questions.

    Raises:
        InvalidInputError: An answer is missing or does not fit; each is named by its question.
    """
    known = {question.id: question for question in form}
    wrong = dict.fromkeys(given.keys() - known.keys(), "is no question of this form")
    wrong |= {
        name: "is no question of this form that takes a file"
        for name in files
        if name not in known or known[name].kind is not QuestionKind.FILE
    }
    found = []
    for question in form:
        is_file = question.kind is QuestionKind.FILE
        value = None if is_file else given.get(question.id)
        if is_file and given.get(question.id) is not None:
            wrong[question.id] = "takes a file, as a part of the form"
        elif question.id in files if is_file else not _is_empty(value):
            try:
                kept = None if is_file else _KINDS[question.kind](question, value)
            except ValueError as error:
                wrong[question.id] = str(error)
            else:
                found.append(Answer(question, kept, flagged=_is_flagged(question.knock_out, kept)))
        elif question.required:
            wrong[question.id] = f"is missing: {question.label}"
    if wrong:
        fields = {f"body.answers.{name[:100]}": said for name, said in sorted(wrong.items())}
        raise InvalidInputError("Some questions are not answered as they should be.", fields=fields)
    return found


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _text(longest: int) -> Callable[[Question, Any], str]:
    def read(_question: Question, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("takes a text")  # noqa: TRY004 -- answered as a wrong value, as all others
        if len(value) > longest:
            raise ValueError(f"takes {longest} characters at most")
        return value.replace("\0", "�").strip()

    return read


def _yes_no(_question: Question, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("takes true or false")  # noqa: TRY004 -- as above
    return value


def _select(question: Question, value: Any) -> str:
    if value not in question.options:
        raise ValueError(f"takes one of: {', '.join(question.options)}")
    return str(value)


def _multi_select(question: Question, value: Any) -> list[str]:
    if not isinstance(value, list) or any(each not in question.options for each in value):
        raise ValueError(f"takes a list of these: {', '.join(question.options)}")
    return [option for option in question.options if option in value]


def _number(question: Question, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("takes a number")  # noqa: TRY004 -- as above
    if abs(value) > _GREATEST or not math.isfinite(value):
        raise ValueError("takes a number of 15 digits at most")
    if question.minimum is not None and value < question.minimum:
        raise ValueError(f"takes at least {question.minimum:g}")
    if question.maximum is not None and value > question.maximum:
        raise ValueError(f"takes at most {question.maximum:g}")
    return value


def _date(_question: Question, value: Any) -> str:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("takes a date as 2026-11-21")
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError("takes a date as 2026-11-21") from None


def _url(_question: Question, value: Any) -> str:
    if not isinstance(value, str) or not _URL.fullmatch(value.strip()):
        raise ValueError("takes an http or https address")
    return value.strip()


_KINDS: Final[dict[QuestionKind, Callable[[Question, Any], Any]]] = {
    QuestionKind.TEXT: _text(_SHORT),
    QuestionKind.LONG_TEXT: _text(_LONG),
    QuestionKind.YES_NO: _yes_no,
    QuestionKind.SELECT: _select,
    QuestionKind.MULTI_SELECT: _multi_select,
    QuestionKind.NUMBER: _number,
    QuestionKind.DATE: _date,
    QuestionKind.URL: _url,
}


def _is_flagged(rule: KnockOut | None, value: Any) -> bool:
    """Return whether an answer is not the one hoped for."""
    if rule is None:
        return False
    if rule.yes is not None:
        return value is not rule.yes
    if rule.options is not None:
        return not set(rule.options) <= set(value) if isinstance(value, list) else value not in rule.options
    below = rule.minimum is not None and value < rule.minimum
    return below or (rule.maximum is not None and value > rule.maximum)
