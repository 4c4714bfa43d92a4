"""`talentflux data`: people, resumes and organizations in and out. Slow imports happen inside the command."""

import asyncio
import csv
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from talentflux.core.config import Settings
    from talentflux.core.database import Database

data_app = typer.Typer(help="Data: import tables, resumes and archives; export everything.", no_args_is_help=True)
_TABLES = (".csv", ".tsv", ".xlsx", ".xlsm")
_Progress = Callable[[int, int], Awaitable[None]]
_Do = Callable[["Database", "Settings", _Progress], Awaitable[str]]
_Organization = Annotated[
    str | None, typer.Option(help="Id or slug of the organization; not needed where there is one.", show_default=False)
]


@data_app.command(
    "import",
    epilog="Examples:\n\n  talentflux data import candidates.csv --check --report report.csv\n\n"
    "  talentflux data import applications.xlsx --kind applications\n\n"
    "  talentflux data import resumes/ more.zip people.json\n\n"
    "  talentflux data import talentflux.zip",
)
def import_(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="One table (CSV, TSV, XLSX); or resumes: files, folders, zips, JSON Resume; or one archive.",
            exists=True,
            show_default=False,
        ),
    ],
    organization: _Organization = None,
    kind: Annotated[str, typer.Option(help="What a table's rows are: candidates, applications, requisitions.")] = (
        "candidates"
    ),
    requisition: Annotated[UUID | None, typer.Option(help="What all candidates apply to.", show_default=False)] = None,
    check: Annotated[bool, typer.Option("--check", help="Say what would become of each row; change nothing.")] = False,
    update: Annotated[bool, typer.Option(help="Change those who are here already by what the row says.")] = True,
    report: Annotated[
        Path | None, typer.Option(help="Write what became of every row or file as CSV.", show_default=False)
    ] = None,
) -> None:
    """Import what files hold. Interrupted, give the same command again: nothing comes in twice."""
    from talentflux.schemas.data_import import ImportKind

    first = paths[0]
    if kind not in set(ImportKind):
        raise typer.BadParameter(f"is none of {', '.join(ImportKind)}", param_hint="--kind")
    if len(paths) == 1 and _is_organization(first):
        _run(
            "Importing rows",
            lambda database, settings, progress: _archive(database, settings, progress, first, organization),
        )
    elif len(paths) == 1 and first.suffix.lower() in _TABLES:

        async def table(database: "Database", settings: "Settings", progress: _Progress) -> str:
            chosen = ImportKind(kind), requisition, update
            return await _table(database, settings, progress, first, organization, chosen, report, check=check)

        _run("Importing rows", table)
    else:

        async def resumes(database: "Database", settings: "Settings", progress: _Progress) -> str:
            return await _resumes(database, settings, progress, paths, organization, requisition, report)

        _run("Reading resumes", resumes)


@data_app.command("export", epilog="Example:\n\n  talentflux data export --out talentflux.zip")
def export(
    out: Annotated[Path, typer.Option(help="The archive to write; it holds personal data in plain text.")],
    organization: _Organization = None,
) -> None:
    """Write everything that an organization has, originals included, into one archive that can be imported again."""

    async def archive(database: "Database", settings: "Settings", progress: _Progress) -> str:
        from talentflux.core.database import Scope
        from talentflux.core.file_store import open_file_store
        from talentflux.services import audit_service
        from talentflux.services.archive_writer import write_archive
        from talentflux.services.operator_imports import organization_of

        whose = await organization_of(database, organization)
        part = out.with_name(f"{out.name}.part")
        part.touch(mode=0o600)
        with part.open("wb") as target:

            async def put(data: bytes) -> None:
                await asyncio.to_thread(target.write, data)

            counts = await write_archive(database, open_file_store(settings), whose, put, progress)
        part.replace(out)
        async with database.write_session(Scope(whose)) as session:
            audit_service.record(session, "archive.export", "organization", whose, after={"rows": counts})
        files = counts.pop("files")
        rows = sum(counts.values())
        return f"Wrote {rows} rows and {files} originals to {out}. Keep it safe: nothing in it is encrypted."

    _run("Writing rows", archive)


def _is_organization(path: Path) -> bool:
    """Return whether a file is an archive of ours and no zip of resumes."""
    import zipfile

    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as packed:
        return "manifest.json" in packed.namelist() and "users.jsonl" in packed.namelist()


async def _archive(
    database: "Database", settings: "Settings", progress: _Progress, path: Path, organization: str | None
) -> str:
    from talentflux.core.file_store import open_file_store
    from talentflux.services.archive_reader import read_archive
    from talentflux.services.operator_imports import organization_of

    into = await organization_of(database, organization) if organization else None
    done = await read_archive(database, open_file_store(settings), path, progress, into)
    return (
        f"Imported {done.rows} rows and {done.files} originals into the organization {done.organization_id}. "
        f"Accounts made: {done.accounts}; their people set a password by “Forgot password”."
    )


