"""Who may send files: checked before the body is read, which may be a gigabyte.

The framework reads a body first and asks the guards afterwards. Anybody could then fill the disk of the server.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.params import Form
from fastapi.routing import APIRoute

from talentflux.core.errors import TalentFluxError, UnsupportedTypeError
from talentflux.dependencies import access_of, admit

_FORM: Final = "multipart/form-data"
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def admitting(route: APIRoute, handle: Handler) -> Handler:
    """Return what answers requests of a route once its caller is known, where the route takes files.

    Args:
        route: Of the API.
        handle: Reads the body and answers.
    """
    if route.body_field is None or not isinstance(route.body_field.field_info, Form):
        return handle
    access = access_of(route)[0]

    async def admitted(request: Request) -> Response:
        try:
            if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
                raise UnsupportedTypeError(f"Send the body as {_FORM}.")
            await admit(request, access)
        except TalentFluxError as error:
            error.headers["Connection"] = "close"  # else the server would read the rest to find the next request
            raise
        return await handle(request)

    return admitted
