"""Links of candidates: profiles and websites, encrypted as all contact data is."""

from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from talentflux.core.crypto import Cipher
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, NotFoundError
from talentflux.models import CandidateLink
from talentflux.repositories.candidate_link_repository import CandidateLinkRepository
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.schemas.candidate_link import CandidateLinkCreate, CandidateLinkRead, CandidateLinks, LinkKind
from talentflux.services import audit_service, candidate_cipher, event_service, private_fields
from talentflux.services.duplicate_search import look_for
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.ids import new_id

MOST_LINKS: Final = 50
"""Of one candidate."""
_HOSTS: Final = {
    "linkedin.com": LinkKind.LINKEDIN,
    "github.com": LinkKind.GITHUB,
    "gitlab.com": LinkKind.GITLAB,
    "stackoverflow.com": LinkKind.STACKOVERFLOW,
    "xing.com": LinkKind.XING,
}


async def of_candidate(session: AnySession, candidate_id: UUID) -> CandidateLinks:
    """Return the links of a candidate; without `candidate:read_private`, only of what kind they are.

    Raises:
        NotFoundError: There is no such candidate in this organization.
    """
    candidate = await CandidateRepository(session).get(candidate_id)
    cipher = None
    if candidate.wrapped_key is not None:
        cipher = candidate_cipher.cipher_of(await organization_keys(session), candidate_id, candidate.wrapped_key)
    links = await CandidateLinkRepository(session).of_candidate(candidate_id)
    await audit_service.viewed(session, "candidate_link.list", "candidate", candidate_id)
    return CandidateLinks(items=[private_fields.without_private(session, _read(cipher, link)) for link in links])


async def add(session: WriteSession, candidate_id: UUID, given: CandidateLinkCreate) -> CandidateLinkRead:
    """Keep a link of a candidate.

    Args:
        session: The transaction.
        candidate_id: Whose.
        given: The link.

    Raises:
        NotFoundError: There is no such candidate in this organization.
        ConflictError: The link is there already, or there are as many as there can be.
    """
    candidate = await CandidateRepository(session).get(candidate_id, lock=True)
    cipher = candidate_cipher.cipher_of(await organization_keys(session), candidate_id, candidate.wrapped_key)
    repository = CandidateLinkRepository(session)
    links = await repository.of_candidate(candidate_id)
    if len(links) >= MOST_LINKS:
        raise ConflictError(f"A candidate has at most {MOST_LINKS} links. Remove one first.")
    if any(_read(cipher, link).url == given.url for link in links):
        raise ConflictError("The candidate has this link already.")
    row_id = new_id()
    link = await repository.add(
        CandidateLink(
            id=row_id,
            candidate_id=candidate_id,
            kind=given.kind or kind_of(given.url),
            url=cipher.encrypt(given.url.encode(), f"candidate_link.url:{row_id}"),
        )
    )
    after = {"candidate_id": candidate_id, "kind": link.kind, "url": given.url}
    audit_service.record(session, "candidate_link.create", "candidate_link", row_id, after=after, personal=["url"])
    data = {"candidate_link_id": row_id, "kind": link.kind}
    event_service.emit(session, "candidate.linked", candidate_id=candidate_id, data=data)
    look_for(session, candidate_id)
    return private_fields.without_private(session, _read(cipher, link))


async def remove(session: WriteSession, candidate_id: UUID, candidate_link_id: UUID) -> None:
    """Hide a link.

    Args:
        session: The transaction.
        candidate_id: Whose.
        candidate_link_id: Which.

    Raises:
        NotFoundError: There is none of this candidate in this organization.
    """
    await CandidateRepository(session).get(candidate_id)
    repository = CandidateLinkRepository(session)
    link = await repository.get(candidate_link_id, lock=True)
    if link.candidate_id != candidate_id:
        raise NotFoundError("There is no candidate link with this id.")
    await repository.delete(link)
    before = {"candidate_id": candidate_id, "kind": link.kind}
    audit_service.record(session, "candidate_link.delete", "candidate_link", link.id, before=before)
    data = {"candidate_link_id": link.id, "kind": link.kind}
    event_service.emit(session, "candidate.unlinked", candidate_id=candidate_id, data=data)
    look_for(session, candidate_id)


def kind_of(url: str) -> LinkKind:
    """Return what an address leads to, told from its host."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    return next(
        (kind for known, kind in _HOSTS.items() if host == known or host.endswith(f".{known}")), LinkKind.WEBSITE
    )


def _read(cipher: Cipher | None, link: CandidateLink) -> CandidateLinkRead:
    url = None
    if cipher is not None and link.url is not None:
        url = cipher.decrypt(link.url, f"candidate_link.url:{link.id}").decode()
    return CandidateLinkRead(
        id=link.id,
        candidate_id=link.candidate_id,
        kind=LinkKind(link.kind),
        url=url,
        created_at=link.created_at,
        updated_at=link.updated_at,
    )
