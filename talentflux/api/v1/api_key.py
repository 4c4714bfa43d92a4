"""Keys of programs: those of the organization's services, and personal ones."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import tenant_examples
from talentflux.api.answers import RequiredMatch, answers, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.api_key import ApiKeyCreate, ApiKeyCreated, ApiKeyQuery, ApiKeyRead, ApiKeyUpdate
from talentflux.schemas.page import Page
from talentflux.services import api_key_service

router = StemRouter(prefix="/api-keys", tags=["api keys"])
_Given = Annotated[ApiKeyCreate, Body(examples=[{"label": "Careers page", "scopes": ["requisition:read"]}])]
_Label = Annotated[ApiKeyUpdate, Body(examples=[{"label": "Careers page, new host"}])]
_Asked = Annotated[ApiKeyQuery, Query()]
_Reading = Annotated[ReadSession, reads(Permission.API_KEY_READ)]
_Writing = Annotated[WriteSession, writes(Permission.API_KEY_WRITE)]
_Proven = Annotated[WriteSession, writes(Permission.API_KEY_WRITE, step_up=True)]
_ReadingOwn = Annotated[ReadSession, reads(Permission.API_KEY_PERSONAL)]
_WritingOwn = Annotated[WriteSession, writes(Permission.API_KEY_PERSONAL)]
_ProvenOwn = Annotated[WriteSession, writes(Permission.API_KEY_PERSONAL, step_up=True)]
_MADE = answers(415, 422, example=tenant_examples.NEW_API_KEY, success=201)
_LISTED = answers(422, example=listed(tenant_examples.API_KEY))
_READ = answers(404, 422, example=tenant_examples.API_KEY)
_CHANGED = answers(404, 412, 415, 422, 428, example=tenant_examples.API_KEY)


@router.post(
    "/personal",
    operation_id="create_personal_api_key",
    summary="Make a key of your own",
    status_code=201,
    response_model=ApiKeyCreated,
    responses=_MADE,
)
async def create_personal_api_key(request: Request, given: _Given, session: _ProvenOwn) -> Response:
    """Make a key that acts as you, within its scopes, for as long as you are a member. It is shown this once."""
    made = await api_key_service.create(session, given, own=True)
    return row_answer(request, made, status=201, location=f"/api/v1/api-keys/personal/{made.id}")


@router.get(
    "/personal",
    operation_id="list_personal_api_keys",
    summary="Your keys",
    response_model=Page[ApiKeyRead],
    responses=_LISTED,
)
async def list_personal_api_keys(request: Request, session: _ReadingOwn, asked: _Asked) -> Response:
    """List the keys that act as you in this organization, newest first."""
    return page_answer(request, await api_key_service.page(session, asked, own=True))


@router.get(
    "/personal/{api_key_id}",
    operation_id="get_personal_api_key",
    summary="Read one of your keys",
    response_model=ApiKeyRead,
    responses=_READ,
)
async def get_personal_api_key(request: Request, api_key_id: UUID, session: _ReadingOwn) -> Response:
    """Return one of your keys, without its secret."""
    return row_answer(request, await api_key_service.get(session, api_key_id, own=True))


@router.patch(
    "/personal/{api_key_id}",
    operation_id="update_personal_api_key",
    summary="Rename one of your keys",
    response_model=ApiKeyRead,
    responses=_CHANGED,
)
async def update_personal_api_key(
    request: Request, api_key_id: UUID, changes: _Label, session: _WritingOwn, versions: RequiredMatch
) -> Response:
    """Give one of your keys another label. What a key may do never changes: make a new one."""
    return row_answer(request, await api_key_service.rename(session, api_key_id, changes.label, versions, own=True))


@router.delete(
    "/personal/{api_key_id}",
    operation_id="revoke_personal_api_key",
    summary="Revoke one of your keys",
    status_code=204,
    responses=answers(404, 422),
)
async def revoke_personal_api_key(api_key_id: UUID, session: _ProvenOwn) -> None:
    """Let one of your keys work no longer, from the next request on."""
    await api_key_service.revoke(session, api_key_id, own=True)


@router.post(
    "",
    operation_id="create_api_key",
    summary="Make a key for a service",
    status_code=201,
    response_model=ApiKeyCreated,
    responses=_MADE,
)
async def create_api_key(request: Request, given: _Given, session: _Proven) -> Response:
    """Make a key that acts for the organization and not for a person. Its scopes are permissions that you hold."""
    made = await api_key_service.create(session, given, own=False)
    return row_answer(request, made, status=201, location=f"/api/v1/api-keys/{made.id}")


@router.get(
    "",
    operation_id="list_api_keys",
    summary="List keys",
    response_model=Page[ApiKeyRead],
    responses=_LISTED,
)
async def list_api_keys(request: Request, session: _Reading, asked: _Asked) -> Response:
    """List all keys to this organization, personal ones included, newest first."""
    return page_answer(request, await api_key_service.page(session, asked, own=False))


@router.get(
    "/{api_key_id}",
    operation_id="get_api_key",
    summary="Read a key",
    response_model=ApiKeyRead,
    responses=_READ,
)
async def get_api_key(request: Request, api_key_id: UUID, session: _Reading) -> Response:
    """Return a key, without its secret."""
    return row_answer(request, await api_key_service.get(session, api_key_id, own=False))


@router.patch(
    "/{api_key_id}",
    operation_id="update_api_key",
    summary="Rename a key",
    response_model=ApiKeyRead,
    responses=_CHANGED,
)
async def update_api_key(
    request: Request, api_key_id: UUID, changes: _Label, session: _Writing, versions: RequiredMatch
) -> Response:
    """Give a key another label. What a key may do never changes: make a new one."""
    return row_answer(request, await api_key_service.rename(session, api_key_id, changes.label, versions, own=False))


@router.delete(
    "/{api_key_id}",
    operation_id="revoke_api_key",
    summary="Revoke a key",
    status_code=204,
    responses=answers(404, 422),
)
async def revoke_api_key(api_key_id: UUID, session: _Proven) -> None:
    """Let any key to this organization work no longer, from the next request on."""
    await api_key_service.revoke(session, api_key_id, own=False)
