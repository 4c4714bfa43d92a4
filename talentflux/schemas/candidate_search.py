"""Search over resumes, as it is asked for and answered."""

from typing import Literal

from pydantic import Field

from talentflux.schemas.base import Schema, Span
from talentflux.schemas.candidate import CandidateSummary
from talentflux.schemas.candidate_filter import CandidateFilters, Words
from talentflux.schemas.page import Cursor, Limit

Part = Literal["words", "similarity"]


class CandidateSearch(CandidateFilters):
    """What is searched for."""

    q: Words = Field(
        min_length=1,
        max_length=500,
        description="Words, phrases in quotation marks, `AND`, `OR`, `NOT` or `-`, parentheses, `*` at the end of a "
        "word. Words alone are also searched for by similarity of meaning; with phrases or operators every answer "
        "meets them.",
    )
    name: Words | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Only candidates whose name has words that begin with all of these; at most ten letters of each "
        "word count.",
    )
    limit: Limit = 20
    cursor: Cursor | None = Field(default=None, description="Where the page before ended: its `next_cursor`.")


class Snippet(Schema):
    """A part of a masked resume."""

    text: str = Field(description="Escaped for HTML.")
    spans: list[Span] = Field(description="What was searched for, in characters of `text`.")


class SearchHit(CandidateSummary):
    """A candidate who was found."""

    found_by: list[Part] = Field(description="By which parts of the search the candidate was found.")
    snippets: list[Snippet] = Field(description="Where the current resume says it; empty where it does not.")


class SearchPage(Schema):
    """One page of those who were found, best first."""

    items: list[SearchHit]
    next_cursor: str | None = Field(description="Give it as `cursor` to read on; null on the last page.")
    parts: list[Part] = Field(
        description="Which parts took part: `similarity` is left out where the embedder does not answer or no resume "
        "has a vector of its, `words` where nothing that was asked for is a word."
    )
    complete: bool = Field(description="False where more were found than are put in order: say more of whom you seek.")
