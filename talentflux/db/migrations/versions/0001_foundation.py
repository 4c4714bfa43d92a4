"""Foundation: pgvector, what the application's role may do, the job queue."""

from importlib import resources
from typing import Any

from alembic import op
from sqlalchemy import text

from talentflux.db.errors import DatabaseSetupError

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APP_ROLE = "talentflux_app"
QUEUE_TABLES = ("procrastinate_events", "procrastinate_periodic_defers", "procrastinate_jobs", "procrastinate_workers")
QUEUE_TYPES = ("procrastinate_job_to_defer_v1", "procrastinate_job_status", "procrastinate_job_event_type")


def upgrade() -> None:
    _require_vector()
    _require_app_role()
    op.execute(f"grant usage on schema public to {APP_ROLE}")
    op.execute(f"grant select on alembic_version to {APP_ROLE}")
    op.execute(
        f"alter default privileges in schema public grant select, insert, update, delete on tables to {APP_ROLE}"
    )
    op.execute(f"alter default privileges in schema public grant usage, select on sequences to {APP_ROLE}")
    # The driver's own call: this text holds colons and percent signs that are nobody's parameters.
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_queue_schema())


def downgrade() -> None:
    for table in QUEUE_TABLES:
        op.execute(f"drop table {table} cascade")
    functions = op.get_bind().execute(
        text("select oid::regprocedure::text from pg_proc where proname like 'procrastinate\\_%'")
    )
    for (function,) in functions.all():
        op.execute(f"drop function {function}")
    for name in QUEUE_TYPES:
        op.execute(f"drop type {name}")
    op.execute(f"alter default privileges in schema public revoke all on tables from {APP_ROLE}")
    op.execute(f"alter default privileges in schema public revoke all on sequences from {APP_ROLE}")
    op.execute(f"revoke select on alembic_version from {APP_ROLE}")
    op.execute(f"revoke usage on schema public from {APP_ROLE}")


def _queue_schema() -> str:
    return (resources.files("procrastinate.sql") / "schema.sql").read_text(encoding="utf-8")


def _require_vector() -> None:
    bind = op.get_bind()
    if bind.execute(text("select 1 from pg_extension where extname = 'vector'")).first():
        return
    if not bind.execute(text("select 1 from pg_available_extensions where name = 'vector'")).first():
        raise DatabaseSetupError(
            "This PostgreSQL has no pgvector. Install it on the server (package postgresql-NN-pgvector)."
        )
    may_create = bind.execute(text("select rolsuper from pg_roles where rolname = current_user")).scalar()
    if not may_create:
        raise DatabaseSetupError(
            "The extension vector is missing and this role may not create it. Run as an administrator, in this "
            "database: CREATE EXTENSION vector"
        )
    op.execute("create extension vector")


def _require_app_role() -> None:
    bind = op.get_bind()
    if bind.execute(text("select 1 from pg_roles where rolname = :name"), {"name": APP_ROLE}).first():
        return
    may_create = bind.execute(
        text("select rolsuper or rolcreaterole from pg_roles where rolname = current_user")
    ).scalar()
    if not may_create:
        raise DatabaseSetupError(
            f"The role {APP_ROLE} is missing and this role may not create it. Run as an administrator: "
            f"CREATE ROLE {APP_ROLE} NOLOGIN, then GRANT {APP_ROLE} to the role of DATABASE_URL."
        )
    op.execute(f"create role {APP_ROLE} nologin nosuperuser nobypassrls")
    op.execute(f"grant {APP_ROLE} to current_user")
