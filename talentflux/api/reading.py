"""The short path of reads: what a `GET` of the usual form needs, without the framework's general machinery.

A route qualifies by its declaration: path parameters that are ids, at most one model of query parameters, dependencies
that take the request alone, an answer that is a response. Its parameters are read here when they are well-formed; for
all else, refusals above all, the framework does what it does for every route.
"""

import inspect
import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ValidationError
from starlette.types import Receive, Scope, Send

from talentflux.core.database import ReadSession
from talentflux.dependencies import ReadGuard

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OTHERS: Final = ("header_params", "cookie_params", "body_params")
_NAMES: Final = (
    "websocket_param_name",
    "http_connection_param_name",
    "response_param_name",
    "background_tasks_param_name",
    "security_scopes_param_name",
)
_SEVERAL: Final = (list, tuple, set, frozenset, dict, BaseModel)
_Call = Callable[..., Awaitable[Any]]


class ShortPath:
    """Answers a `GET` whose parameters are well-formed.

    Args:
        dependant: What the framework knows of the route and its dependencies, those of its routers included.
    """

    def __init__(self, dependant: Any) -> None:
        self._endpoint: _Call = dependant.call
        self._request: str | None = dependant.request_param_name
        self._ids = [field.name for field in dependant.path_params]
        self._query = next(((field.name, field.field_info.annotation) for field in dependant.query_params), None)
        self._needed: list[tuple[str | None, _Call, str | None]] = [
            (each.name, each.call, each.request_param_name) for each in dependant.dependencies
        ]
        guards = [call for _, call, _ in self._needed if isinstance(call, ReadGuard)]
        self._guard = guards[0] if len(guards) == 1 else None
        self._plain = False  # whether the last answer needed no more than statements made ready at import

    @classmethod
    def of(cls, found: Any) -> "ShortPath | None":
        """Return the short path of a route; None where its declaration asks for more.

        Args:
            found: The route, as the framework resolves it with its routers.
        """
        dependant = found.dependant
        qualifies = (
            found.methods == {"GET"}
            and _answers_itself(dependant.call)
            and _is_plain(dependant)
            and all(field.field_info.annotation is UUID for field in dependant.path_params)
            and len(dependant.query_params) <= 1
            and all(_is_flat(field.field_info.annotation) for field in dependant.query_params)
            and all(_takes_request_alone(each) for each in dependant.dependencies)
        )
        return cls(dependant) if qualifies else None

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer a request.

        Returns:
            False where its parameters are to be looked at by the framework; nothing has happened then.
        """
        request = Request(scope, receive, send)
        values = self._values(request)
        if values is None:
            return False
        response = await self._foreseen(request, values) if self._plain else None
        if response is None:
            response = await self._opened(request, values)
        await response(scope, receive, send)
        return True

    async def _opened(self, request: Request, values: dict[str, Any]) -> Response:
        """Answer in a transaction that opens with the caller's access."""
        async with AsyncExitStack() as stack:
            request.scope["fastapi_function_astack"] = stack
            response: Response = await self._endpoint(**values, **await self._given(request, {}))
        session = request.scope["state"].get("session") if self._guard else None
        self._plain = isinstance(session, ReadSession) and session.plain
        return response

    async def _foreseen(self, request: Request, values: dict[str, Any]) -> Response | None:
        """Answer a caller who is taken for who they were; None where they are not, or more is asked for than that.

        A refusal is never given here: it is found out again where the database is asked first.
        """
        assert self._guard is not None
        session = await self._guard.foresee(request)
        if session is None:
            return None
        try:
            await self._guard.access.check(request, session)
            response: Response = await self._endpoint(**values, **await self._given(request, {self._guard: session}))
            session.confirm()
        except Exception:  # noqa: BLE001 -- whatever it is, it comes again in a transaction, or it does not matter
            self._plain = False
            request.scope["state"].pop("session", None)
            return None
        await self._guard.shown(request, session)
        return response

    async def _given(self, request: Request, known: dict[Any, Any]) -> dict[str, Any]:
        """Return what the dependencies give, those that are known already without calling them."""
        given = {}
        for name, call, takes in self._needed:
            value = known[call] if call in known else await (call(**{takes: request}) if takes else call())
            if name is not None:
                given[name] = value
        return given

    def _values(self, request: Request) -> dict[str, Any] | None:
        values: dict[str, Any] = {} if self._request is None else {self._request: request}
        for name in self._ids:
            text = request.path_params[name]
            if not _ID.fullmatch(text):
                return None
            values[name] = UUID(text)
        if self._query is not None:
            name, model = self._query
            given = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
            if len({key for key, _ in given}) < len(given):
                return None
            try:
                values[name] = model.model_validate(dict(given))
            except ValidationError:
                return None
        return values


def _answers_itself(call: Any) -> bool:
    if not inspect.iscoroutinefunction(call):
        return False
    returned = inspect.get_annotations(call, eval_str=True).get("return")
    return isinstance(returned, type) and issubclass(returned, Response)


def _is_plain(dependant: Any) -> bool:
    return not any(getattr(dependant, name) for name in (*_OTHERS, *_NAMES))


def _is_flat(annotation: Any) -> bool:
    """Return whether a type is a model each of whose fields takes one text, under its own name."""
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return False
    fields = annotation.model_fields.values()
    return all(not (field.alias or field.validation_alias) and _is_scalar(field.annotation) for field in fields)


def _is_scalar(annotation: Any) -> bool:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return True
    if origin is Annotated:
        return _is_scalar(parts[0])
    if origin in (Union, UnionType):
        return all(_is_scalar(part) for part in parts)
    return origin is None and isinstance(annotation, type) and not issubclass(annotation, _SEVERAL)


def _takes_request_alone(dependant: Any) -> bool:
    call = dependant.call
    inner = call if inspect.isfunction(call) else type(call).__call__
    return (
        inspect.iscoroutinefunction(inner)
        and _is_plain(dependant)
        and not (dependant.path_params or dependant.query_params or dependant.dependencies)
        and getattr(dependant, "concurrency", None) is None
    )
