"""`talentflux keys`: make a master key, rotate keys. Imports that cost time happen inside the command."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

if TYPE_CHECKING:
    from talentflux.core.config import Settings
    from talentflux.schemas.encryption import RotatedKeys

keys_app = typer.Typer(help="Keys of personal data: make a master key, rotate keys.", no_args_is_help=True)


@keys_app.command(epilog="Example:\n\n  talentflux keys generate > /etc/talentflux/master.key")
def generate() -> None:
    """Print a new master key for TALENTFLUX_MASTER_KEY or TALENTFLUX_MASTER_KEY_FILE; nothing is changed."""
    from talentflux.core.master_key import new_master_key

    print(new_master_key())


@keys_app.command(
    epilog="Examples:\n\n  talentflux keys rotate --organization 01937c7e-1a2b-7c3d-8e4f-0a1b2c3d4e5f\n\n"
    "  talentflux keys rotate --all\n\n"
    "  TALENTFLUX_MASTER_KEY=… TALENTFLUX_MASTER_KEY_PREVIOUS=… talentflux keys rotate --master"
)
def rotate(
    organization: Annotated[
        UUID | None, typer.Option(help="Give this organization a new key.", show_default=False)
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Give every organization, and the platform, a new key.")
    ] = False,
    master: Annotated[
        bool, typer.Option("--master", help="Wrap all keys under the new master key; give the former one too.")
    ] = False,
) -> None:
    """Rotate keys while everything goes on. Interrupted, the same command goes on where it was."""
    from talentflux.core.config import get_settings
    from talentflux.core.errors import ConfigurationError
    from talentflux.db.errors import DatabaseSetupError
    from talentflux.db.provision import provide

    if sum([organization is not None, everything, master]) != 1:
        raise typer.BadParameter("give one of --organization, --all and --master")
    settings = get_settings()
    url = settings.database_url.get_secret_value() if settings.database_url else None
    try:
        with provide(settings.data_folder, url) as database, _progress() as progress:
            done = asyncio.run(_rotate(database.app_url, settings, organization, progress, master=master))
    except DatabaseSetupError as error:
        raise ConfigurationError(str(error)) from error
    whose = "1 owner of keys" if done.owners == 1 else f"{done.owners} owners of keys"
    print(f"Wrapped {done.rewrapped} keys anew for {whose}.")


@keys_app.command(
    "rotate-signing",
    epilog="Examples:\n\n  talentflux keys rotate-signing\n\n  talentflux keys rotate-signing --at-once",
)
def rotate_signing(
    at_once: Annotated[
        bool, typer.Option("--at-once", help="The present key was stolen: refuse its tokens within a minute.")
    ] = False,
) -> None:
    """Make a new key for access tokens. Nobody is logged out: the present one goes on verifying what it signed."""
    from talentflux.core.config import get_settings
    from talentflux.core.errors import ConfigurationError
    from talentflux.db.errors import DatabaseSetupError
    from talentflux.db.provision import provide

    settings = get_settings()
    url = settings.database_url.get_secret_value() if settings.database_url else None
    try:
        with provide(settings.data_folder, url) as database:
            key_id = asyncio.run(_rotate_signing(database.app_url, settings, at_once=at_once))
    except DatabaseSetupError as error:
        raise ConfigurationError(str(error)) from error
    print(f"Key {key_id.hex} signs access tokens {'from now on' if at_once else 'in three minutes'}.")


async def _rotate_signing(url: str, settings: "Settings", *, at_once: bool) -> UUID:
    from talentflux.core.database import Database
    from talentflux.core.keyring import Keyring
    from talentflux.services.encryption_service import check_master_key
    from talentflux.services.token_service import TokenService

    async with Database(url, 2, keyring=Keyring.from_settings(settings)) as database:
        await database.check_role()
        await check_master_key(database)
        return await TokenService(database, settings).rotate(at_once=at_once)


async def _rotate(
    url: str, settings: "Settings", organization: UUID | None, progress: Callable[[int, int], None], *, master: bool
) -> "RotatedKeys":
    from talentflux.core.database import Database
    from talentflux.core.errors import NotFoundError
    from talentflux.core.keyring import Keyring
    from talentflux.services import key_rotation
    from talentflux.services.encryption_service import check_master_key

    async with Database(url, 2, keyring=Keyring.from_settings(settings)) as database:
        await database.check_role()
        if master:
            return await key_rotation.rotate_master(database, progress)
        await check_master_key(database)
        owners = await key_rotation.owners(database)
        if organization is not None and organization not in owners:
            raise NotFoundError("There is no organization with this id.")
        return await key_rotation.rotate(database, [organization] if organization else owners, progress)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Give what shows progress on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(file=sys.stderr)
    columns = (TextColumn("Wrapping keys anew"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        line = bar.add_task("", total=None)
        yield lambda done, total: bar.update(line, completed=done, total=total)
