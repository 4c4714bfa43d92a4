"""`talentflux audit`: check the audit log. Imports that cost time happen inside the command."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

if TYPE_CHECKING:
    from talentflux.core.config import Settings
    from talentflux.schemas.audit import ChainVerification

BROKEN = 1

audit_app = typer.Typer(help="The audit log: check that nobody tampered with it.", no_args_is_help=True)


@audit_app.callback()
def _group() -> None:
    """Check the audit log."""


@audit_app.command(
    epilog="Examples:\n\n  talentflux audit verify\n\n"
    "  talentflux audit verify --organization 01937c7e-1a2b-7c3d-8e4f-0a1b2c3d4e5f\n\n"
    "Exit codes: 0 all chains are intact, 1 one is not, 2 wrong usage."
)
def verify(
    organization: Annotated[
        UUID | None, typer.Option(help="Check the chain of this organization only.", show_default=False)
    ] = None,
) -> None:
    """Compute every chain anew, compare it with its columns, its end and its anchors; name the first bad event."""
    from talentflux.core.config import get_settings
    from talentflux.core.errors import ConfigurationError
    from talentflux.db.errors import DatabaseSetupError
    from talentflux.db.provision import provide

    settings = get_settings()
    url = settings.database_url.get_secret_value() if settings.database_url else None
    try:
        with provide(settings.data_folder, url) as database:
            checked = asyncio.run(_verify(database.app_url, settings, organization))
    except DatabaseSetupError as error:
        raise ConfigurationError(str(error)) from error
    _print(checked)
    if not all(chain.intact for chain in checked):
        raise typer.Exit(BROKEN)


async def _verify(url: str, settings: "Settings", organization: UUID | None) -> "list[ChainVerification]":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from talentflux.core.audit_anchor import open_anchors
    from talentflux.core.database import Database
    from talentflux.core.errors import NotFoundError
    from talentflux.core.keyring import Keyring
    from talentflux.services import audit_check

    anchors = open_anchors(settings)
    console = Console(stderr=True)
    columns = (TextColumn("Checking events"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    async with Database(url, 2, keyring=Keyring.from_settings(settings)) as database:
        chains = await audit_check.chains(database, anchors)
        if organization is not None:
            if organization not in chains:
                raise NotFoundError("There is no audit log of this organization.")
            chains = [organization]
        total = sum([await audit_check.length(database, chain) for chain in chains])
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            line = bar.add_task("", total=total)
            return [
                await audit_check.verify(database, anchors, chain, lambda done: bar.advance(line, done))
                for chain in chains
            ]


def _print(checked: "list[ChainVerification]") -> None:
    from rich.console import Console
    from rich.table import Table

    from talentflux.core.audit_chain import chain_name

    bad = [chain for chain in checked if not chain.intact]
    events = sum(chain.events for chain in checked)
    if not bad:
        anchored = sum(chain.anchored > 0 for chain in checked)
        print(f"The audit log is intact: {events} events in {len(checked)} chains, {anchored} of them anchored.")
        return
    table = Table("Chain", "First bad event", "Id", "What is wrong", title="The audit log is not intact")
    for chain in bad:
        sequence = "" if chain.sequence is None else str(chain.sequence)
        table.add_row(chain_name(chain.organization_id), sequence, str(chain.event_id or ""), chain.detail)
    Console().print(table)
    print(f"{len(bad)} of {len(checked)} chains are not intact; {events} events are good.", file=sys.stderr)
