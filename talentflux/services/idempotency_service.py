"""Exactly once: the answer to a request with an `Idempotency-Key` is kept in the transaction that does its work."""

from datetime import timedelta
from typing import Final

import orjson

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError
from talentflux.repositories.idempotency_repository import IdempotencyRepository
from talentflux.schemas.idempotency import KeptAnswer, RepeatableRequest
from talentflux.services import encryption_service
from talentflux.utils.ids import new_id

KEPT: Final = timedelta(hours=24)
HEADER: Final = "Idempotency-Key"


async def find(session: AnySession, given: RepeatableRequest) -> KeptAnswer | None:
    """Return the answer that a request was given before.

    In a transaction that may write, the key is locked first: nobody else carries the request out until it ends.

    Args:
        session: The transaction of the request.
        given: The request.

    Returns:
        The kept answer; None where the request is new.

    Raises:
        ConflictError: The first request with this key is still being carried out.
        InvalidInputError: The key was used for another request.
    """
    keys = await _keys(session)
    repository = IdempotencyRepository(session)
    key_index = _key_index(keys, session, given)
    if isinstance(session, WriteSession) and not await repository.try_lock(key_index):
        raise ConflictError(
            "The first request with this key is still being carried out. Send it again in a moment.",
            code="idempotency_key_in_use",
            headers={"Retry-After": "1"},
        )
    row = await repository.find(key_index)
    if row is None:
        return None
    if row.request_index != _request_index(keys, given):
        raise InvalidInputError(
            "This key was used for another request. Take a new key for each new request.",
            fields={f"header.{HEADER}": "was used with another path or body in the last 24 hours"},
            code="idempotency_key_reused",
        )
    head, _, body = keys.decrypt(row.answer, f"idempotency_key.answer:{row.id}").partition(b"\n")
    status, headers = orjson.loads(head)
    return KeptAnswer(status, headers, body)


async def keep(session: WriteSession, given: RepeatableRequest, answer: KeptAnswer) -> None:
    """Keep the answer to a request for 24 hours; it is there when, and only when, the request's work is.

    Args:
        session: The transaction that did the work.
        given: The request.
        answer: What will be sent.
    """
    keys = await _keys(session)
    row_id = new_id()
    packed = orjson.dumps([answer.status, answer.headers]) + b"\n" + answer.body
    await IdempotencyRepository(session).keep(
        row_id,
        _key_index(keys, session, given),
        _request_index(keys, given),
        keys.encrypt(packed, f"idempotency_key.answer:{row_id}"),
        KEPT,
    )


async def purge(session: WriteSession) -> int:
    """Remove expired answers of everybody; return how many.

    Args:
        session: A transaction that finds out who somebody is.
    """
    return await IdempotencyRepository.purge(session)


async def _keys(session: AnySession) -> Keys:
    if session.scope.organization_id is None:
        return await encryption_service.platform_keys(session)
    return await encryption_service.organization_keys(session)


def _key_index(keys: Keys, session: AnySession, given: RepeatableRequest) -> bytes:
    assert session.principal is not None
    return keys.blind_index("idempotency_key.key", f"{session.principal.actor}\n{given.key}")


def _request_index(keys: Keys, given: RepeatableRequest) -> bytes:
    return keys.blind_index("idempotency_key.request", given.fingerprint)
