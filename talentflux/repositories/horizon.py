"""Until when changes of an organization may be followed: what comes later might still lack some.

Whoever changes a row first takes a lock that bears the second (trigger `tenant_row_changed`). Looked at before the rows
are read, a lock is either still there, or what it stood for is committed and will be seen. So it is never looked at in
the statement that reads the rows: what commits between the two would be in neither.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Text, Uuid, bindparam, cast, column, func, select, table
from sqlalchemy.dialects.postgresql import OID

from talentflux.core.database import AnySession
from talentflux.core.statements import Statement

_BEGIN: Final = 1700000000  # seconds, as the trigger counts them
_locks: Any = table(
    "pg_locks", *(column(name) for name in ("locktype", "objsubid", "mode", "database", "classid", "objid"))
)
_databases: Any = table("pg_database", column("oid"), column("datname"))
_organization = func.hashtext(cast(bindparam("organization_id", type_=Uuid()), Text))
_seconds = cast(func.floor(func.extract("epoch", func.clock_timestamp())), BigInteger)
HORIZON: Final = (
    select(func.to_timestamp(func.least(func.min(cast(_locks.c.objid, BigInteger)) + _BEGIN, _seconds)))
    .where(
        _locks.c.locktype == "advisory",
        _locks.c.objsubid == 2,
        _locks.c.mode == "ShareLock",
        _locks.c.database
        == select(_databases.c.oid).where(_databases.c.datname == func.current_database()).scalar_subquery(),
        _locks.c.classid == cast(cast(_organization, BigInteger).op("&")(4294967295), OID),
    )
    .scalar_subquery()
    .label("horizon")
)
"""A time before which no change of `:organization_id` is still to be committed, as a column of another statement."""
_ALONE: Final = Statement(select(HORIZON))


async def horizon(session: AnySession) -> datetime:
    """Return a time before which no change of the organization is still to be committed.

    Args:
        session: The transaction, which has not read the rows yet.
    """
    _, ((moment,),) = await session.rows(_ALONE, {"organization_id": session.scope.organization_id})
    assert isinstance(moment, datetime)
    return moment
