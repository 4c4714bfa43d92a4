"""SQL of templates of requisitions."""

from sqlalchemy import select

from talentflux.models import RequisitionTemplate
from talentflux.repositories.base import ResourceList, TenantRepository, parameter
from talentflux.schemas.page import RowPage
from talentflux.schemas.requisition_template import TemplateQuery

_department = RequisitionTemplate.content["department"].astext
_LIST = ResourceList(
    RequisitionTemplate,
    select(
        RequisitionTemplate.id,
        RequisitionTemplate.name,
        RequisitionTemplate.content["title"].astext.label("title"),
        _department.label("department"),
        RequisitionTemplate.created_at,
        RequisitionTemplate.updated_at,
        RequisitionTemplate.deleted_at,
    ),
    filters=[
        parameter("department", RequisitionTemplate.name).is_(None)
        | (_department == parameter("department", RequisitionTemplate.name))
    ],
)


class RequisitionTemplateRepository(TenantRepository[RequisitionTemplate]):
    """Templates of the organization."""

    model = RequisitionTemplate

    async def page(self, asked: TemplateQuery) -> RowPage:
        """Read a page of summaries."""
        return await _LIST.page(self.session, asked, asked.sort, department=asked.department)
