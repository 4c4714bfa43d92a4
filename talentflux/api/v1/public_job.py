"""Public jobs: read without a log-in."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from talentflux.api import job_examples as examples
from talentflux.api.answers import answers, next_link
from talentflux.api.examples import listed
from talentflux.api.public_front import public_answer
from talentflux.api.routing import StemRouter
from talentflux.dependencies import Using, open_to_all
from talentflux.schemas.page import Page
from talentflux.schemas.public_job import PublicJob, PublicJobQuery, PublicJobSummary
from talentflux.services.public_job_service import PublicAnswer, PublicJobs

router = StemRouter(prefix="/public", tags=["public jobs"], dependencies=[open_to_all()])
_Asked = Annotated[PublicJobQuery, Query()]


@router.get(
    "/jobs",
    operation_id="list_public_jobs",
    summary="Jobs of all organizations",
    response_model=Page[PublicJobSummary],
    responses=answers(422, example=listed(examples.PUBLIC_CARD)),
)
async def list_public_jobs(request: Request, asked: _Asked, resources: Using) -> Response:
    """List jobs that are offered now, those published last first. Needs no log-in."""
    jobs = resources.public_jobs
    return _listed(request, jobs, await jobs.page(asked))


@router.get(
    "/organizations/{slug}/jobs",
    operation_id="list_public_jobs_of_organization",
    summary="Jobs of one organization",
    response_model=Page[PublicJobSummary],
    responses=answers(404, 422, example=listed(examples.PUBLIC_CARD)),
)
async def list_public_jobs_of_organization(request: Request, slug: str, asked: _Asked, resources: Using) -> Response:
    """List jobs that one organization offers now. A name that nobody has is answered with an empty list."""
    jobs = resources.public_jobs
    return _listed(request, jobs, await jobs.page(asked, slug))


@router.get(
    "/jobs/{job_id}",
    operation_id="get_public_job",
    summary="A job",
    response_model=PublicJob,
    responses=answers(404, 422, example=examples.PUBLIC_JOB),
)
async def get_public_job(request: Request, job_id: UUID, resources: Using) -> Response:
    """Return a job with its text, its form and its JSON-LD. Needs no log-in."""
    jobs = resources.public_jobs
    return public_answer(request, jobs, await jobs.job(job_id))


@router.get(
    "/jobs/{job_id}/json-ld",
    operation_id="get_public_job_json_ld",
    summary="A job as schema.org JobPosting",
    response_class=Response,
    responses=answers(404, 422)
    | {200: {"description": "JSON-LD.", "content": {"application/ld+json": {"example": examples.JSON_LD}}}},
)
async def get_public_job_json_ld(request: Request, job_id: UUID, resources: Using) -> Response:
    """Return a job as JSON-LD, for search engines. It may be put into a `<script>` as it is."""
    jobs = resources.public_jobs
    return public_answer(request, jobs, await jobs.json_ld(job_id), "application/ld+json")


def _listed(request: Request, jobs: PublicJobs, answer: PublicAnswer) -> Response:
    link = next_link(request, answer.next_cursor) if answer.next_cursor is not None else ""
    return public_answer(request, jobs, answer, link=link)
