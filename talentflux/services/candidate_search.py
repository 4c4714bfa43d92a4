"""Hybrid search over masked resumes: words with phrases and operators, and similarity of meaning, put in one order.

Three steps: `wording` reads what is searched for, `vector` embeds it and needs no transaction, `page` finds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from talentflux.ai.analysis import skill_matcher
from talentflux.ai.embeddings import Embedder
from talentflux.core.cursor import make_cursor, read_cursor
from talentflux.core.database import AnySession
from talentflux.core.errors import DependencyError
from talentflux.repositories.candidate_search_repository import CandidateSearchRepository, Measured
from talentflux.schemas.candidate import CandidateSummary
from talentflux.schemas.candidate_search import CandidateSearch, Part
from talentflux.schemas.private import private_fields as private_field_names
from talentflux.services import (
    audit_service,
    candidate_filtering,
    candidate_profile,
    candidate_snippets,
    private_fields,
)
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.search_query import Query, is_plain, parse, terms
from talentflux.utils.standard_scores import standard_scores

_WORDS, _SIMILARITY = 0.5, 0.5
"""Weights of the z-scores of the two parts."""
_LEAST_SIMILARITY, _LEAST_SHARE = 0.1, 0.5
"""Who has not the words must be so similar at least, and have such a share of the greatest similarity."""
_CONTACT: Final = re.compile(r"\S*@\S*|\S*://\S*|\+?\d[\d\s().\-/]{5,}\d")
_HIDDEN: Final[dict[str, None]] = dict.fromkeys(sorted(private_field_names(CandidateSummary)))


@dataclass(frozen=True, slots=True)
class Wording:
    """What is searched for.

    Attributes:
        query: Words and operators; None where nothing of it is a word.
        strict: Whether every answer must have the words: there is a phrase, an operator, the beginning of a word.
        text: What is embedded; without what must not be there, and without contact data.
    """

    query: Query | None
    strict: bool
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search.

    Attributes:
        items: Summaries with `found_by` and `snippets`, best first.
        next_cursor: Where this page ends; None on the last page.
        parts: Which parts of the search took part.
        complete: Whether all who were found were put in order.
    """

    items: list[dict[str, Any]]
    next_cursor: str | None
    parts: list[Part]
    complete: bool


def wording(q: str) -> Wording:
    """Read what is searched for.

    Args:
        q: As typed.
    """
    query = parse(q)
    wanted = " ".join(term.text for term in terms(query))
    return Wording(query, query is not None and not is_plain(query), " ".join(_CONTACT.sub(" ", wanted).split()))


async def without_names(session: AnySession, said: str) -> str:
    """Return a text without the words that are names of candidates, for an embedder outside this machine.

    Words of the skill lexicon stay, although somebody may be called so.

    Args:
        session: The transaction.
        said: The text of a `Wording`.
    """
    keys = await organization_keys(session)
    tokens = {word: candidate_profile.search_tokens(keys, word) for word in said.split()}
    known = await CandidateSearchRepository(session).known_names([token for each in tokens.values() for token in each])
    skilled = _words_of_skills()
    return " ".join(word for word, own in tokens.items() if word.casefold() in skilled or not known.intersection(own))


def vector(embedder: Embedder, said: str) -> NDArray[np.float32] | None:
    """Return the vector of what is searched for; a remote embedder is asked, so no transaction may be open.

    Args:
        embedder: Makes it.
        said: The text of a `Wording`.

    Returns:
        None where it has no known word, or the embedder does not answer: then the search goes by words alone.
    """
    if not said:
        return None
    try:
        made: NDArray[np.float32] = embedder.encode([said])[0]
    except DependencyError:
        return None
    return made if made.any() else None


async def page(
    session: AnySession,
    asked: CandidateSearch,
    said: Wording,
    wanted: NDArray[np.float32] | None,
    embedder: str,
) -> Found:
    """Find candidates.

    Args:
        session: The transaction.
        asked: Filters and place.
        said: What `wording` returned.
        wanted: What `vector` returned.
        embedder: Name of the embedder that made it.

    Raises:
        InvalidInputError: The cursor is not one of this search.
    """
    place = _place(session, asked)
    start = read_cursor(asked.cursor, place, session.keyring.sign)[0] if asked.cursor else 0
    keys = await organization_keys(session)
    repository = CandidateSearchRepository(session)
    begun = await repository.begin(said.query)
    filters = candidate_filtering.indexed(keys, asked, name=asked.name)
    found = await repository.find(begun, filters, wanted, embedder, strict=said.strict)
    ordered = fuse(_relevant(found))
    chosen = ordered[start : start + asked.limit]
    rows = await repository.summaries([each.candidate_id for each in chosen])
    marks = candidate_snippets.pattern(terms(said.query))
    items = [_item(rows[each.candidate_id], each, marks, said) for each in chosen if each.candidate_id in rows]
    candidate_profile.open_rows(keys, items)
    if not private_fields.holds(session):
        for item in items:
            item.update(_HIDDEN)
    shown = {"candidates": [item["id"] for item in items]}
    await audit_service.viewed(session, "candidate.search", "candidate", None, details=shown)
    following = start + asked.limit
    parts: list[Part] = ["words"] if begun.words else []
    parts += ["similarity"] if wanted is not None and any(each.similarity is not None for each in found) else []
    return Found(
        items,
        make_cursor([following], place, session.keyring.sign) if following < len(ordered) else None,
        parts,
        complete=not any(each.cut for each in found),
    )


def fuse(found: Sequence[Measured]) -> list[Measured]:
    """Order candidates by the weighted sum of the z-scores of what they were found by; the newest first among equals.

    A z-score keeps how far somebody stands out in a measure, which a rank would throw away. A missing similarity
    counts as the mean.

    Args:
        found: With their measures.
    """
    newest = sorted(found, key=lambda each: each.candidate_id, reverse=True)
    similarity = np.array([np.nan if each.similarity is None else each.similarity for each in newest])
    rank = np.array([each.rank for each in newest])
    total = _WORDS * standard_scores(rank) + _SIMILARITY * standard_scores(similarity)
    return [newest[number] for number in np.argsort(-total, kind="stable")]


def _relevant(found: Sequence[Measured]) -> list[Measured]:
    """Return those who have the words, or who are near: some are always the nearest, however far they are."""
    best = max((each.similarity for each in found if each.similarity is not None), default=0.0)
    least = max(_LEAST_SIMILARITY, _LEAST_SHARE * best)
    return [each for each in found if each.worded or (each.similarity is not None and each.similarity >= least)]


def _item(row: dict[str, Any], measured: Measured, marks: re.Pattern[str] | None, said: Wording) -> dict[str, Any]:
    by: list[Part] = ["words"] if measured.worded else []
    by += ["similarity"] if measured.near else []
    text = row.pop("masked_text") or ""
    shown = candidate_snippets.snippets(text, marks) if measured.worded or not said.strict else []
    return row | {"found_by": by, "snippets": [snippet.model_dump() for snippet in shown]}


def _place(session: AnySession, asked: CandidateSearch) -> str:
    """Return what a cursor of this search is bound to."""
    given = asked.model_dump(mode="json", exclude={"cursor", "limit"})
    return orjson.dumps(["candidate.search", session.scope.organization_id, given]).decode()


def _words_of_skills() -> frozenset[str]:
    skills = skill_matcher().lexicon.skills.values()
    return frozenset(
        word for skill in skills for name in (skill.name, *skill.aliases) for word in name.casefold().split()
    )
