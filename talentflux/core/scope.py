"""Another scope for a part of a transaction, once the transaction has found out whom that part concerns."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from talentflux.core.database import AnySession, Scope

_SET = text(
    "select set_config('app.organization_id', :organization, true), set_config('app.user_id', :user, true), "
    "set_config('app.requisitions', :requisitions, true), set_config('app.identity', :identity, true)"
)


@asynccontextmanager
async def switched(session: AnySession, scope: Scope) -> AsyncIterator[None]:
    """Let a block see other rows than the rest of its transaction.

    When the block raises, the transaction is rolled back: nothing may go on in a scope that it was not given.

    Args:
        session: The transaction.
        scope: Of the block.
    """
    former = session.scope
    await session.flush()
    try:
        await _set(session, scope)
        yield
        await session.flush()
        await _set(session, former)
    except BaseException:
        session.scope = former
        await session.rollback()
        raise


async def _set(session: AnySession, scope: Scope) -> None:
    await session.execute(
        _SET,
        {
            "organization": str(scope.organization_id or ""),
            "user": str(scope.user_id or ""),
            "requisitions": scope.requisitions,
            "identity": "on" if scope.identity else "",
        },
    )
    session.scope = scope
