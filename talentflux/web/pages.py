"""Pages for people: start, shortlists, guides, the API console."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from talentflux.core.database import ReadSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import open_to_all, reads
from talentflux.schemas.requisition import RequisitionQuery
from talentflux.services import report_service, requisition_service
from talentflux.web import guides
from talentflux.web.report import render_report
from talentflux.web.templating import templates

_NEWEST = 50
_POLICY = (
    "default-src 'none'; style-src 'self' {inline}; img-src 'self' data:; {more}base-uri 'none'; frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
static_files = StaticFiles(directory=Path(__file__).parent / "static")


def page(template: str, *, more: str = "", **values: Any) -> HTMLResponse:
    """Return a page.

    Args:
        template: Its template.
        more: What its content security policy allows besides.
        **values: For the template.
    """
    return _html(templates().get_template(template).render(**values), _POLICY.format(inline="", more=more))


def _html(text: str, policy: str) -> HTMLResponse:
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    return HTMLResponse(text, headers=headers)


@router.get("/")
async def start(session: Annotated[ReadSession, reads(Permission.REQUISITION_READ)]) -> HTMLResponse:
    """Show the requisitions and where to go."""
    found = await requisition_service.page(session, RequisitionQuery(limit=_NEWEST))
    return page("pages/start.html", requisitions=found.items, is_cut=found.next_cursor is not None)


@router.get("/requisitions/{requisition_id}/shortlist")
async def shortlist(
    requisition_id: UUID,
    session: Annotated[ReadSession, reads(Permission.REPORT_READ)],
    top: Annotated[int, Query(ge=1, le=50)] = 10,
    *,
    blind: bool = False,
) -> HTMLResponse:
    """Show a requisition's shortlist with the evidence marked."""
    report = await report_service.shortlist(session, requisition_id, top, blind=blind)
    return _html(render_report(report), _POLICY.format(inline="'unsafe-inline'", more=""))


@router.get("/guides", dependencies=[open_to_all()])
def list_guides() -> HTMLResponse:
    """List the guides."""
    return page("pages/guides.html", groups=guides.grouped())


@router.get("/guides/{path:path}", dependencies=[open_to_all()])
def show_guide(path: str) -> HTMLResponse:
    """Show one guide."""
    guide, html = guides.render(path)
    return page("pages/guide.html", guide=guide, html=html)


@router.get("/docs", dependencies=[open_to_all()])
def console() -> HTMLResponse:
    """Show the API console, from files of our own."""
    text = templates().get_template("pages/console.html").render()
    more = "script-src 'self'; connect-src 'self'; "
    return _html(text, _POLICY.format(inline="'unsafe-inline'", more=more))
