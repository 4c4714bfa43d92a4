"""The route class of the API: refuses text that is none, and carries out a POST with an `Idempotency-Key` once."""

import asyncio
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.datastructures import UploadFile
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from talentflux.api.admission import Handler, admitting
from talentflux.api.reading import ShortPath
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import InvalidInputError
from talentflux.schemas.idempotency import KeptAnswer, RepeatableRequest
from talentflux.services import idempotency_service
from talentflux.services.idempotency_service import HEADER

API_PREFIX: Final = "/api/v1"
REPLAYED: Final = "Idempotency-Replayed"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS: Final = frozenset({"content-type", "etag", "link", "location"})
_MIB: Final = 2**20
_STEM_PLACE: Final = API_PREFIX.count("/") + 1
_NAME: Final = re.compile(r"\{\w+\}")
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
# U+0000, which PostgreSQL stores in no text, and halves of surrogate pairs, which no encoding holds; escaped, where
# the backslash is not itself escaped, or as bytes. JSON in another encoding than UTF-8 has null bytes.
_NO_TEXT: Final = re.compile(
    rb"\x00|\xed[\xa0-\xbf]"
    rb"|(?<!\\)(?:\\\\)*(?:\\u0000|\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F])"
)


class _AnsweredBeforeError(Exception):
    """Ends the handling of a request that was carried out before; its transaction is rolled back."""

    def __init__(self, answer: KeptAnswer) -> None:
        super().__init__()
        self.answer = answer


class ApiRoute(APIRoute):
    """A route of the JSON API.

    The guard of a POST opens the transaction and calls `on_open`; when the answer has been built, the transaction is
    still open, so the answer is kept in it. Refusals are not kept: nothing was done, and a repeat is tried anew.
    Routes without a log-in open no such transaction; there the header has no effect.
    """

    def get_route_handler(self) -> Handler:
        """Return what answers a request."""
        return admitting(self, self._repeatable(super().get_route_handler()))

    def _repeatable(self, handle: Handler) -> Handler:
        methods = self.methods or set()
        if _WITH_BODY & methods:
            handle = _checked(handle)
        if "POST" not in methods:
            return handle

        async def once(request: Request) -> Response:
            if HEADER not in request.headers:
                return await handle(request)
            given = RepeatableRequest(_key(request), await _fingerprint(request))

            async def look(session: AnySession) -> None:
                if (answer := await idempotency_service.find(session, given)) is not None:
                    raise _AnsweredBeforeError(answer)

            request.state.on_open = [look]
            try:
                response = await handle(request)
            except _AnsweredBeforeError as before:
                kept = before.answer
                return Response(kept.body, kept.status, {**kept.headers, REPLAYED: "true"})
            session = getattr(request.state, "session", None)
            if isinstance(session, WriteSession):
                headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
                answer = KeptAnswer(response.status_code, headers, bytes(response.body))
                await idempotency_service.keep(session, given, answer)
            return response

        return once


def _checked(handle: Handler) -> Handler:
    async def checked(request: Request) -> Response:
        if request.headers.get("content-type", "").startswith("application/json"):
            body = await request.body()
            if _NO_TEXT.search(body):
                raise InvalidInputError(
                    "The body holds text that is none: U+0000 or half of a surrogate pair.",
                    fields={"body": "leave out U+0000, and write characters beyond U+FFFF as a whole, in UTF-8"},
                )
        return await handle(request)

    return checked


def _key(request: Request) -> str:
    given = request.headers.getlist(HEADER)
    if len(given) != 1 or not _KEY.fullmatch(given[0]):
        raise InvalidInputError(
            f"{HEADER} is not a key.",
            fields={f"header.{HEADER}": "give one key of 1 to 255 visible ASCII characters, such as a UUID"},
        )
    return given[0]


async def _fingerprint(request: Request) -> str:
    """Return the SHA-256 of method, address and body; of a form, of its fields, for the boundary changes each time."""
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        digest.update(await request.body())
        return digest.hexdigest()
    for name, value in (await request.form()).multi_items():
        part = await asyncio.to_thread(_file_digest, value) if isinstance(value, UploadFile) else ["", value]
        for text in (name, *part):
            digest.update(len(text).to_bytes(8, "big") + text.encode(errors="surrogatepass"))
    return digest.hexdigest()


def _file_digest(file: UploadFile) -> list[str]:
    """Return name and SHA-256 of an uploaded file, read in pieces; it is left at its beginning."""
    digest = hashlib.sha256()
    file.file.seek(0)
    while piece := file.file.read(_MIB):
        digest.update(piece)
    file.file.seek(0)
    return [file.filename or "", digest.hexdigest()]


