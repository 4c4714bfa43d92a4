"""Texts of e-mails to candidates: words with tokens, which are filled in and never run."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

TOKENS: Final = ("candidate_name", "candidate_first_name", "requisition_title", "organization_name")
_TOKEN: Final = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_ABOUT: Final = f"Tokens that are filled in: {', '.join('{{' + token + '}}' for token in TOKENS)}."


def fill(text: str, values: dict[str, str]) -> str:
    """Return a text with its tokens filled in. What comes in for a token is not looked at again.

    Args:
        text: With tokens.
        values: By token.
    """
    return _TOKEN.sub(lambda found: values[found[1]], text)


def _known(text: str) -> str:
    unknown = sorted({found for found in _TOKEN.findall(text) if found not in TOKENS})
    if unknown:
        raise ValueError(f"there is no token {unknown[0][:40]!r}; there are {', '.join(TOKENS)}")
    return text


def _one_line(text: str) -> str:
    if len(f"{text}.".splitlines()) > 1 or not text.strip():
        raise ValueError("must be one line of text")
    return text


def _some_words(text: str) -> str:
    if not text.strip():
        raise ValueError("must hold some words")
    return text


Subject = Annotated[
    str, Field(min_length=1, max_length=200, description=f"Subject. {_ABOUT}"), AfterValidator(_known),
    AfterValidator(_one_line),
]  # fmt: skip
Body = Annotated[
    str, Field(min_length=1, max_length=10_000, description=f"Text; a blank line parts paragraphs. {_ABOUT}"),
    AfterValidator(_known), AfterValidator(_some_words),
]  # fmt: skip
Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line)]
"""A name or title: one line of text."""
