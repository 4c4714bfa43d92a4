"""The application: API, pages, what lives as long as the process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI

from talentflux import __version__
from talentflux.api import health
from talentflux.api.denials import install_denial_hook
from talentflux.api.openapi import describe
from talentflux.api.public_front import PublicFront
from talentflux.api.router import APPLY, PREFIX, UPLOADS
from talentflux.api.router import router as api_router
from talentflux.api.routing import RouteIndex, RouteTable
from talentflux.api.v1 import auth
from talentflux.core import tracing
from talentflux.core.audit_anchor import open_anchors
from talentflux.core.config import Settings, get_settings
from talentflux.core.database import Database
from talentflux.core.errors import ConfigurationError
from talentflux.core.keyring import Keyring
from talentflux.core.middleware import RequestMiddleware
from talentflux.core.problems import install_problem_handlers
from talentflux.core.setting_checks import check_settings
from talentflux.dependencies import Resources
from talentflux.services import audit_keeper, encryption_service
from talentflux.web import accounts, jobs, outbox, pages

_DESCRIPTION = """\
From a job description and a pile of resumes to a shortlist in which every score can be traced to a quoted line.

Errors are `application/problem+json` with a stable `code`. Lists are read page by page with `limit` and `cursor`; the
header `Link` names the next page. Times are UTC. Fields are null rather than absent.
"""
_TAGS = [
    {"name": "auth", "description": "Registering, logging in and out, passwords."},
    {"name": "users", "description": "Your own account."},
    {"name": "resumes", "description": "Uploaded files and what was read from them."},
    {"name": "candidates", "description": "People as this organization knows them."},
    {"name": "saved searches", "description": "Words and filters kept under a name, to be run again."},
    {"name": "sources", "description": "Where candidates come from."},
    {"name": "referrals", "description": "Who recommended whom, and whose credit it is."},
    {"name": "tags", "description": "Words of the organization's own that candidates are found by."},
    {"name": "pipelines", "description": "The stages of applications, what happens by itself in them, why to reject."},
    {"name": "talent pools", "description": "People to think of again, and why."},
    {"name": "notes", "description": "What colleagues write down about candidates."},
    {"name": "attachments", "description": "Files about candidates beside their resumes."},
    {"name": "custom fields", "description": "Fields that the organization adds to what is known."},
    {"name": "duplicates", "description": "Candidates who may be one person: found, explained, merged, undone."},
    {"name": "requisitions", "description": "What is asked for, in parts that a person can edit."},
    {"name": "requirements", "description": "What a requisition asks for, edited by people, in versions."},
    {"name": "requisition statuses", "description": "From draft to closed, by actions."},
    {"name": "openings", "description": "The seats of a requisition."},
    {"name": "requisition templates", "description": "Requisitions to begin from, and copies."},
    {"name": "approvals", "description": "Who must agree to a need, in what order, and who stands in."},
    {"name": "jobs", "description": "Public postings of a requisition, and where people find them."},
    {"name": "tracking links", "description": "Short addresses of postings that credit a source."},
    {"name": "public jobs", "description": "Jobs as anybody may read them, and applying, without a log-in."},
    {"name": "matches", "description": "The ranking of candidates for a requisition, with evidence."},
    {"name": "screening", "description": "Each application beside what is asked for, and what a person says to it."},
    {"name": "reports", "description": "What is stored, put together for people."},
    {"name": "applications", "description": "Candidate × requisition, with a stage."},
    {"name": "imports", "description": "Tables of people and needs, with column mapping, a dry run and a report."},
    {"name": "exports", "description": "Everything with its originals as one archive, or a table for a spreadsheet."},
    {"name": "tasks", "description": "Background work with its progress."},
    {"name": "webhooks", "description": "What happened, as a list, and told to addresses of one's own."},
    {"name": "emails", "description": "What the program sent, and what needs a person to look."},
    {"name": "skills", "description": "The skill lexicon."},
    {"name": "audit", "description": "Who did what, when, from where: a chain that shows tampering."},
    {"name": "organizations", "description": "The tenant."},
    {"name": "workspaces", "description": "Teams inside an organization."},
    {"name": "members", "description": "Who belongs to an organization, as what."},
    {"name": "invitations", "description": "How people come to belong to an organization."},
    {"name": "hiring teams", "description": "Who works on one requisition."},
    {"name": "api keys", "description": "Keys of programs."},
    {"name": "identity providers", "description": "Whose word an organization takes at single sign-on."},
    {"name": "health", "description": "For machines that watch the program."},
]
_MIB = 2**20
_FORM_OVERHEAD = _MIB


def _all_routes() -> RouteTable:
    every = APIRouter()
    for part in (api_router, auth.well_known, *(each.router for each in (health, pages, accounts, outbox, jobs))):
        every.include_router(part)
    return RouteTable(every.routes)


_ROUTES = _all_routes()
"""The same for every application: the framework works a while on a route before its first request."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application.

    Args:
        settings: Of this process; read from the environment by default. `database_url` must be set.

    Raises:
        ConfigurationError: There is no database, or the settings are not fit for where it runs.
    """
    settings = settings or get_settings()
    check_settings(settings)
    if settings.database_url is None:
        raise ConfigurationError("The API needs TALENTFLUX_DATABASE_URL, or start it with `talentflux up`.")
    url, keyring = settings.database_url.get_secret_value(), Keyring.from_settings(settings)
    resources = Resources(settings, Database(url, settings.database_pool_size, keyring=keyring))
    app = FastAPI(
        title="TalentFlux",
        version=__version__,
        description=_DESCRIPTION,
        openapi_tags=_TAGS,
        lifespan=_lifespan,
        routes=list(_ROUTES.routes),
        docs_url=None,  # pages serve a console whose files lie here
        redoc_url=None,
    )
    app.state.resources = resources
    install_problem_handlers(app)
    install_denial_hook(app)
    limits = dict.fromkeys((*UPLOADS, APPLY), settings.upload_limit_mib)
    limits |= {f"{PREFIX}/resumes": settings.archive_limit_mib, f"{PREFIX}/imports": settings.import_limit_mib}
    app.add_middleware(
        RequestMiddleware,
        settings=settings,
        telemetry=resources.telemetry,
        limiter=resources.limiter,
        body_limits={path: limit * _MIB + _FORM_OVERHEAD for path, limit in limits.items()},
    )
    app.mount("/static", pages.static_files, name="static")
    app.router.middleware_stack = PublicFront(RouteIndex(app, _ROUTES), resources.public_jobs)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign] # as FastAPI's documentation does
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Keep what lives as long as the process."""
    resources: Resources = app.state.resources
    resources.database.on_wait = resources.telemetry.pool_wait.observe
    with tracing.sending(resources.settings, "api", resources.database.engine):
        await resources.database.check_role()
        await encryption_service.check_master_key(resources.database)
        async with audit_keeper.keeping(resources.database, open_anchors(resources.settings)):
            yield
        await resources.close()


def _openapi(app: FastAPI) -> dict[str, Any]:
    """Return the API's description, made once."""
    if app.openapi_schema is None:
        app.openapi_schema = describe(app)
    return app.openapi_schema
