"""`talentflux accounts`: what the operator does before anybody can log in. Slow imports happen inside the command."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

if TYPE_CHECKING:
    from talentflux.core.config import Settings
    from talentflux.services.auth_service import OwnerMade

accounts_app = typer.Typer(help="Accounts: make the first owner of an organization.", no_args_is_help=True)


@accounts_app.callback()
def accounts() -> None:
    """Keep the command below a group of its own; others will follow."""


@accounts_app.command(
    "create-owner",
    epilog="Example:\n\n  talentflux accounts create-owner --email ana@example.org --name 'Ana Sousa' "
    "--organization 'Northwind Data'",
)
def create_owner(
    email: Annotated[str, typer.Option(help="Address that the owner logs in with.", show_default=False)],
    name: Annotated[str, typer.Option(help="Full name of the owner.", show_default=False)],
    organization: Annotated[
        str, typer.Option(help="Name of a new organization, or the id of one that exists.", show_default=False)
    ],
) -> None:
    """Make a verified account that owns an organization. The password is read from the terminal or standard input."""
    from talentflux.core.config import get_settings
    from talentflux.core.errors import ConfigurationError
    from talentflux.db.errors import DatabaseSetupError
    from talentflux.db.provision import provide

    settings = get_settings()
    _check(email, name, organization)
    password = _password()
    url = settings.database_url.get_secret_value() if settings.database_url else None
    try:
        with provide(settings.data_folder, url) as database:
            database.migrate()
            made = asyncio.run(_make(database.app_url, settings, email, name, password, organization))
    except DatabaseSetupError as error:
        raise ConfigurationError(str(error)) from error
    print(f"{email} owns the organization {made.organization_id}. Log in at {settings.public_url.rstrip('/')}/login")


def _check(email: str, name: str, organization: str) -> None:
    """Refuse what registering over the API would refuse."""
    from pydantic import ValidationError

    from talentflux.schemas.auth import Registration

    try:
        Registration(email=email, name=name, organization_name=organization, password="x" * 12)
    except ValidationError as error:
        first = error.errors()[0]
        raise typer.BadParameter(str(first["msg"]), param_hint=f"--{str(first['loc'][0]).split('_')[0]}") from None


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


async def _make(url: str, settings: "Settings", email: str, name: str, password: str, organization: str) -> "OwnerMade":
    from talentflux.core.database import Database
    from talentflux.core.keyring import Keyring
    from talentflux.services import auth_service
    from talentflux.services.encryption_service import check_master_key

    async with Database(url, 1, keyring=Keyring.from_settings(settings)) as database:
        await database.check_role()
        await check_master_key(database)
        return await auth_service.create_owner(
            database, email=email, name=name, password=password, organization=_identified(organization)
        )


def _identified(organization: str) -> UUID | str:
    try:
        return UUID(organization)
    except ValueError:
        return organization
