"""The search for candidates who may be one person, in the background as candidates are made or changed.

Candidates with a contact in common are found by keyed hashes, those with a like name by keyed hashes of how its words
begin; only then are the few that were found opened and compared in memory.
"""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from talentflux.core.crypto import Keys
from talentflux.core.database import WriteSession
from talentflux.core.queue import enqueue
from talentflux.models import Candidate
from talentflux.repositories.candidate_duplicate_repository import CandidateDuplicateRepository, ContactRepository
from talentflux.schemas.candidate_duplicate import ContactKind, DuplicateReason
from talentflux.services import candidate_cipher, candidate_profile, resume_content
from talentflux.services.encryption_service import organization_keys

FIND_TASK: Final = "candidate_duplicate.find"
BATCH: Final = 100
"""Candidates of one job."""
_WAITING: Final = "talentflux duplicates"  # in `session.info`: candidates of this transaction
_RESUMES: Final = 5
"""Of one candidate, from which contacts are taken."""
_COMPARED: Final = 20
"""Candidates with a like name whose employers are compared."""
_ALIKE: Final = 0.87
"""Names that differ in a letter or two reach it; other names of the same people do not."""
_DIFFERENT: Final = 0.6
_LEAST_SCORE: Final = 0.4
_WEIGHTS: Final = {
    DuplicateReason.EMAIL: 0.95,
    DuplicateReason.LINK: 0.9,
    DuplicateReason.PHONE: 0.85,
    DuplicateReason.NAME_AND_EMPLOYER: 0.8,
    DuplicateReason.SIMILAR_NAME_AND_EMPLOYER: 0.6,
    DuplicateReason.NAME: 0.45,
    DuplicateReason.SIMILAR_NAME: 0.3,
}
_OTHER_NAME: Final = 0.6
"""What a shared contact is worth where the names differ: a family's number, an agency's address."""
_CONTACTS: Final = {
    ContactKind.EMAIL: DuplicateReason.EMAIL,
    ContactKind.PHONE: DuplicateReason.PHONE,
    ContactKind.LINK: DuplicateReason.LINK,
}
_LEGAL_FORMS: Final = frozenset(
    [
        "ab",
        "ag",
        "aps",
        "as",
        "bv",
        "co",
        "corp",
        "corporation",
        "gmbh",
        "inc",
        "kg",
        "limited",
        "llc",
        "llp",
        "ltd",
        "mbh",
        "nv",
        "oy",
        "plc",
        "pty",
        "sa",
        "sarl",
        "se",
        "spa",
        "srl",
    ]
)


def look_for(session: WriteSession, *candidate_ids: UUID) -> None:
    """Let duplicates of candidates be looked for once the transaction has committed.

    Args:
        session: The transaction that makes or changes them.
        *candidate_ids: Who.
    """
    if _WAITING not in session.info:
        session.info[_WAITING] = {}
        session.before_commit.append(partial(_enqueue, session))
    session.info[_WAITING].update(dict.fromkeys(candidate_ids))


async def _enqueue(session: WriteSession) -> None:
    ids = list(session.info.pop(_WAITING))
    lock = f"{FIND_TASK}:{session.scope.organization_id}"
    for start in range(0, len(ids), BATCH):
        await enqueue(session, FIND_TASK, lock=lock, priority=-1, candidate_ids=ids[start : start + BATCH])


async def find(session: WriteSession, candidate_id: UUID) -> None:
    """Look for duplicates of a candidate and store the pairs; those that a person decided on stay as they are.

    Args:
        session: A transaction of the system, which sees all candidates.
        candidate_id: Whose. Nothing happens where they are deleted.
    """
    pairs = CandidateDuplicateRepository(session)
    repository = ContactRepository(pairs)
    found = await repository.candidates([candidate_id])
    if not found:
        return
    keys = await organization_keys(session)
    (candidate,) = found
    profile = candidate_profile.read(keys, candidate)
    await repository.put(candidate_id, await _contacts(repository, keys, candidate, profile))
    shared = await repository.with_contacts(candidate_id)
    named = await repository.with_tokens(candidate_id, *_tokens(keys, profile["name"])) if profile["name"] else []
    others = await repository.candidates([*shared, *(other for other in named if other not in shared)])
    names = {other.id: candidate_profile.read(keys, other)["name"] for other in others}
    likeness = {other: _likeness(profile["name"], name) for other, name in names.items()}
    alike = [other for other in names if likeness[other] >= _ALIKE][:_COMPARED]
    employers = await _employers(repository, keys, [candidate_id, *alike]) if alike else {}
    scored = {}
    for other, name in names.items():
        same_employer = bool(employers.get(candidate_id, set()) & employers.get(other, set()))
        known = bool(profile["name"] and name)
        weights = dict(_reasons(shared.get(other, ()), likeness[other], known=known, same_employer=same_employer))
        score = _score(weights.values())
        if score >= _LEAST_SCORE:
            scored[other] = (score, [str(reason) for reason in sorted(weights, key=lambda each: -weights[each])])
    await pairs.put(candidate_id, scored)


