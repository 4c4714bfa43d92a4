"""`talentflux organizations`: what only the operator of the server does. Slow imports happen inside the command."""

import asyncio
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

if TYPE_CHECKING:
    from talentflux.core.config import Settings

organizations_app = typer.Typer(help="Organizations: open a closed one again.", no_args_is_help=True)


@organizations_app.callback()
def organizations() -> None:
    """Keep the command below a group of its own; others will follow."""


@organizations_app.command(
    epilog="Example:\n\n  talentflux organizations restore 01937c7e-1a2b-7c3d-8e4f-0a1b2c3d4e5f",
)
def restore(organization: Annotated[UUID, typer.Argument(help="Id of the organization.", show_default=False)]) -> None:
    """Open an organization again that its owner closed. Members, keys and rows are there as they were."""
    from talentflux.core.config import get_settings
    from talentflux.core.errors import ConfigurationError, NotFoundError
    from talentflux.db.errors import DatabaseSetupError
    from talentflux.db.provision import provide

    settings = get_settings()
    url = settings.database_url.get_secret_value() if settings.database_url else None
    try:
        with provide(settings.data_folder, url) as database:
            restored = asyncio.run(_restore(database.app_url, settings, organization))
    except DatabaseSetupError as error:
        raise ConfigurationError(str(error)) from error
    if not restored:
        raise NotFoundError("There is no closed organization with this id.")
    print(f"The organization {organization} is open again.")


async def _restore(url: str, settings: "Settings", organization: UUID) -> bool:
    from talentflux.core.database import Database, Scope
    from talentflux.core.keyring import Keyring
    from talentflux.services import organization_service

    async with Database(url, 1, keyring=Keyring.from_settings(settings)) as database:
        await database.check_role()
        async with database.write_session(Scope(identity=True)) as session:
            return await organization_service.restore(session, organization)
