"""SQL of custom fields."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select, update

from talentflux.models import Candidate, CustomField, Member
from talentflux.repositories.base import ResourceList, TenantRepository, optional
from talentflux.schemas.custom_field import CustomFieldQuery, FieldResource
from talentflux.schemas.page import RowPage

_LIST = ResourceList(
    CustomField,
    select(
        CustomField.id,
        CustomField.resource,
        CustomField.slug,
        CustomField.name,
        CustomField.type,
        CustomField.required,
        CustomField.private,
        CustomField.options,
        CustomField.archived_at,
        CustomField.created_at,
        CustomField.updated_at,
        CustomField.deleted_at,
    ),
    filters=[optional(CustomField.resource, "resource")],
)


class CustomFieldRepository(TenantRepository[CustomField]):
    """Custom fields of the organization."""

    model = CustomField

    async def page(self, asked: CustomFieldQuery) -> RowPage:
        """Read a page of fields."""
        return await _LIST.page(self.session, asked, asked.sort, resource=asked.resource)

    async def of_resource(self, resource: FieldResource) -> list[CustomField]:
        """Return the fields of a resource, archived ones too, in the order in which they were made."""
        statement = self.live().where(CustomField.resource == resource).order_by(CustomField.id)
        return list(await self.session.scalars(statement))

    async def members(self, user_ids: Iterable[UUID]) -> set[UUID]:
        """Return those of the users who are active members of the organization."""
        statement = select(Member.user_id).where(
            Member.organization_id == self.organization_id,
            Member.user_id.in_(list(user_ids)),
            Member.deleted_at.is_(None),
            Member.deactivated_at.is_(None),
        )
        return set(await self.session.scalars(statement))

    async def candidate_values(self, candidate_id: UUID) -> bytes | None:
        """Return the encrypted values of a candidate."""
        statement = select(Candidate.custom).where(
            Candidate.organization_id == self.organization_id, Candidate.id == candidate_id
        )
        return await self.session.scalar(statement)

    async def set_candidate_values(self, candidate: Candidate, sealed: bytes | None) -> None:
        """Store the encrypted values of a candidate; their time of change follows."""
        statement = (
            update(Candidate)
            .where(Candidate.organization_id == self.organization_id, Candidate.id == candidate.id)
            .values(custom=sealed)
            .returning(Candidate.updated_at)
            .execution_options(synchronize_session=False)
        )
        candidate.updated_at = (await self.session.execute(statement)).scalar_one()
