"""Addresses of jobs that people and machines follow: the job itself, tracking links, feeds."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from talentflux.core.errors import NotFoundError
from talentflux.dependencies import Using, open_to_all
from talentflux.schemas.public_job import FeedQuery
from talentflux.services import tracking_link_service
from talentflux.services.job_feeds import MEDIA_TYPES, Feed
from talentflux.services.public_job_service import PublicAnswer

router = APIRouter(include_in_schema=False, dependencies=[open_to_all()])
_Asked = Annotated[FeedQuery, Query()]
_LONGEST_CODE = 64


@router.get("/jobs.xml")
async def indeed_feed(request: Request, asked: _Asked, resources: Using) -> Response:
    """Give all jobs to job boards, in the form that Indeed takes."""
    return _feed(request, await resources.public_jobs.feed(Feed.INDEED, asked.organization), Feed.INDEED)


@router.get("/jobs.rss")
async def rss_feed(request: Request, asked: _Asked, resources: Using) -> Response:
    """Give the latest jobs as RSS."""
    return _feed(request, await resources.public_jobs.feed(Feed.RSS, asked.organization), Feed.RSS)


@router.get("/jobs.atom")
async def atom_feed(request: Request, asked: _Asked, resources: Using) -> Response:
    """Give the latest jobs as Atom."""
    return _feed(request, await resources.public_jobs.feed(Feed.ATOM, asked.organization), Feed.ATOM)


@router.get("/sitemap.xml")
async def sitemap(request: Request, resources: Using) -> Response:
    """Name the address of every job to search engines."""
    return _feed(request, await resources.public_jobs.feed(Feed.SITEMAP, None), Feed.SITEMAP)


@router.get("/jobs/{job_id}")
async def show_job(request: Request, job_id: UUID, resources: Using) -> RedirectResponse:
    """Lead to a job that is offered now, with what names the source."""
    await resources.public_jobs.job(job_id)
    return _lead(f"/api/v1/public/jobs/{job_id}", request.query_params.get("source"))


@router.get("/t/{code}")
async def follow_link(code: str, resources: Using) -> RedirectResponse:
    """Count a click on a tracking link and lead to its job; the code goes along to the application."""
    if not 0 < len(code) <= _LONGEST_CODE or not code.isascii():
        raise NotFoundError("This link leads nowhere any more.")
    return _lead(f"/jobs/{await tracking_link_service.click(resources.database, code)}", code)


def _lead(path: str, source: str | None) -> RedirectResponse:
    query = f"?{urlencode({'source': source[:_LONGEST_CODE]})}" if source else ""
    return RedirectResponse(path + query, 302, {"Cache-Control": "no-store"})


def _feed(request: Request, answer: PublicAnswer, kind: Feed) -> Response:
    headers = {"ETag": answer.etag, "Cache-Control": "public, no-cache"}
    if answer.etag == request.headers.get("if-none-match"):
        return Response(status_code=304, headers=headers)
    return Response(answer.body, headers=headers, media_type=f"{MEDIA_TYPES[kind]}; charset=utf-8")
