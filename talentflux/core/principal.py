"""Who acts: the credential that a caller shows, and what the database makes of it when a transaction opens.

The check travels with `begin` as one simple query and reads the tables as they are: a role that was changed or a
session that was ended counts from the next request on.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Protocol
from uuid import UUID

from talentflux.core.errors import NotFoundError, UnauthenticatedError
from talentflux.core.permissions import ROLE_PERMISSIONS, Permission, RequisitionLevel, Role, requisition_level
from talentflux.core.statements import Call

_ENDED = "This log-in has ended. Log in again."
_NOT_A_MEMBER = "There is no such organization, or you do not belong to it."


@dataclass(frozen=True, slots=True)
class AccessCredential:
    """An access token whose signature, audience and time hold.

    Attributes:
        user_id: Whose.
        session_id: The log-in that it belongs to.
        actor: As `Principal.actor`.
    """

    user_id: UUID
    session_id: UUID
    actor: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Name who acts, once for all requests that show the token."""
        object.__setattr__(self, "actor", f"user:{self.user_id}")


@dataclass(frozen=True, slots=True)
class BrowserCredential:
    """The cookie of a browser's session.

    Attributes:
        token_hash: SHA-256 of it, 32 bytes.
    """

    token_hash: bytes


@dataclass(frozen=True, slots=True)
class KeyCredential:
    """An API key.

    Attributes:
        key_id: Names the row.
        secret_hash: SHA-256 of the secret part, 32 bytes.
    """

    key_id: UUID
    secret_hash: bytes


Credential = AccessCredential | BrowserCredential | KeyCredential


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts in a transaction.

    Attributes:
        user_id: The person; None for a service key.
        organization_id: The tenant; None for a person without one.
        session_id: The log-in; None for an API key.
        api_key_id: The key; None for a log-in.
        role: In the organization; None for service keys and outside organizations.
        permissions: What the role, or the key, allows.
        requisitions: Which requisitions are seen.
        proven_at: When the person last proved who they are; None for API keys.
        verified: Whether the person's e-mail address is.
        actor: A stable name of who acts: `user:<id>` or `api_key:<id>`.
    """

    user_id: UUID | None
    organization_id: UUID | None
    session_id: UUID | None
    api_key_id: UUID | None
    role: Role | None
    permissions: frozenset[Permission]
    requisitions: RequisitionLevel
    proven_at: datetime | None
    verified: bool
    actor: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Name who acts, once for all requests of theirs."""
        actor = f"user:{self.user_id}" if self.api_key_id is None else f"api_key:{self.api_key_id}"
        object.__setattr__(self, "actor", actor)


@dataclass(frozen=True, slots=True)
class Authorization:
    """How a transaction finds out who opened it.

    Attributes:
        sql: Sets the scope and gives one row about the caller, or none. It executes what `PREPARE` prepared.
        calls: The same as prepared statements with their parameters; the transaction that they open only reads.
        wanted: The organization that the caller asked for.
        own: Whether only what is the caller's own is seen, of no organization.
    """

    sql: str
    calls: tuple[Call, ...] = ()
    wanted: UUID | None = None
    own: bool = False

    def principal(self, row: dict[str, Any] | None) -> Principal:
        """Read the row that `sql` gave.

        Raises:
            UnauthenticatedError: There is none: ended, revoked, expired or never good.
            NotFoundError: The caller is no member of the organization asked for.
        """
        if row is None:
            raise UnauthenticatedError(_ENDED, code="session_ended")
        role = Role(row["role"]) if row["role"] else None
        if row["organization_id"] is not None and row["user_id"] is not None and role is None and not self.own:
            raise NotFoundError(_NOT_A_MEMBER)
        if row["api_key_id"] is not None and self.wanted not in {None, row["organization_id"]}:
            raise NotFoundError(_NOT_A_MEMBER)
        permissions = ROLE_PERMISSIONS[role] if role else frozenset[Permission]()
        if row["scopes"] is not None:
            scopes = frozenset(Permission(scope) for scope in row["scopes"] if scope in _KNOWN)
            permissions = scopes & permissions if role else scopes
        return Principal(
            user_id=row["user_id"],
            organization_id=row["organization_id"],
            session_id=row["session_id"],
            api_key_id=row["api_key_id"],
            role=role,
            permissions=permissions,
            requisitions=requisition_level(role, permissions),
            proven_at=row["proven_at"],
            verified=row["verified"],
        )


_KNOWN = frozenset(Permission)
_MOST_ROWS: Final = 4096


class SentRow(Protocol):
    """A row as the database sent it."""

    sent: tuple[bytes | None, ...]

    def read(self) -> dict[str, Any]:
        """Return its values by name."""
        ...


class Principals:
    """Reads the rows about callers; the same row says the same, so it is read once."""

    def __init__(self) -> None:
        self._read: dict[tuple[object, ...], Principal] = {}
        self._last: dict[str, tuple[tuple[bytes | None, ...], Principal]] = {}

    def of(self, authorization: Authorization, row: SentRow | None) -> Principal:
        """Return who acts; as `Authorization.principal`.

        Args:
            authorization: Whose statement gave the row.
            row: What it gave just now.

        Raises:
            UnauthenticatedError: There is none.
            NotFoundError: The caller is no member of the organization asked for.
        """
        if row is None:
            self._last.pop(authorization.sql, None)
            return authorization.principal(None)
        place = (authorization.wanted, authorization.own, row.sent)
        known = self._read.get(place)
        if known is None:
            known = authorization.principal(row.read())
            _keep(self._read, place, known)
        _keep(self._last, authorization.sql, (row.sent, known))
        return known

    def last(self, authorization: Authorization) -> tuple[tuple[bytes | None, ...], Principal] | None:
        """Return the row that an authorization's statement gave the last time, and who that was.

        Nothing may be shown for its sake unless the statement gives the same row again.

        Args:
            authorization: Of the caller who asks now.
        """
        return self._last.get(authorization.sql)


