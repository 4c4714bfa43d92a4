"""What tests of one process need not make anew for each application: compiled statements and the description."""

from typing import Any, Final

import orjson
from fastapi import FastAPI
from sqlalchemy import Dialect
from sqlalchemy.util import LRUCache

from talentflux.core.database import Database
from talentflux.core.security.cookies import session_cookie_name
from talentflux.dependencies import Resources

_MOST_STATEMENTS: Final = 5000
_statements: LRUCache[Any, Any] = LRUCache(_MOST_STATEMENTS)
_dialects: list[Dialect] = []
_descriptions: dict[str, bytes] = {}


def share_statements(database: Database) -> None:
    """Let a database use the statements that others have compiled; all are of one server.

    Compiled statements belong to a dialect, so it is shared too, once it has asked the server for its version.

    Args:
        database: Before its first statement.
    """
    engine = database.engine.sync_engine
    known = next((each for each in _dialects if getattr(each, "server_version_info", None)), None)
    if known is None:
        _dialects.append(engine.dialect)
    else:
        engine.dialect = known
    engine._compiled_cache = _statements


def share_description(app: FastAPI) -> None:
    """Let an application give the description that one with the same routes and cookies has made.

    Args:
        app: As it is made.
    """
    resources: Resources = app.state.resources
    key, describe = session_cookie_name(resources.settings), app.openapi

    def openapi() -> dict[str, object]:
        if app.openapi_schema is None and key in _descriptions:
            app.openapi_schema = orjson.loads(_descriptions[key])
        document = describe()
        if key not in _descriptions:
            _descriptions[key] = orjson.dumps(document)
        return document

    app.openapi = openapi  # type: ignore[method-assign] # as the application itself does
