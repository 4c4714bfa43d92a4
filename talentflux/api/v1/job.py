"""Jobs: the public postings of requisitions."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import job_examples as examples
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Using, reads, writes
from talentflux.schemas.job import JobCheck, JobCreate, JobEntry, JobPublish, JobQuery, JobRead, JobSummary, JobUpdate
from talentflux.schemas.page import Page
from talentflux.services import job_service

router = StemRouter(prefix="/jobs", tags=["jobs"])
of_requisition = StemRouter(prefix="/requisitions", tags=["jobs"])
_Reading = Annotated[ReadSession, reads(Permission.JOB_READ)]
_Writing = Annotated[WriteSession, writes(Permission.JOB_WRITE)]
_Publishing = Annotated[WriteSession, writes(Permission.JOB_PUBLISH)]
_ENTRY = {name: value for name, value in examples.JOB_CREATE.items() if name != "requisition_id"}


@router.post(
    "",
    operation_id="create_job",
    summary="Write a posting",
    status_code=201,
    response_model=JobRead,
    responses=answers(404, 415, 422, example=examples.JOB, success=201),
)
async def create_job(
    request: Request,
    given: Annotated[JobCreate, Body(examples=[examples.JOB_CREATE])],
    session: _Writing,
    resources: Using,
) -> Response:
    """Make a draft of a posting. A requisition may have several, in several languages.

    What is left out is taken from the requisition: title, description, language, pay, places.
    """
    made = await job_service.create(session, given, resources.settings.public_url)
    return row_answer(request, made, status=201, location=f"/api/v1/jobs/{made.id}")


@of_requisition.post(
    "/{requisition_id}/jobs",
    operation_id="create_requisition_job",
    summary="Write a posting of a requisition",
    status_code=201,
    response_model=JobRead,
    responses=answers(404, 415, 422, example=examples.JOB, success=201),
)
async def create_requisition_job(
    request: Request,
    requisition_id: UUID,
    given: Annotated[JobEntry, Body(examples=[_ENTRY])],
    session: _Writing,
    resources: Using,
) -> Response:
    """Make a draft of a posting, as `create_job` does; recruiters of the hiring team may, too."""
    whole = JobCreate(requisition_id=requisition_id, **given.model_dump(exclude_unset=True))
    made = await job_service.create(session, whole, resources.settings.public_url)
    return row_answer(request, made, status=201, location=f"/api/v1/jobs/{made.id}")


@router.get(
    "",
    operation_id="list_jobs",
    summary="List postings",
    response_model=Page[JobSummary],
    responses=answers(422, example=listed(examples.JOB_SUMMARY)),
)
async def list_jobs(request: Request, session: _Reading, asked: Annotated[JobQuery, Query()]) -> Response:
    """List postings, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.JOB_WRITE)
    return page_answer(request, await job_service.page(session, asked))


@router.get(
    "/{job_id}",
    operation_id="get_job",
    summary="Read a posting",
    response_model=JobRead,
    responses=answers(404, 422, example=examples.JOB),
)
async def get_job(request: Request, job_id: UUID, session: _Reading, resources: Using) -> Response:
    """Return a posting with its text, terms and form, and whether anybody can see it now."""
    return row_answer(request, await job_service.get(session, job_id, resources.settings.public_url))


@router.patch(
    "/{job_id}",
    operation_id="update_job",
    summary="Change a posting",
    response_model=JobRead,
    responses=answers(404, 409, 412, 415, 422, 428, example=examples.JOB),
)
async def update_job(  # noqa: PLR0913, PLR0917 -- one argument per part of the request
    request: Request,
    job_id: UUID,
    changes: Annotated[JobUpdate, Body(examples=[{"title": "Backend developer (all levels)"}])],
    session: _Writing,
    resources: Using,
    versions: RequiredMatch,
) -> Response:
    """Change fields; those left out stay. What is published must still pass the gate, and changes at once."""
    url = resources.settings.public_url
    return row_answer(request, await job_service.update(session, job_id, changes, url, versions))


@router.get(
    "/{job_id}/check",
    operation_id="check_job",
    summary="What keeps a posting from being published",
    responses=answers(404, 422, example=examples.JOB_CHECK),
)
async def check_job(job_id: UUID, session: _Reading) -> JobCheck:
    """Hold a posting against the truth and the law of its places, and say what to do about each finding."""
    return await job_service.check(session, job_id)


@router.post(
    "/{job_id}/publish",
    operation_id="publish_job",
    summary="Publish a posting",
    response_model=JobRead,
    responses=answers(404, 409, 412, 415, 422, example=examples.JOB),
)
async def publish_job(  # noqa: PLR0913, PLR0917 -- as above
    request: Request,
    job_id: UUID,
    session: _Publishing,
    resources: Using,
    versions: GivenMatch,
    given: Annotated[JobPublish, Body(examples=[{"expire_at": "2027-01-31T23:00:00Z"}])] = JobPublish(),
) -> Response:
    """Show a posting to everybody, now or later. A finding that blocks is answered with 409 `posting_refused`.

    At a later time the posting is checked again; where it does not pass by then it stays a draft and the event
    `job.refused` tells of it.
    """
    url = resources.settings.public_url
    return row_answer(request, await job_service.publish(session, job_id, given, url, versions))


@router.post(
    "/{job_id}/unpublish",
    operation_id="unpublish_job",
    summary="Take a posting back",
    response_model=JobRead,
    responses=answers(404, 409, 412, 422, example=examples.JOB),
)
async def unpublish_job(
    request: Request, job_id: UUID, session: _Publishing, resources: Using, versions: GivenMatch
) -> Response:
    """Hide a posting at once, or call off what was to be published later."""
    return row_answer(request, await job_service.unpublish(session, job_id, resources.settings.public_url, versions))


@router.delete(
    "/{job_id}",
    operation_id="delete_job",
    summary="Delete a posting",
    status_code=204,
    responses=answers(404, 412, 422),
)
async def delete_job(job_id: UUID, session: _Writing, versions: GivenMatch) -> None:
    """Hide a posting from everybody. Applications that came through it stay."""
    await job_service.delete(session, job_id, versions)


@router.post(
    "/{job_id}/restore",
    operation_id="restore_job",
    summary="Restore a posting",
    response_model=JobRead,
    responses=answers(404, 412, 422, example=examples.JOB),
)
async def restore_job(
    request: Request, job_id: UUID, session: _Writing, resources: Using, versions: GivenMatch
) -> Response:
    """Bring a deleted posting back, unpublished."""
    return row_answer(request, await job_service.restore(session, job_id, resources.settings.public_url, versions))
