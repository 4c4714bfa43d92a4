"""The `talentflux` command. Every import that costs time happens inside the command that needs it."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from talentflux import __version__
from talentflux.cli_accounts import accounts_app
from talentflux.cli_audit import audit_app
from talentflux.cli_data import data_app
from talentflux.cli_keys import keys_app
from talentflux.cli_organizations import organizations_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from talentflux.schemas.requirement import JobDescription
    from talentflux.schemas.screening import ScreeningReport

USAGE, UNREADABLE = 2, 3

app = typer.Typer(
    help="TalentFlux: from a job description and a pile of resumes to a shortlist with evidence.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)
taxonomy_app = typer.Typer(help="Skills: link the lexicon to public taxonomies.", no_args_is_help=True)
app.add_typer(taxonomy_app, name="taxonomy")
app.add_typer(accounts_app, name="accounts")
app.add_typer(audit_app, name="audit")
app.add_typer(data_app, name="data")
app.add_typer(keys_app, name="keys")
app.add_typer(organizations_app, name="organizations")


class OutputFormat(StrEnum):
    """How a shortlist is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


@app.command(
    epilog="Examples:\n\n  talentflux screen job.md resumes/\n\n"
    "  talentflux screen job.pdf 'inbox/*.pdf' more.zip --top 5 --format html --out shortlist.html\n\n"
    "  talentflux screen job.md resumes/ --write-requirements asked.yaml   (then edit and give --requirements)\n\n"
    "Exit codes: 0 all read, 3 some files unreadable, 2 wrong usage."
)
def screen(
    job: Annotated[Path, typer.Argument(help="Job description: text, Markdown, PDF, DOCX, …", show_default=False)],
    resumes: Annotated[
        list[str] | None, typer.Argument(help="Files, folders, glob patterns and zip archives.", show_default=False)
    ] = None,
    requirements: Annotated[
        Path | None, typer.Option(help="YAML list that replaces the requirements found in the job.", show_default=False)
    ] = None,
    write_requirements: Annotated[
        Path | None,
        typer.Option(help="Write the requirements found as YAML for editing, '-' to print.", show_default=False),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many resumes to show in detail.")] = 10,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="How to write the shortlist.")
    ] = OutputFormat.TABLE,
    out: Annotated[Path | None, typer.Option(help="File to write instead of the terminal.", show_default=False)] = None,
    blind: Annotated[bool, typer.Option("--blind", help="Leave out names, contacts and file names.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes to use; by default one per core.", show_default=False)
    ] = None,
) -> None:
    """Rank resumes against a job; every score comes with the line that shows it. Needs no database."""
    from talentflux.core.config import get_settings
    from talentflux.services.screening_service import Screening, ScreeningOptions, collect_files, load_job

    for target in (out, write_requirements):
        _check_target(target)
    settings = get_settings()
    overlay = settings.taxonomy_overlay
    if not resumes:
        if write_requirements is None:
            raise typer.BadParameter("name at least one file or folder of resumes", param_hint="RESUMES")
        _write_asked(load_job(job, requirements, overlay), write_requirements)
        return
    options = ScreeningOptions.of(settings, top=top, blind=blind, workers=workers)
    with Screening(collect_files(resumes, leave_out=job), options) as screening:
        described = load_job(job, requirements, overlay)
        if write_requirements is not None:
            _write_asked(described, write_requirements)
        report = _with_progress(lambda progress: screening.run(described, job.name, progress))
    _write_report(report, output_format, out)
    if report.unreadable:
        _report_unreadable(report)
        raise typer.Exit(UNREADABLE)


def _write_asked(described: "JobDescription", target: Path) -> None:
    from talentflux.ai.matching.requirement_file import dump_requirements

    _write(dump_requirements(described), None if str(target) == "-" else target)


def _check_target(target: Path | None) -> None:
    """Refuse a file that cannot be written before any work is done."""
    if target is not None and (target.is_dir() or not target.parent.is_dir()):
        what = "is a folder; name a file" if target.is_dir() else "lies in a folder that does not exist; make it first"
        raise typer.BadParameter(f"{target} {what}.")


