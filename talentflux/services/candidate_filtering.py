"""From filters as they are asked to filters as the database knows them: names and places as keyed hashes."""

from talentflux.core.crypto import Keys
from talentflux.repositories.candidate_filter import CandidateFilter
from talentflux.schemas.candidate_filter import FILTERS, CandidateFilters
from talentflux.services import candidate_profile

_MOST_WORDS = 10
_UNFILTERED = CandidateFilter(CandidateFilters())
_NOBODYS = (b"",)
"""A token that no name and no place has: what is asked for has no word."""


def indexed(keys: Keys, asked: CandidateFilters, *, name: str | None = None) -> CandidateFilter:
    """Return filters with their keyed hashes.

    Args:
        keys: Of the organization.
        asked: The filters; what else it has is left aside.
        name: Words that a name must have; the first ten count.
    """
    given = {field: getattr(asked, field) for field in FILTERS if field in asked.model_fields_set}
    if not given and not name:
        return _UNFILTERED
    return CandidateFilter(
        CandidateFilters.model_construct(**given),
        name_tokens=candidate_profile.search_tokens(keys, name)[:_MOST_WORDS] or _NOBODYS if name else (),
        place_tokens=candidate_profile.place_tokens(keys, asked.place)[:_MOST_WORDS] or _NOBODYS if asked.place else (),
    )
