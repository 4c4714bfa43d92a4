"""Searches over candidates as endpoints run them: embedded while no transaction is open, answered with their parts."""

import asyncio

from fastapi import Request, Response

from talentflux.api.answers import list_answer
from talentflux.dependencies import Opener, Resources
from talentflux.schemas.candidate_search import CandidateSearch
from talentflux.schemas.page import RowPage
from talentflux.services import candidate_search
from talentflux.services.candidate_search import Found

_REMOTE = "openai:"


async def found_of(opener: Opener, resources: Resources, asked: CandidateSearch) -> Found:
    """Return one page of a search.

    Args:
        opener: Opens short transactions of the caller.
        resources: Have the embedder.
        asked: What is searched for.
    """
    said = candidate_search.wording(asked.q)
    text = said.text
    if text and resources.settings.embedder.startswith(_REMOTE):
        async with opener.reading() as session:
            text = await candidate_search.without_names(session, text)
    vector = await asyncio.to_thread(candidate_search.vector, resources.embedder, text)
    async with opener.reading() as session:
        return await candidate_search.page(session, asked, said, vector, resources.embedder.name)


def found_answer(request: Request, found: Found) -> Response:
    """Encode one page of a search, with a link to the following one.

    Args:
        request: Gives the address that the link repeats.
        found: The page.
    """
    body = {"items": found.items, "next_cursor": found.next_cursor, "parts": found.parts, "complete": found.complete}
    return list_answer(request, body)


def listed_answer(request: Request, page: RowPage) -> Response:
    """Encode a page of a list in the form of a search.

    Args:
        request: Gives the address that the link repeats.
        page: Summaries of candidates.
    """
    items = [row | {"found_by": [], "snippets": []} for row in page.items]
    return found_answer(request, Found(items, page.next_cursor, [], complete=True))
