"""Whether a database still holds rows that a version before encryption wrote. Quick, for every start asks it."""

import re

import psycopg

from talentflux.db.errors import DatabaseSetupError

# As the partial indexes of migration 0006 say it, so that they are looked at alone.
PLAIN = {
    "candidate": "coalesce(name, email, phone, location, headline) is not null",
    "file": "sha256 is not null",
    "resume": "sha256 is not null",
    "task": "errors <> '[]'::jsonb",
}
_PENDING = " or ".join(
    f"exists (select from {table} where organization_id = %(id)s and {condition})" for table, condition in PLAIN.items()
)
_SCOPE = "select set_config('app.identity', 'on', true), set_config('app.requisitions', 'all', true)"


def pending(url: str) -> bool:
    """Return whether an organization has rows to encrypt.

    Args:
        url: Connection URL of the application's role, to a migrated database.

    Raises:
        DatabaseSetupError: The database cannot be reached.
    """
    plain = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)
    try:
        with psycopg.connect(plain, connect_timeout=10) as connection:
            connection.execute(_SCOPE)
            for (organization,) in connection.execute("select id from organization").fetchall():
                connection.execute("select set_config('app.organization_id', %s, true)", [str(organization)])
                if connection.execute(f"select {_PENDING}".encode(), {"id": organization}).fetchone() == (True,):
                    return True
    except psycopg.OperationalError as error:
        raise DatabaseSetupError(f"The database cannot be reached: {str(error).strip()}") from error
    return False
