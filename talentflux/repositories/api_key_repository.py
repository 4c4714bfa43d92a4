"""SQL of API keys."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Uuid, and_, bindparam, cast, func, or_, select, update

from talentflux.core.database import WriteSession
from talentflux.models import ApiKey
from talentflux.repositories.base import LAST_ID, ListQuery, TenantRepository, newest_first, of_tenant
from talentflux.schemas.api_key import ApiKeyQuery
from talentflux.schemas.page import RowPage

_works: ColumnElement[bool] = and_(
    ApiKey.revoked_at.is_(None), or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > func.now())
)
_active = cast(bindparam("active"), Boolean())
_whose = bindparam("user_id", type_=Uuid())
_after, _order = newest_first(ApiKey)
_LIST = ListQuery(
    select(
        ApiKey.id,
        ApiKey.label,
        ApiKey.prefix,
        ApiKey.scopes,
        ApiKey.user_id,
        ApiKey.created_by,
        ApiKey.expires_at,
        ApiKey.last_used_at,
        ApiKey.revoked_at,
        ApiKey.created_at,
        ApiKey.updated_at,
    )
    .where(
        *of_tenant(ApiKey),
        _after,
        or_(_active.is_(None), _works == _active),
        or_(_whose.is_(None), ApiKey.user_id == _whose),
    )
    .order_by(_order),
    key={"id": LAST_ID},
)


class ApiKeyRepository(TenantRepository[ApiKey]):
    """Keys of the organization."""

    model = ApiKey

    async def page(self, asked: ApiKeyQuery, user_id: UUID | None) -> RowPage:
        """Read a page of keys, newest first.

        Args:
            asked: Filter and place.
            user_id: Only the personal keys of this user.
        """
        return await _LIST.asked(self.session, asked, active=asked.active, user_id=user_id)

    async def working_scopes(self, key_id: UUID) -> frozenset[str]:
        """Return what a key may do now; nothing where it was revoked or has expired."""
        statement = self.live().where(ApiKey.id == key_id, _works).with_only_columns(ApiKey.scopes)
        return frozenset(await self.session.scalar(statement) or ())


async def touch(session: WriteSession, key_ids: Collection[UUID]) -> None:
    """Write down that keys of any organizations are in use.

    Args:
        session: A transaction that finds out who somebody is.
        key_ids: Which.
    """
    # A row that another process writes now is in use all the same; waiting for it could wait for ever.
    free = select(ApiKey.id).where(ApiKey.id.in_(key_ids)).with_for_update(skip_locked=True, key_share=True)
    statement = update(ApiKey).where(ApiKey.id.in_(free)).values(last_used_at=func.now())
    await session.execute(statement.execution_options(synchronize_session=False))