def _keep(kept: dict[Any, Any], key: object, value: object) -> None:
    if key not in kept and len(kept) >= _MOST_ROWS:
        kept.clear()
    kept[key] = value


def _level_sql() -> str:
    cases = " ".join(
        f"when '{role}' then '{requisition_level(role, permissions)}'" for role, permissions in ROLE_PERMISSIONS.items()
    )
    return f"case m.role {cases} else 'team' end"


_IDENTITY = "select set_config('app.identity', 'on', true);"
# Parameters: session id, user id, hash of the cookie, the organization asked for, whether to see only one's own.
_SESSION = f"""
select s.user_id, o.id as organization_id, s.id as session_id, null::uuid as api_key_id, m.role,
    null::text[] as scopes, s.proven_at, u.email_verified_at is not null as verified,
    set_config('app.organization_id', case when $5 then '' else coalesce(m.organization_id::text, '') end, true),
    set_config('app.user_id', s.user_id::text, true),
    set_config('app.requisitions', {_level_sql()}, true),
    set_config('app.identity', '', true)
from user_session s
join user_account u on u.id = s.user_id and u.deactivated_at is null and u.deleted_at is null
left join lateral (select coalesce($4, s.organization_id) as id) o on true
left join member m on m.organization_id = o.id and m.user_id = s.user_id
    and m.deactivated_at is null and m.deleted_at is null
    and exists (select 1 from organization g where g.id = m.organization_id and g.deleted_at is null)
where s.revoked_at is null and s.expires_at > now() and s.%s"""  # noqa: S608 -- made of constants, here and below
_BY_TOKEN = _SESSION % "id = $1 and s.user_id = $2 and s.kind = 'token' and $3::bytea is null"
_BY_COOKIE = _SESSION % "token_hash = $3 and s.kind = 'browser' and $1::uuid is null and $2::uuid is null"
# Parameters: key id, hash of the secret, whether to see only what is one's own.
_KEY = f"""
select k.user_id, k.organization_id, null::uuid as session_id, k.id as api_key_id, m.role, k.scopes,
    null::timestamptz as proven_at, true as verified,
    set_config('app.organization_id', case when $3 then '' else k.organization_id::text end, true),
    set_config('app.user_id', coalesce(k.user_id::text, ''), true),
    set_config('app.requisitions', case when k.user_id is not null then {_level_sql()}
        when '{Permission.REQUISITION_READ_CONFIDENTIAL}' = any(k.scopes) then 'all' else 'open' end, true),
    set_config('app.identity', '', true)
from api_key k
join organization g on g.id = k.organization_id and g.deleted_at is null
left join user_account u on u.id = k.user_id
left join member m on m.organization_id = k.organization_id and m.user_id = k.user_id
    and m.deactivated_at is null and m.deleted_at is null
where k.id = $1 and k.secret_hash = $2 and k.revoked_at is null and k.deleted_at is null
    and (k.expires_at is null or k.expires_at > now())
    and (k.user_id is null or (m.id is not null and u.deactivated_at is null and u.deleted_at is null))"""  # noqa: S608 -- as above


_OPENING: Final[Call] = (b"authorize_opening", [])
PREPARE: Final = (
    "prepare authorize_opening as"
    " select set_config('app.identity', 'on', true), set_config('transaction_read_only', 'on', true);"
    f"prepare authorize_token (uuid, uuid, bytea, uuid, boolean) as {_BY_TOKEN};"
    f"prepare authorize_cookie (uuid, uuid, bytea, uuid, boolean) as {_BY_COOKIE};"
    f"prepare authorize_key (uuid, bytea, boolean) as {_KEY};"
)
"""What a connection runs once before it can authorize: planning these takes longer than running them."""


@lru_cache(maxsize=_MOST_ROWS)
def authorization(credential: Credential, organization_id: UUID | None = None, *, own: bool = False) -> Authorization:
    """Return how to open a transaction for whoever a credential belongs to.

    Args:
        credential: What the caller showed. All of it is of fixed form, so it is written into the statement.
        organization_id: The tenant asked for; None takes the one of the session or key.
        own: See only what is the caller's own, of no organization.
    """
    hidden = "true" if own else "false"
    wanted = str(organization_id) if organization_id and not own else None
    given: list[str | None]
    if isinstance(credential, KeyCredential):
        name, given = "authorize_key", [str(credential.key_id), f"\\x{credential.secret_hash.hex()}", hidden]
    elif isinstance(credential, AccessCredential):
        name, given = "authorize_token", [str(credential.session_id), str(credential.user_id), None, wanted, hidden]
    else:
        name, given = "authorize_cookie", [None, None, f"\\x{credential.token_hash.hex()}", wanted, hidden]
    written = ", ".join("null" if each is None else f"'{each}'" for each in given)
    call = name.encode(), [None if each is None else each.encode() for each in given]
    return Authorization(f"{_IDENTITY} execute {name}({written})", (_OPENING, call), organization_id, own)