async def _table(  # what the console gives
    database: "Database",
    settings: "Settings",
    progress: _Progress,
    path: Path,
    organization: str | None,
    chosen: "tuple[Any, UUID | None, bool]",
    report: Path | None,
    *,
    check: bool,
) -> str:
    from functools import partial

    from talentflux.core.database import Scope
    from talentflux.schemas.data_import import ImportOptions
    from talentflux.services import import_report
    from talentflux.services.operator_imports import import_table, organization_of

    whose = await organization_of(database, organization)
    kind, requisition, update = chosen
    done = await import_table(
        database,
        settings,
        path,
        organization_id=whose,
        kind=kind,
        requisition_id=requisition,
        only_check=check,
        options=ImportOptions(update_existing=update),
        progress=progress,
    )
    if report is not None:
        opening = partial(database.read_session, Scope(whose))
        with report.open("wb") as target:
            async for part in import_report.report(opening, done.id):
                target.write(part)
    read = ", ".join(f"{column.name} as {column.field}" for column in done.columns if column.field)
    counts = ", ".join(f"{count} {name}" for name, count in done.counts.model_dump().items())
    return f"{'Checked' if check else 'Took'} {done.total} rows ({read}): {counts}."


async def _resumes(
    database: "Database",
    settings: "Settings",
    progress: _Progress,
    paths: Sequence[Path],
    organization: str | None,
    requisition: UUID | None,
    report: Path | None,
) -> str:
    from collections import Counter

    from talentflux.core.database import Scope
    from talentflux.core.file_store import open_file_store
    from talentflux.services.operator_imports import import_resumes, organization_of, resume_files
    from talentflux.services.resume_upload_service import BATCH
    from talentflux.utils.spreadsheet import spreadsheet_safe
    from talentflux.workers.queue import MAX_ATTEMPTS, Work
    from talentflux.workers.tasks.resume import parse

    whose = await organization_of(database, organization)
    work = Work(database, settings, Scope(whose), 0, MAX_ATTEMPTS)

    async def read(task_id: UUID, ids: list[UUID]) -> None:
        # Together, so that files are read while others are written down.
        batches = (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
        await asyncio.gather(*(parse(work, task_id, batch) for batch in batches))

    verdicts = await import_resumes(
        database,
        open_file_store(settings),
        settings,
        files=resume_files(paths),
        organization_id=whose,
        requisition_id=requisition,
        read=read,
        progress=progress,
    )
    if report is not None:
        with report.open("w", encoding="utf-8-sig", newline="") as target:
            lines = csv.writer(target)
            lines.writerow(["file", "verdict", "resume_id", "problem"])
            for each in verdicts:
                cells = (each.name, each.verdict, each.resume_id or "", each.problem)
                lines.writerow([spreadsheet_safe(cell) for cell in cells])
    counts = ", ".join(f"{count} {name}" for name, count in sorted(Counter(each.verdict for each in verdicts).items()))
    return f"Took {len(verdicts)} files: {counts or 'none'}."


def _run(label: str, do: _Do) -> None:
    """Start the database where needed, do something with it, print the sentence that it gives."""
    from talentflux.core.config import get_settings
    from talentflux.core.errors import ConfigurationError
    from talentflux.db.errors import DatabaseSetupError
    from talentflux.db.provision import provide

    settings = get_settings()
    url = settings.database_url.get_secret_value() if settings.database_url else None
    try:
        with provide(settings.data_folder, url) as database, _bar(label) as progress:
            database.migrate()
            said = asyncio.run(_with_database(database.app_url, settings, progress, do))
    except DatabaseSetupError as error:
        raise ConfigurationError(str(error)) from error
    print(said)


async def _with_database(url: str, settings: "Settings", progress: _Progress, do: _Do) -> str:
    async with _opened(url, settings) as database:
        return await do(database, settings, progress)


@asynccontextmanager
async def _opened(url: str, settings: "Settings") -> "AsyncIterator[Database]":
    from talentflux.core.database import Database
    from talentflux.core.keyring import Keyring
    from talentflux.services.encryption_service import check_master_key

    async with Database(url, 4, keyring=Keyring.from_settings(settings)) as database:
        await database.check_role()
        await check_master_key(database)
        yield database


@contextmanager
def _bar(label: str) -> "Iterator[_Progress]":
    """Give what shows progress on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(file=sys.stderr)
    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        line = bar.add_task("", total=None)

        async def progress(done: int, total: int) -> None:
            await asyncio.sleep(0)
            bar.update(line, completed=done, total=total or None)

        yield progress