def _reasons(
    shared: Iterable[ContactKind], likeness: float, *, known: bool, same_employer: bool
) -> Iterable[tuple[DuplicateReason, float]]:
    """Give what speaks for two candidates being one person, with its weight."""
    contact_worth = _OTHER_NAME if known and likeness < _DIFFERENT else 1.0
    for kind in shared:
        yield _CONTACTS[kind], _WEIGHTS[_CONTACTS[kind]] * contact_worth
    if likeness >= _ALIKE:
        same = likeness == 1.0
        if same_employer:
            reason = DuplicateReason.NAME_AND_EMPLOYER if same else DuplicateReason.SIMILAR_NAME_AND_EMPLOYER
        else:
            reason = DuplicateReason.NAME if same else DuplicateReason.SIMILAR_NAME
        yield reason, _WEIGHTS[reason]


def _score(weights: Iterable[float]) -> float:
    """Return how sure independent reasons make together: one minus the chance that all are wrong."""
    wrong = 1.0
    for weight in weights:
        wrong *= 1.0 - weight
    return round(1.0 - wrong, 4)


def _likeness(one: str | None, other: str | None) -> float:
    """Return how alike two names are, 0 to 1, whatever the order of their words.

    Names of one word say too little; they are alike in no degree.
    """
    first, second = (sorted(candidate_profile.name_words(name or "")) for name in (one, other))
    if min(len(first), len(second)) < 2:
        return 0.0
    if first == second:
        return 1.0
    return min(SequenceMatcher(None, " ".join(first), " ".join(second)).ratio(), 0.999)


def _tokens(keys: Keys, name: str) -> tuple[list[bytes], list[bytes]]:
    """Return beginnings of a name's words: those of four letters, and with them those of two."""
    words = candidate_profile.name_words(name)
    long = {word[:4] for word in words if len(word) >= 4} or set(words)
    short = {word[:2] for word in words}
    blind = {text: keys.blind_index("candidate.name", text) for text in long | short}
    return [blind[text] for text in long], list(blind.values())


async def _contacts(
    repository: ContactRepository, keys: Keys, candidate: Candidate, profile: Mapping[str, str | None]
) -> dict[bytes, ContactKind]:
    """Return keyed hashes of all addresses, numbers and links of a candidate."""
    emails, phones = [profile["email"]], [profile["phone"]]
    links = [] if candidate.wrapped_key is None else await _links(repository, keys, candidate)
    for parsed in (await _parsed(repository, keys, [candidate.id], _RESUMES)).get(candidate.id, []):
        emails += [found["value"] for found in parsed["emails"]]
        phones += [found["value"] for found in parsed["phones"]]
        links += [found["url"] for found in parsed["links"] if found.get("network")]
    found: dict[bytes | None, ContactKind] = {}
    found |= {keys.blind_index("candidate_contact.link", _plain_link(url)): ContactKind.LINK for url in links}
    found |= {candidate_profile.phone_index(keys, phone): ContactKind.PHONE for phone in phones if phone}
    found |= {candidate_profile.email_index(keys, email): ContactKind.EMAIL for email in emails if email}
    return {contact: kind for contact, kind in found.items() if contact is not None}


async def _links(repository: ContactRepository, keys: Keys, candidate: Candidate) -> list[str]:
    cipher = candidate_cipher.cipher_of(keys, candidate.id, candidate.wrapped_key)
    sealed = [(link.url, f"candidate_link.url:{link.id}") for link in await repository.links(candidate.id)]
    return [cipher.decrypt(url, place).decode() for url, place in sealed if url is not None]


async def _employers(
    repository: ContactRepository, keys: Keys, candidate_ids: list[UUID]
) -> dict[UUID, set[tuple[str, ...]]]:
    """Return the words of the employers that the resumes of candidates name, without legal forms."""
    read = await _parsed(repository, keys, candidate_ids, _RESUMES * len(candidate_ids))
    found = {}
    for candidate_id, resumes in read.items():
        named = [position["employer"] for parsed in resumes for position in parsed["positions"]]
        words = [candidate_profile.name_words(employer["value"]) for employer in named if employer]
        found[candidate_id] = {tuple(word for word in each if word not in _LEGAL_FORMS) for each in words} - {()}
    return found


async def _parsed(
    repository: ContactRepository, keys: Keys, candidate_ids: list[UUID], most: int
) -> dict[UUID, list[dict[str, Any]]]:
    """Return what was read from the resumes of candidates."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for resume, file in await repository.read_resumes(candidate_ids, most):
        if file.wrapped_key is None or resume.candidate_id is None:
            continue
        parsed = resume_content.open_content(resume_content.cipher_of(keys, file), resume)["parsed"]
        if parsed is not None:
            found.setdefault(resume.candidate_id, []).append(parsed)
    return found


def _plain_link(url: str) -> str:
    """Return an address without what differs between equal ones: scheme, `www.`, case, a slash at the end."""
    parts = urlsplit(url if "://" in url else f"https://{url}")
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}".lower()
