"""The second factor of the caller's own account."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Response

from talentflux.api import examples
from talentflux.api.answers import answers
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.dependencies import Using, reads_own, writes_own
from talentflux.schemas.second_factor import RecoveryCodes, SecondFactorCode, SecondFactorRead, SecondFactorSetup
from talentflux.services import second_factor_service

router = StemRouter(prefix="/users/me/second-factor", tags=["users"])
_Reading = Annotated[ReadSession, reads_own()]
_Writing = Annotated[WriteSession, writes_own()]
_Proven = Annotated[WriteSession, writes_own(step_up=True)]


@router.get(
    "",
    operation_id="get_second_factor",
    summary="Read the state of your second factor",
    responses=answers(401, example=examples.SECOND_FACTOR),
)
async def get_second_factor(session: _Reading) -> SecondFactorRead:
    """Return whether a code is asked for when you log in, and how many recovery codes are left."""
    return await second_factor_service.state(session, _caller(session))


@router.post(
    "",
    operation_id="start_second_factor",
    summary="Set up an authenticator app",
    status_code=201,
    responses=answers(401, 409, example=examples.SECOND_FACTOR_SETUP, success=201),
)
async def start_second_factor(session: _Proven, response: Response) -> SecondFactorSetup:
    """Return what an authenticator app needs. Nothing is asked for until a code of it is confirmed."""
    response.headers["Cache-Control"] = "no-store"
    return await second_factor_service.start(session, _caller(session))


@router.post(
    "/confirm",
    operation_id="confirm_second_factor",
    summary="Confirm the authenticator app",
    responses=answers(401, 409, 415, 422, example=examples.RECOVERY_CODES),
)
async def confirm_second_factor(
    given: Annotated[SecondFactorCode, Body(examples=[{"code": "492039"}])],
    session: _Writing,
    response: Response,
    resources: Using,
) -> RecoveryCodes:
    """Show that the app works with a code of it. From then on a code is asked for when you log in.

    The answer holds ten recovery codes. Keep them: they are shown this once.
    """
    response.headers["Cache-Control"] = "no-store"
    return await second_factor_service.confirm(session, _caller(session), given.code, resources.settings.public_url)


@router.delete(
    "",
    operation_id="remove_second_factor",
    summary="Remove your second factor",
    status_code=204,
    responses=answers(401, 404),
)
async def remove_second_factor(session: _Proven, resources: Using) -> None:
    """Remove the authenticator app and the recovery codes; log-in asks for the password alone again."""
    await second_factor_service.remove(session, _caller(session), resources.settings.public_url)


@router.post(
    "/recovery-codes",
    operation_id="renew_recovery_codes",
    summary="Make new recovery codes",
    status_code=201,
    responses=answers(401, 404, example=examples.RECOVERY_CODES, success=201),
)
async def renew_recovery_codes(session: _Proven, response: Response, resources: Using) -> RecoveryCodes:
    """Return ten new recovery codes, shown this once; the former ones are good no longer."""
    response.headers["Cache-Control"] = "no-store"
    return await second_factor_service.renew_codes(session, _caller(session), resources.settings.public_url)


def _caller(session: ReadSession | WriteSession) -> UUID:
    assert session.scope.user_id is not None  # the guard lets persons in only
    return session.scope.user_id
