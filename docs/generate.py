"""Write the reference of the API into docs/reference/api. Run it after a change of an operation."""  # noqa: INP001 -- a script

import base64
from pathlib import Path

from pydantic import SecretStr

from talentflux.api.reference import pages
from talentflux.core.config import Settings
from talentflux.main import create_app

FOLDER = Path(__file__).resolve().parent / "reference" / "api"


def reference() -> dict[str, str]:
    """Return the pages by file name. The database is named and not asked."""
    settings = Settings(
        database_url=SecretStr("postgresql://localhost/none"),
        master_key=SecretStr(base64.b64encode(bytes(range(32))).decode()),
        _env_file=None,
    )
    return pages(create_app(settings).openapi())


def main() -> None:
    """Write the pages and remove those that are no more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = reference()
    for old in FOLDER.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