def _with_progress(work: "Callable[[Callable[[int, int], None]], ScreeningReport]") -> "ScreeningReport":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("Reading and scoring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        line = bar.add_task("", total=None)
        return work(lambda done, total: bar.update(line, completed=done, total=total))


def _write_report(report: "ScreeningReport", output_format: OutputFormat, out: Path | None) -> None:
    from talentflux.web import terminal

    if output_format is OutputFormat.JSON:
        _write(report.model_dump_json(indent=2) + "\n", out)
    elif output_format is OutputFormat.CSV:
        _write(terminal.shortlist_csv(report), out)
    elif output_format is OutputFormat.HTML:
        from talentflux.web.report import render_report

        _write(render_report(report), out)
    else:
        from rich.console import Console

        if out is None:
            Console().print(terminal.shortlist_table(report))
        else:
            with out.open("w", encoding="utf-8") as file:
                Console(file=file, width=120).print(terminal.shortlist_table(report))
    if out is not None:
        print(f"Wrote {out}", file=sys.stderr)


def _report_unreadable(report: "ScreeningReport") -> None:
    from rich.console import Console

    from talentflux.web.terminal import unreadable_list

    Console(stderr=True).print(unreadable_list(report))


def _write(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8", newline="")


@app.command(epilog="Example:\n\n  TALENTFLUX_PORT=9000 talentflux up")
def up() -> None:
    """Start the database, the API and a worker; Ctrl-C ends them all."""
    from talentflux.core.config import get_settings
    from talentflux.core.logging import configure_logging
    from talentflux.workers.supervisor import run_up

    settings = get_settings()
    configure_logging(settings)
    raise typer.Exit(
        run_up(
            settings, on_ready=lambda address: print(f"TalentFlux is ready at {address} (Ctrl-C ends it)", flush=True)
        )
    )


@app.command(epilog="Example:\n\n  talentflux demo --no-stay")
def demo(
    stay: Annotated[
        bool, typer.Option("--stay/--no-stay", help="Leave the API running after the shortlist is printed.")
    ] = True,
) -> None:
    """Load the example resumes and jobs, print one shortlist with its evidence, leave the API running."""
    from talentflux.core.config import get_settings
    from talentflux.demo import run_demo

    raise typer.Exit(run_demo(get_settings(), stay=stay))


@app.command(epilog="Example, on a second host:\n\n  TALENTFLUX_DATABASE_URL=postgresql://… talentflux worker")
def worker() -> None:
    """Run background jobs until stopped; any number of workers on any number of hosts."""
    from talentflux.core.config import get_settings
    from talentflux.core.logging import configure_logging
    from talentflux.workers.worker import run_worker

    settings = get_settings()
    configure_logging(settings)
    run_worker(settings)


@app.command(epilog="Example:\n\n  TALENTFLUX_DATABASE_OWNER_URL=postgresql://owner@db/talentflux talentflux migrate")
def migrate() -> None:
    """Bring the database's tables to this version and encrypt what was written before it."""
    from rich.console import Console
    from rich.progress import Progress

    from talentflux.core.config import get_settings
    from talentflux.workers.supervisor import run_migrations

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        line = bar.add_task("Encrypting", total=None, visible=False)
        done = run_migrations(
            get_settings(), lambda done, total: bar.update(line, completed=done, total=total, visible=True)
        )
    print(done)


@taxonomy_app.command("import", epilog="Example:\n\n  talentflux taxonomy import ~/Downloads/ESCO.zip")
def taxonomy_import(
    path: Annotated[
        Path, typer.Argument(help="ESCO download (CSV) or O*NET text files: a folder or a zip.", show_default=False)
    ],
) -> None:
    """Link the skill lexicon to ESCO or O*NET and take over their labels."""
    from rich.console import Console
    from rich.progress import Progress

    from talentflux.ai.taxonomy import import_taxonomy, load_lexicon
    from talentflux.core.config import get_settings

    out = get_settings().taxonomy_file
    with Progress(console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task("Reading", total=None)
        outcome = import_taxonomy(
            path, load_lexicon(), out, progress=lambda done, total: bar.update(line, completed=done, total=total)
        )
    print(
        f"Read {outcome.concepts} skills and {outcome.occupations} occupations from {len(outcome.files)} files: "
        f"{outcome.linked} linked to the lexicon with {outcome.aliases} further written forms, "
        f"{outcome.entries} kept as entries of their own, {outcome.ambiguous} left out as ambiguous."
    )
    print(f"Wrote {out}; screening and the API use it from their next start on.")


@app.command(epilog="Example:\n\n  talentflux version")
def version() -> None:
    """Print the version."""
    print(f"talentflux {__version__}")


def run() -> None:
    """Run the command line; expected failures become one sentence and an exit code."""
    from talentflux.core.errors import TalentFluxError

    try:
        app()
    except TalentFluxError as error:
        print(f"talentflux: {error.detail}", file=sys.stderr)
        sys.exit(USAGE if error.status < 500 else 1)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        print(f"talentflux: {error.filename or 'output'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(1)
