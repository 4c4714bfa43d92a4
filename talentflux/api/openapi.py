"""The description of the API: what FastAPI derives from the code, and what the guards and conventions add to it."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from talentflux.api.answers import required_match
from talentflux.api.routing import REPLAYED
from talentflux.core.problems import declared
from talentflux.core.security.cookies import session_cookie_name
from talentflux.dependencies import CSRF_HEADER, ORGANIZATION_HEADER, Access, Resources, access_of
from talentflux.schemas.problem import Problem
from talentflux.services.idempotency_service import HEADER as IDEMPOTENCY_HEADER

Part = dict[str, Any]
_SAFE: Final = frozenset({"get", "head", "options"})
_UUID: Final = {"type": "string", "format": "uuid"}
_ETAG_EXAMPLE: Final = '"62a1b2c3d4e5f.0123456789ab"'

_SCHEMES: Final[dict[str, Part]] = {
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token, as logging in and refreshing give it; good for 15 minutes.",
    },
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "tfk_…",
        "description": "An API key of an organization, personal or of a service. It may do what its scopes name.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": CSRF_HEADER,
        "description": "Goes with the cookie wherever something is changed; the log-in gives its value.",
    },
}
_ORGANIZATION: Final[Part] = {
    "name": ORGANIZATION_HEADER,
    "in": "header",
    "required": False,
    "schema": _UUID,
    "description": "Another organization that you belong to than the one of your log-in.",
    "example": "00000000-0000-7000-8000-000000000001",
}
_IDEMPOTENCY: Final[Part] = {
    "name": IDEMPOTENCY_HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
    "description": "A key of your choice, new for each new request. Sent again within 24 hours with the same key, the "
    "request is not carried out twice and is answered as before.",
    "example": "0b6ad5d2-3f0e-4d0a-9d4e-8f3c1f0f4c11",
}
_IF_NONE_MATCH: Final[Part] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The `ETag` of what you have; where it is still right, the answer is 304 without a body.",
    "example": _ETAG_EXAMPLE,
}


def _header(description: str, example: str) -> Part:
    return {"description": description, "schema": {"type": "string"}, "example": example}


_REQUEST_ID: Final = _header("Names this request in the log; send your own to follow it.", "3f1c2b7a9d8e4f60")
_ETAG: Final = _header("The version that is shown. Give it as `If-Match` with a change.", _ETAG_EXAMPLE)
_LINK: Final = _header('The next page, as `<address>; rel="next"`; absent on the last one.', '<…>; rel="next"')
_LOCATION: Final = _header(
    "Where it can be read from now on.", "/api/v1/requisitions/01937c7e-3c4d-7e5f-9061-2c3d4e5f6071"
)
_RETRY_AFTER: Final = _header("Seconds until the next try is worth while.", "1")
_REPLAYED: Final = _header("`true` where the answer is that of the first request with this key.", "true")
_REASONS: Final[dict[str, str]] = {
    "200": "Done.",
    "201": "Made.",
    "202": "Taken on; a task does it.",
    "204": "Done; there is nothing to say.",
    "400": "The body cannot be read.",
    "401": "No log-in, or none that still holds.",
    "403": "Not allowed: the permission, a confirmed address, a recent proof of identity or the CSRF token is missing.",
    "404": "There is none, or not for you.",
    "409": "It contradicts the present state; with a key: the first request is still being carried out.",
    "413": "The body or a file in it is too large.",
    "415": "The body is of another media type than the operation takes.",
    "412": "It has changed since you read it.",
    "421": "This host name is not served here.",
    "422": "A field, header or parameter is wrong; `errors` names it.",
    "428": "`If-Match` is missing.",
    "429": "Too many requests; wait as long as `Retry-After` says.",
    "500": "Something went wrong on our side; the log has the request id.",
    "503": "Something that is needed, such as the database, does not answer.",
}


_UNSAID: Final = {"Successful Response", "Validation Error"}
"""What FastAPI writes where an operation says nothing."""


def describe(app: FastAPI) -> Part:
    """Return the description of an application.

    Args:
        app: With all its routes and `state.resources`.
    """
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        tags=app.openapi_tags,
        routes=app.routes,
    )
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(problem.pop("$defs", {}) | {"Problem": problem})
    resources: Resources = app.state.resources
    cookie = {
        "type": "apiKey",
        "in": "cookie",
        "name": session_cookie_name(resources.settings),
        "description": "The session of a browser.",
    }
    components["securitySchemes"] = {**_SCHEMES, "session": cookie}
    for path, method, route, operation in _operations(app, document):
        access = access_of(route)
        _Description(document, path, method, operation, access[0] if access else None).complete(route)
    return document


def _operations(app: FastAPI, document: Part) -> Iterator[tuple[str, str, Any, Part]]:
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                yield str(route.path_format), method.lower(), route, operation


class _Description:
    """Completes the description of one operation."""

    def __init__(self, document: Part, path: str, method: str, operation: Part, access: Access | None) -> None:
        self._schemas: Part = document["components"]["schemas"]
        self._path, self._method, self._operation, self._access = path, method, operation, access

    def complete(self, route: Any) -> None:
        """Add what holds for the operation beside what its function says."""
        for status, given in route.responses.items():
            for media_type, content in given.get("content", {}).items():
                if "example" in content:  # FastAPI leaves out what is null
                    self._responses[str(status)]["content"][media_type]["example"] = content["example"]
        self._add_security()
        self._add_parameters()
        self._add_errors(route)
        self._add_headers()

    def _add_security(self) -> None:
        access = self._access
        if access is None or access.kind == "public":
            self._operation["security"] = []
            return
        browser: Part = {"session": []} if self._method in _SAFE else {"session": [], "csrf": []}
        keys: list[Part] = [] if access.kind == "own" and access.write else [{"apiKey": []}]
        self._operation["security"] = [{"accessToken": []}, *keys, browser]
        if access.permission is not None:
            self._say(f"Needs the permission `{access.permission}`.")
        if access.step_up:
            self._say("Needs a proof of identity from the last ten minutes.")

    def _add_parameters(self) -> None:
        if self._access is None or self._access.kind == "public":
            return
        if self._access.kind == "tenant":
            self._parameter(_ORGANIZATION)
        if self._method == "post":
            self._parameter(_IDEMPOTENCY)
        if self._versioned and self._method == "get":
            self._parameter(_IF_NONE_MATCH)

    def _add_errors(self, route: Any) -> None:
        statuses = {421, 429} if self._path.startswith("/api/") else set()
        if self._access is not None and self._access.kind != "public":
            statuses |= {401, 403, 422}
            statuses |= {404} if self._access.kind == "tenant" else set()
            statuses |= {409} if self._method == "post" else set()
        if any(each["name"] == "If-Match" for each in self._operation.get("parameters", [])):
            statuses |= {412, 428} if required_match(route.dependant) else {412}
        for status, answer in declared(*statuses).items():
            self._responses.setdefault(str(status), answer)
        for code, reason in _REASONS.items():
            if self._responses.get(code, {}).get("description") in _UNSAID | {HTTPStatus(int(code)).phrase}:
                self._responses[code]["description"] = reason
        if self._versioned and self._method == "get":
            self._responses["304"] = {"description": "What you have is still right."}
        self._operation["responses"] = dict(sorted(self._responses.items()))

    def _add_headers(self) -> None:
        for code, answer in self._responses.items():
            headers = answer.setdefault("headers", {})
            headers["X-Request-Id"] = _REQUEST_ID
            if code in {"429", "503"} or (code == "409" and self._method == "post"):
                headers["Retry-After"] = _RETRY_AFTER
            if code == "304" or (code.startswith("2") and self._versioned):
                headers["ETag"] = _ETAG
            if code == "201":
                headers["Location"] = _LOCATION
            if code.startswith("2") and {"items", "next_cursor"} <= self._fields.keys():
                headers["Link"] = _LINK
            if code.startswith("2") and any(
                each["name"] == IDEMPOTENCY_HEADER for each in self._operation.get("parameters", [])
            ):
                headers[REPLAYED] = _REPLAYED

    @property
    def _responses(self) -> Part:
        responses: Part = self._operation["responses"]
        return responses

    @property
    def _fields(self) -> Part:
        """The fields of the answer."""
        success: Part = next((answer for code, answer in self._responses.items() if code.startswith("2")), {})
        schema = success.get("content", {}).get("application/json", {}).get("schema", {})
        if "$ref" in schema:
            schema = self._schemas.get(schema["$ref"].rpartition("/")[2], {})
        fields: Part = schema.get("properties", {})
        return fields

    @property
    def _versioned(self) -> bool:
        """Whether one row is answered, whose version is known."""
        return {"id", "updated_at"} <= self._fields.keys()

    def _parameter(self, parameter: Part) -> None:
        given = self._operation.setdefault("parameters", [])
        if all(each["name"] != parameter["name"] for each in given):
            given.append(parameter)

    def _say(self, sentence: str) -> None:
        self._operation["description"] = f"{self._operation.get('description', '').rstrip()}\n\n{sentence}".strip()
