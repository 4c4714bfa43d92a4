"""Every operation with requests made from the description: no server error, and every answer as described."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from talentflux.core.config import Settings
from talentflux.db.embedded import EmbeddedConnection
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


def described() -> list[str]:
    """Return the tags of the description; no database is asked."""
    document = ServedApi(settings("postgresql://localhost/none", Path("unused"))).app.openapi()
    operations = [each for methods in document["paths"].values() for each in methods.values()]
    return sorted({operation["tags"][-1] for operation in operations})


@pytest.fixture(scope="module")
def api(server: EmbeddedConnection, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    """The application, served."""
    with database_copy(server) as copy:
        served = ServedApi(settings(copy.app_url, tmp_path_factory.mktemp("schema")))
        with served.running():
            yield served


@pytest.mark.parametrize("tag", described())
def test_every_answer_is_as_described(api: ServedApi, tag: str) -> None:
    tally = Tally()
    for operation in api.operations:
        if operation.definition.raw["tags"][-1] == tag:
            tally.add(api.check(operation, EXAMPLES, SEED))
    assert tally.cases > 0
    assert tally.violations == []
