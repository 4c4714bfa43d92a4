"""SQL of notes."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Boolean, bindparam, cast, or_, select

from talentflux.models import Application, Member, Note, User
from talentflux.repositories.base import ResourceList, TenantRepository, optional, parameter
from talentflux.schemas.note import NoteQuery
from talentflux.schemas.page import RowPage

_author = (
    (Member.organization_id == Note.organization_id) & (Member.user_id == Note.author_id) & Member.deleted_at.is_(None)
)
_COLUMNS = (
    select(
        Note.id,
        Note.candidate_id,
        Note.application_id,
        Note.author,
        Note.author_id,
        User.wrapped_key.label("user_wrapped_key"),
        User.profile.label("user_profile"),
        Note.private,
        Note.body,
        Note.mentions,
        Note.created_at,
        Note.updated_at,
        Note.deleted_at,
    )
    .outerjoin(Member, _author)
    .outerjoin(User, User.id == Member.user_id)
)
_LIST = ResourceList(
    Note,
    _COLUMNS,
    filters=[
        Note.candidate_id == parameter("candidate_id", Note.candidate_id),
        optional(Note.application_id, "application_id"),
        or_(
            cast(bindparam("all"), Boolean()),
            Note.private.is_(False),
            Note.author == parameter("me", Note.author),
        ),
    ],
)


class NoteRepository(TenantRepository[Note]):
    """Notes of the organization."""

    model = Note

    async def page(
        self, asked: NoteQuery, candidate_id: UUID, me: str, *, everything: bool, bound: Mapping[str, object]
    ) -> RowPage:
        """Read a page of a candidate's notes; bodies and names are still encrypted.

        Args:
            asked: Filter, order, view and place.
            candidate_id: About whom.
            me: Whose private notes are among them in any case.
            everything: Whether those of others are too.
            bound: As the candidate was read with, by `get_followed`.
        """
        given = {"candidate_id": candidate_id, "application_id": asked.application_id, "me": me, "all": everything}
        return await _LIST.page(self.session, asked, asked.sort, bound, **given)

    async def row(self, note_id: UUID) -> dict[str, object]:
        """Return one note as lists show it."""
        statement = _COLUMNS.where(Note.organization_id == self.organization_id, Note.id == note_id)
        return dict((await self.session.execute(statement)).mappings().one())

    async def application(self, application_id: UUID, candidate_id: UUID) -> Application | None:
        """Return a live application of a candidate."""
        statement = select(Application).where(
            Application.organization_id == self.organization_id,
            Application.id == application_id,
            Application.candidate_id == candidate_id,
            Application.deleted_at.is_(None),
        )
        return await self.session.scalar(statement)

    async def members(self, user_ids: Sequence[UUID]) -> dict[UUID, tuple[str, User]]:
        """Return role and account of those of the users who are active members."""
        statement = (
            select(Member.role, User)
            .join(User, User.id == Member.user_id)
            .where(
                Member.organization_id == self.organization_id,
                Member.user_id.in_(user_ids),
                Member.deleted_at.is_(None),
                Member.deactivated_at.is_(None),
                User.deleted_at.is_(None),
            )
        )
        return {row[1].id: (row[0], row[1]) for row in await self.session.execute(statement)}
