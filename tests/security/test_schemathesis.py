"""Every operation with requests made from the description: no server error, and every answer as described."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr

from talentflux.core.config import Settings
from talentflux.db.embedded import EmbeddedConnection
from talentflux.main import create_app
from tests.factories.database import database_copy
from tests.factories.schema_cases import ServedApi, Tally

EXAMPLES = 4
SEED = 20_261_121
MASTER_KEY = base64.b64encode(hashlib.sha256(b"a master key for tests").digest()).decode()


def settings(database_url: str, folder: Path) -> Settings:
    return Settings(
        database_url=SecretStr(database_url),
        data_folder=folder,
        master_key=SecretStr(MASTER_KEY),
        parser_processes=1,
        rate_limit_address=0,
        rate_limit_login=0,
        _env_file=None,
    )


def tags() -> list[str]:
    """Return the last tag of each operation, as routes declare it: the description takes a while."""
    app = create_app(settings("postgresql://localhost/none", Path("unused")))
    described = [each for each in iter_route_contexts(app.routes) if getattr(each, "include_in_schema", False)]
    return sorted({str(each.tags[-1]) for each in described})


@pytest.fixture(scope="module")
def api(server: EmbeddedConnection, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    """The application, served."""
    with database_copy(server) as copy:
        served = ServedApi(settings(copy.app_url, tmp_path_factory.mktemp("schema")))
        with served.running():
            yield served


def test_each_operation_has_a_tag_that_is_tried(api: ServedApi) -> None:
    assert {operation.definition.raw["tags"][-1] for operation in api.operations} == set(tags())


@pytest.mark.parametrize("tag", tags())
def test_every_answer_is_as_described(api: ServedApi, tag: str) -> None:
    tally = Tally()
    for operation in api.operations:
        if operation.definition.raw["tags"][-1] == tag:
            tally.add(api.check(operation, EXAMPLES, SEED))
    assert tally.cases > 0
    assert tally.violations == []
