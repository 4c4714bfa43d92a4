"""The organization of the caller."""

from typing import Annotated

from talentflux.api import examples
from talentflux.api.answers import answers
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads
from talentflux.schemas.organization import OrganizationRead
from talentflux.services import organization_service

router = StemRouter(prefix="/organizations", tags=["organizations"], route_class=ApiRoute)


@router.get(
    "/current",
    operation_id="get_current_organization",
    summary="Your organization",
    responses=answers(404, example=examples.ORGANIZATION),
)
async def get_current(session: Annotated[ReadSession, reads(Permission.ORGANIZATION_READ)]) -> OrganizationRead:
    """Return the organization whose rows you see."""
    return await organization_service.current(session)
