"""The organization of the caller."""

from typing import Annotated

from fastapi import Body, Request, Response

from talentflux.api import examples
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, row_answer
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Using, reads, writes, writes_own
from talentflux.schemas.organization import (
    OrganizationCreate,
    OrganizationRead,
    OrganizationUpdate,
    OwnershipTransfer,
)
from talentflux.services import organization_service

router = StemRouter(prefix="/organizations", tags=["organizations"])


@router.post(
    "",
    operation_id="create_organization",
    summary="Found an organization",
    status_code=201,
    response_model=OrganizationRead,
    responses=answers(401, 415, 422, example=examples.ORGANIZATION, success=201),
)
async def create_organization(
    request: Request,
    given: Annotated[OrganizationCreate, Body(examples=[{"name": "Northwind Data"}])],
    session: Annotated[WriteSession, writes_own()],
) -> Response:
    """Make an organization that you own. Name it in `X-Organization-Id` to work in it."""
    made = await organization_service.found(session, given.name)
    return row_answer(request, made, status=201, location="/api/v1/organizations/current")


@router.get(
    "/current",
    operation_id="get_current_organization",
    summary="Your organization",
    response_model=OrganizationRead,
    responses=answers(404, example=examples.ORGANIZATION),
)
async def get_current(
    request: Request, session: Annotated[ReadSession, reads(Permission.ORGANIZATION_READ)]
) -> Response:
    """Return the organization whose rows you see."""
    return row_answer(request, await organization_service.current(session))


@router.patch(
    "/current",
    operation_id="update_current_organization",
    summary="Change your organization",
    response_model=OrganizationRead,
    responses=answers(404, 409, 412, 415, 422, 428, example=examples.ORGANIZATION),
)
async def update_current(
    request: Request,
    changes: Annotated[OrganizationUpdate, Body(examples=[{"name": "Northwind Data"}])],
    session: Annotated[WriteSession, writes(Permission.ORGANIZATION_UPDATE)],
    versions: RequiredMatch,
) -> Response:
    """Change name or slug. Fields that are left out stay."""
    return row_answer(request, await organization_service.update(session, changes, versions))


@router.delete(
    "/current",
    operation_id="delete_current_organization",
    summary="Close your organization",
    status_code=204,
    responses=answers(404, 412, 422),
)
async def delete_current(
    session: Annotated[WriteSession, writes(Permission.ORGANIZATION_DELETE, step_up=True)], versions: GivenMatch
) -> None:
    """Close the organization: all members and keys lose access at once. The operator of the server can restore it."""
    await organization_service.delete(session, versions)


@router.post(
    "/current/transfer",
    operation_id="transfer_current_organization",
    summary="Hand your organization over",
    status_code=204,
    responses=answers(404, 409, 415, 422),
)
async def transfer_current(
    given: Annotated[OwnershipTransfer, Body(examples=[{"member_id": "01937c7e-cd12-7e34-8f56-3a57b6c9d8e0"}])],
    session: Annotated[WriteSession, writes(Permission.ORGANIZATION_TRANSFER, step_up=True)],
    resources: Using,
) -> None:
    """Make another active member an owner and yourself an admin. Other owners stay owners."""
    await organization_service.transfer(session, given.member_id, resources.settings.public_url)