class StemRouter(APIRouter):
    """The routes of one stem, of the class `ApiRoute` unless another is given."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"route_class": ApiRoute, **options})


class RouteTable:
    """The routes by method, number of words and stem; made once for all applications of a process.

    Args:
        routes: In their order.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self.routes = routes
        self._branches: list[tuple[str, BaseRoute]] = []
        self._known: dict[str, _Table] = {}

    def find(self, method: str, words: list[str]) -> "Known | None":
        """Return the route of a request; None where it is to be looked for by other means.

        Args:
            method: Of the request.
            words: Of its path.
        """
        stem = _stem(words)
        for known in self._of(stem).get((method, len(words), stem), ()):
            fits = all(words[place] == word for place, word in known.words)
            if fits and all(words[place] for place, _ in known.names):
                return known
        return None

    def _of(self, stem: str) -> "_Table":
        """Return the routes that may be meant; those of other stems are not made ready, which takes a while."""
        if not self._branches:
            self._branches = list(_branches(self.routes))
        if all(stem != own for own, _ in self._branches):
            stem = ""
        if stem not in self._known:
            self._known[stem] = _tabled([route for own, route in self._branches if own in ("", stem)])
        return self._known[stem]


class RouteIndex:
    """Finds the route of a request by its method and the words of its path.

    The framework tries every route of every router, three times over for routers inside routers; with a hundred and
    fifty routes that was a seventh of a request. What is not found here (other methods, slashes too many, files,
    nothing) is left to it.

    Args:
        app: The application.
        table: Of its routes.
    """

    def __init__(self, app: FastAPI, table: RouteTable) -> None:
        self._app = app
        self._rest: ASGIApp = app.router.middleware_stack
        self._table = table
        self._short: dict[Known, ShortPath | None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route of a request answer it."""
        words = scope["path"].split("/") if scope["type"] == "http" and not scope.get("root_path") else None
        known = None if words is None else self._table.find(scope["method"], words)
        if words is None or known is None:
            await self._rest(scope, receive, send)
            return
        scope["router"] = self._app.router
        scope["route"], scope["endpoint"] = known.route, known.endpoint
        scope["path_params"] = {name: words[place] for place, name in known.names}
        if known not in self._short:  # it learns from its answers, so each application has its own
            self._short[known] = ShortPath.of(known.found)
        short = self._short[known]
        if short is None or not await short.answer(scope, receive, send):
            await known.app(scope, receive, send)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A route as the table holds it.

    Attributes:
        found: As the framework resolves it with its routers.
        route: What was declared.
        endpoint: Its function.
        app: Answers its requests.
        words: In its path, by their places.
        names: Of parameters in its path, by their places.
    """

    found: RouteContext
    route: BaseRoute
    endpoint: Any
    app: ASGIApp
    words: list[tuple[int, str]]
    names: list[tuple[int, str]]


_Table = dict[tuple[str, int, str], list[Known]]


def _branches(routes: Sequence[BaseRoute]) -> Iterator[tuple[str, BaseRoute]]:
    """Yield routes and routers in their order, those of one stem with its name, all others with none."""
    for route in routes:
        router = getattr(route, "original_router", None)
        prefix = router.prefix if isinstance(router, StemRouter) else ""
        if isinstance(router, APIRouter) and any(hasattr(each, "original_router") for each in router.routes):
            yield from _branches(cast("Any", route).effective_candidates())
        else:
            yield prefix.split("/")[1] if prefix else "", route


def _stem(words: list[str]) -> str:
    return words[_STEM_PLACE] if len(words) > _STEM_PLACE else ""


def _tabled(routes: Sequence[BaseRoute]) -> _Table:
    """Return the routes by method, number of words and stem, in their order.

    Where a path's stem is a parameter or a parameter takes several words, nothing that begins like it is tabled: an
    earlier route might be passed over.
    """
    table: _Table = {}
    vague: list[str] = []
    for found in iter_route_contexts(routes):
        if not isinstance(found.original_route, APIRoute) or found.path is None:
            continue
        words = found.path.split("/")
        names = [(place, word[1:-1]) for place, word in enumerate(words) if _NAME.fullmatch(word)]
        taken = {place for place, _ in names}
        rest = [(place, word) for place, word in enumerate(words) if place not in taken]
        if _STEM_PLACE in taken or any("{" in word for _, word in rest):
            vague.append(found.path.partition("{")[0])
            continue
        known = Known(found, found.original_route, found.endpoint, found.app, rest, names)
        for method in found.methods or ():
            if not found.path.startswith(tuple(vague)):
                table.setdefault((method, len(words), _stem(words)), []).append(known)
    return table
