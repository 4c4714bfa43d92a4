"""All operations under /api/v1."""

from typing import Final

from fastapi import APIRouter, Depends, Request

from talentflux.api.v1 import (
    api_key,
    application,
    application_answer,
    application_bulk,
    application_screening,
    application_task,
    approval,
    approval_chain,
    approval_delegation,
    attachment,
    audit,
    auth,
    board,
    candidate,
    candidate_duplicate,
    candidate_link,
    candidate_merge,
    custom_field,
    data_export,
    data_import,
    email,
    event,
    hiring_team,
    invitation,
    job,
    member,
    note,
    opening,
    organization,
    pipeline,
    public_application,
    public_job,
    referral,
    reject_reason,
    report,
    requirement,
    requisition,
    requisition_template,
    resume,
    saved_search,
    second_factor,
    sign_on,
    skill,
    source,
    stage_automation,
    tag,
    talent_pool,
    task,
    timeline,
    tracking_link,
    user,
    webhook,
    workspace,
)
from talentflux.core.errors import UnsupportedTypeError

PREFIX: Final = "/api/v1"
UPLOADS: Final = (f"{PREFIX}/resumes", f"{PREFIX}/requisitions/from-file", f"{PREFIX}/attachments", f"{PREFIX}/imports")
"""Paths that take files: their bodies are forms, and larger."""
APPLY: Final = f"{PREFIX}/public/jobs/*/applications"
"""Where people apply: with a form that may hold files, or with JSON."""
_EITHER: Final = (APPLY.partition("*")[0], APPLY.partition("*")[2])


async def check_media_type(request: Request) -> None:
    """Refuse a body of another media type than the operation takes.

    Raises:
        UnsupportedTypeError: The body is neither what is taken here.
    """
    given = request.headers.get("content-type")
    if request.method in ("GET", "DELETE") or given is None:
        return
    media_type = given.partition(";")[0].strip().lower()
    if request.url.path.startswith(_EITHER[0]) and request.url.path.endswith(_EITHER[1]):
        if media_type not in ("multipart/form-data", "application/json"):
            raise UnsupportedTypeError("Send the body as multipart/form-data or application/json.")
        return
    wanted = "multipart/form-data" if request.url.path in UPLOADS else "application/json"
    if media_type != wanted:
        raise UnsupportedTypeError(f"Send the body as {wanted}.")


router = APIRouter(prefix=PREFIX, dependencies=[Depends(check_media_type)])
# Before `/candidates/{candidate_id}`, which would take the words of these paths for an id.
for stem in (candidate_duplicate, candidate_merge, candidate_link, timeline):
    router.include_router(stem.router)
for stem in (tag, talent_pool, note, attachment, custom_field):
    router.include_router(stem.of_candidates)
    router.include_router(stem.router)
for stem in (auth, user, organization, resume, candidate, requisition, application, report, task, email, skill, audit):
    router.include_router(stem.router)
for stem in (workspace, member, invitation, hiring_team, api_key):
    router.include_router(stem.router)
for stem in (application_screening, event, webhook):
    router.include_router(stem.router)
for stem in (data_import, data_export):
    router.include_router(stem.router)
for stem in (job, public_job, public_application, application_answer, tracking_link):
    router.include_router(stem.router)
for stem in (source, referral, saved_search):
    router.include_router(stem.router)
for stem in (requirement, opening, approval, approval_chain, approval_delegation, requisition_template):
    router.include_router(stem.router)
for extra in (approval.of_requisition, requisition_template.of_requisition):
    router.include_router(extra)
for extra in (second_factor.router, sign_on.auth_router, sign_on.router):
    router.include_router(extra)
for stem in (board, pipeline, stage_automation, reject_reason, application_task, application_bulk):
    router.include_router(stem.router)
for extra in (application.of_requisition, job.of_requisition):
    router.include_router(extra)
for extra in (pipeline.of_requisition, stage_automation.of_stage, application_task.of_application):
    router.include_router(extra)
