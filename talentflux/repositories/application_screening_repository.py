"""SQL of the screening of applications."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from talentflux.core.errors import NotFoundError
from talentflux.models import Application, ApplicationScreening, Candidate, Requisition, Resume
from talentflux.repositories.base import LAST_ID, ListQuery, TenantRepository, of_tenant, optional, parameter
from talentflux.schemas.application import ApplicationStatus
from talentflux.schemas.application_screening import ScreeningQuery, ScreeningReason, ScreeningState
from talentflux.schemas.page import RowPage
from talentflux.utils.ids import new_id

_S = ApplicationScreening
_ABOVE: Final = 1e9
_HIDDEN_TEXT: Final[ColumnElement[Any]] = literal_column("""'$.flags[*] ? (@.kind == "hidden_text")'::jsonpath""")
# Written out as in the index of those with flags, for the server takes a subscript for something else than an arrow.
_NONE: Final[ColumnElement[int]] = literal_column("0")
_FLAGS: Final[ColumnElement[Any]] = literal_column("'flags'::text")
_flags = func.coalesce(func.jsonb_array_length(_S.result.op("->")(_FLAGS)), _NONE)


def _rows() -> Select[*tuple[Any, ...]]:
    """Return the select of a screening as the queue shows it."""
    return (
        select(
            _S.id,
            _S.application_id,
            _S.requisition_id,
            _S.candidate_id,
            Candidate.wrapped_key.label("candidate_wrapped_key"),
            Candidate.profile.label("candidate_profile"),
            Application.stage,
            Application.status,
            _S.state,
            _S.reason,
            _S.total,
            _S.standing,
            func.coalesce(_S.result["strengths"], func.jsonb_build_array()).label("strengths"),
            func.coalesce(_S.result["gaps"], func.jsonb_build_array()).label("gaps"),
            _flags.label("flags"),
            func.coalesce(func.jsonb_path_exists(_S.result, _HIDDEN_TEXT), False).label("hidden_text"),
            _S.assessment,
            _S.scorer,
            func.coalesce(Requisition.requirements_version != _S.requirements_version, False).label("outdated"),
            _S.created_at,
            _S.updated_at,
        )
        .join(Application, and_(Application.organization_id == _S.organization_id, Application.id == _S.application_id))
        .join(Candidate, and_(Candidate.organization_id == _S.organization_id, Candidate.id == _S.candidate_id))
        .join(Requisition, and_(Requisition.organization_id == _S.organization_id, Requisition.id == _S.requisition_id))
    )


def _wish(name: str, condition: Any) -> Any:
    """Return a filter by yes or no, left out while its parameter is null."""
    wanted = cast(parameter(name, _S.current), Boolean)
    return or_(wanted.is_(None), condition == wanted)


_LIST = ListQuery(
    _rows()
    .where(
        *of_tenant(_S),
        _S.current,
        Application.deleted_at.is_(None),
        Requisition.deleted_at.is_(None),
        optional(_S.requisition_id, "requisition_id"),
        optional(_S.state, "state"),
        _wish("assessed", _S.assessment.is_not(None)),
        _wish("flagged", _flags > _NONE),
        _wish("active", Application.status == ApplicationStatus.ACTIVE),
        tuple_(_S.standing, _S.id) < tuple_(parameter("after_standing", _S.standing), parameter("after_id", _S.id)),
    )
    .order_by(_S.standing.desc(), _S.id.desc()),
    key={"standing": _ABOVE, "id": LAST_ID},
)


class ApplicationScreeningRepository(TenantRepository[ApplicationScreening]):
    """Screenings of the organization."""

    model = ApplicationScreening

    async def page(self, asked: ScreeningQuery) -> RowPage:
        """Read a page of the queue, the best standing first."""
        filters: dict[str, object] = asked.model_dump(include={"requisition_id", "state", "assessed", "flagged"})
        filters["active"] = asked.active or None
        return await _LIST.asked(self.session, asked, **filters)

    async def begin(self, application_ids: Sequence[UUID]) -> list[UUID]:
        """Let applications be screened anew; the screening before is kept as a record.

        Returns:
            Those of them that wait for it; the others have nothing that could be compared.
        """
        mine = (_S.organization_id == self.organization_id, _S.application_id.in_(application_ids), _S.current)
        await self.session.execute(
            update(_S).where(*mine).values(current=False).execution_options(synchronize_session=False)
        )
        chosen = (
            await self.session.execute(
                select(
                    Application.id,
                    Application.requisition_id,
                    Application.candidate_id,
                    Application.resume_id,
                    Application.do_not_screen,
                )
                .where(
                    Application.organization_id == self.organization_id,
                    Application.id.in_(application_ids),
                    Application.deleted_at.is_(None),
                )
                .order_by(Application.id)
            )
        ).all()
        rows = [_begun(self.organization_id, *each) for each in chosen]
        if rows:
            await self.session.execute(insert(_S), rows)
        return [row["application_id"] for row in rows if row["state"] == ScreeningState.WAITING]

    async def assessed(self, application_ids: Sequence[UUID]) -> list[tuple[ApplicationScreening, bytes | None]]:
        """Return the present screenings that a person gave their word on, each with the candidate's key."""
        statement = (
            select(_S, Candidate.wrapped_key)
            .join(Candidate, and_(Candidate.organization_id == _S.organization_id, Candidate.id == _S.candidate_id))
            .where(
                _S.organization_id == self.organization_id,
                _S.application_id.in_(application_ids),
                _S.current,
                _S.assessment.is_not(None),
            )
        )
        return [(row[0], row[1]) for row in await self.session.execute(statement)]

    async def currents(self, application_ids: Sequence[UUID]) -> dict[UUID, ApplicationScreening]:
        """Return the present screenings of applications, by application."""
        statement = self.live().where(_S.application_id.in_(application_ids), _S.current)
        return {row.application_id: row for row in await self.session.scalars(statement)}

    async def waiting(self, application_ids: Sequence[UUID]) -> list[tuple[ApplicationScreening, Resume | None]]:
        """Return the screenings that wait, with the resume that each needs."""
        statement = (
            select(_S, Resume)
            .outerjoin(Resume, and_(Resume.organization_id == _S.organization_id, Resume.id == _S.resume_id))
            .where(
                _S.organization_id == self.organization_id,
                _S.application_id.in_(application_ids),
                _S.current,
                _S.state == ScreeningState.WAITING,
            )
            .order_by(_S.id)
        )
        return [(row[0], row[1]) for row in await self.session.execute(statement)]

    async def lock_waiting(self, ids: Sequence[UUID]) -> dict[UUID, ApplicationScreening]:
        """Return those of the screenings that still wait, kept from others until the transaction ends."""
        statement = (
            self.live()
            .where(_S.id.in_(ids), _S.current, _S.state == ScreeningState.WAITING)
            .order_by(_S.id)
            .with_for_update()
        )
        return {row.id: row for row in await self.session.scalars(statement)}

    async def current(self, application_id: UUID, *, lock: bool = False) -> ApplicationScreening:
        """Return the present screening of an application.

        Raises:
            NotFoundError: It has none.
        """
        statement = self.live().where(_S.application_id == application_id, _S.current)
        row = await self.session.scalar(statement.with_for_update() if lock else statement)
        if row is None:
            raise NotFoundError("This application has not been screened.")
        return row

    async def detail(self, application_id: UUID) -> dict[str, Any]:
        """Return the present screening of an application with its evidence and the text that it quotes.

        Raises:
            NotFoundError: It has none.
        """
        statement = (
            _rows()
            .add_columns(
                _S.resume_id,
                _S.requirements_version,
                _S.result,
                _S.input_hash,
                _S.assessment_reason,
                _S.assessed_by,
                _S.assessed_at,
                case((_S.result.is_not(None), Resume.masked_text)).label("masked_text"),
            )
            .outerjoin(Resume, and_(Resume.organization_id == _S.organization_id, Resume.id == _S.resume_id))
            .where(*self._of(application_id), _S.current)
        )
        row = (await self.session.execute(statement)).mappings().one_or_none()
        if row is None:
            raise NotFoundError("This application has not been screened.")
        return dict(row)

    async def former(self, application_id: UUID) -> list[ApplicationScreening]:
        """Return the earlier screenings of an application, the latest first."""
        statement = select(_S).where(*self._of(application_id), ~_S.current).order_by(_S.id.desc())
        return list(await self.session.scalars(statement))

    async def of_resumes(self, resume_ids: Sequence[UUID]) -> list[UUID]:
        """Return the applications that were made with resumes."""
        statement = select(Application.id).where(
            Application.organization_id == self.organization_id,
            Application.resume_id.in_(resume_ids),
            Application.deleted_at.is_(None),
        )
        return list(await self.session.scalars(statement))

    async def active(self, requisition_id: UUID) -> list[UUID]:
        """Return the applications to a requisition that are still to be decided."""
        statement = (
            select(Application.id)
            .where(
                Application.organization_id == self.organization_id,
                Application.requisition_id == requisition_id,
                Application.deleted_at.is_(None),
                Application.status == ApplicationStatus.ACTIVE,
            )
            .order_by(Application.id)
        )
        return list(await self.session.scalars(statement))

    def _of(self, application_id: UUID) -> tuple[Any, ...]:
        return _S.organization_id == self.organization_id, _S.application_id == application_id, _S.deleted_at.is_(None)


def _begun(  # noqa: PLR0913, PLR0917 -- the columns of a row, in their order
    organization_id: UUID,
    application_id: UUID,
    requisition_id: UUID,
    candidate_id: UUID,
    resume_id: UUID | None,
    opted_out: bool,  # noqa: FBT001 -- as above
) -> dict[str, Any]:
    reason = ScreeningReason.OPTED_OUT if opted_out else ScreeningReason.NO_RESUME if resume_id is None else None
    return {
        "id": new_id(),
        "organization_id": organization_id,
        "application_id": application_id,
        "requisition_id": requisition_id,
        "candidate_id": candidate_id,
        "resume_id": resume_id,
        "state": ScreeningState.WAITING if reason is None else ScreeningState.SKIPPED,
        "reason": reason,
    }
