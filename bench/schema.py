"""Every operation of the API with requests that Schemathesis makes of its description, more than in the tests."""

import base64
import os
import tempfile
from pathlib import Path

from pydantic import SecretStr

from bench.figures import Figure, print_figures
from talentflux.core.config import Settings
from talentflux.db import migrate
from talentflux.db.embedded import EmbeddedPostgres
from tests.factories.schema_cases import ServedApi, Tally

EXAMPLES = int(os.environ.get("TALENTFLUX_BENCH_EXAMPLES", "40"))
SEED = 20_261_121


def run() -> list[Figure]:
    """Call all operations as an owner and hold each answer against the description."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "data", fsync=False) as server:
        migrate.upgrade(server.owner_url)
        settings = Settings(
            database_url=SecretStr(server.app_url),
            data_folder=Path(folder) / "data",
            master_key=SecretStr(base64.b64encode(bytes(range(32))).decode()),
            rate_limit_address=0,
            rate_limit_login=0,
            _env_file=None,
        )
        with ServedApi(settings).running() as api:
            for operation in api.operations:
                tally.add(api.check(operation, EXAMPLES, SEED))
            operations = len(api.operations)
    for violation in tally.violations[:20]:
        print(violation)
    faults = sum(count for status, count in tally.statuses.items() if status >= 500)
    good = sum(count for status, count in tally.statuses.items() if status < 400)
    return [
        Figure("operations called", operations, None),
        Figure("requests", tally.cases, None),
        Figure("of these carried out", good, None),
        Figure("server errors", faults, 0, higher_is_better=False),
        Figure("answers that are not as described", len(tally.violations), 0, higher_is_better=False),
    ]


if __name__ == "__main__":
    print_figures(run())
