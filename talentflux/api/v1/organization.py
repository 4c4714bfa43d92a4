"""The organization of the caller."""

from fastapi import APIRouter

from talentflux.api import examples
from talentflux.api.answers import answers
from talentflux.dependencies import Reading
from talentflux.schemas.organization import OrganizationRead
from talentflux.services import organization_service

router = APIRouter(prefix="/organizations", tags=["organizations"])


@router.get(
    "/current",
    operation_id="get_current_organization",
    summary="Your organization",
    responses=answers(404, example=examples.ORGANIZATION),
)
async def get_current(session: Reading) -> OrganizationRead:
    """Return the organization whose rows you see."""
    return await organization_service.current(session)
