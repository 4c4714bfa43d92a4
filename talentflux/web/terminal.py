"""The shortlist in the terminal and as CSV."""

import csv
import io

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from talentflux.schemas.match import MatchResult, Verdict
from talentflux.schemas.requirement import Necessity
from talentflux.schemas.screening import ScreenedResume, ScreeningReport
from talentflux.web.templating import VERDICT_SIGNS, VERDICT_WORDS

_STYLES = {Verdict.MET: "green", Verdict.PARTLY: "yellow", Verdict.NOT_SHOWN: "bright_black"}
_STRENGTHS, _GAPS = 5, 4
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def shortlist_table(report: ScreeningReport) -> RenderableType:
    """Return the ranking as a table for a terminal: rank, score, strengths and gaps with a quoted line."""
    table = Table(
        title=Text(f"Shortlist: {report.job.title or report.job_file}"), title_justify="left", show_lines=True
    )
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Score", justify="right", no_wrap=True)
    table.add_column("Candidate", max_width=26, overflow="fold")
    table.add_column("Strengths with the line that shows them, then gaps")
    for resume in report.resumes[: report.shown]:
        score = Text(f"{resume.match.total:.0f}", style="bold")
        table.add_row(str(resume.rank), score, _person(resume), _findings(report, resume.match))
    seconds = "" if report.seconds is None else f" in {report.seconds:.1f} s"
    notes = [Text(f"{report.ranked} resumes ranked{seconds}. {report.method}", style="bright_black")]
    hidden = report.ranked - report.shown
    if hidden > 0:
        notes.append(Text(f"{hidden} more below these.", style="bright_black"))
    return Group(table, *notes)


def _person(resume: ScreenedResume) -> Text:
    text = Text(resume.label, style="bold")
    if resume.headline and resume.headline != resume.label:
        text.append(f"\n{resume.headline[:60]}", style="not bold")
    text.append(f"\n{resume.file.rpartition('/')[2]}", style="not bold bright_black")
    for flag in resume.match.flags:
        text.append(f"\n⚑ {flag.message}", style="not bold red")
    return text


def _findings(report: ScreeningReport, match: MatchResult) -> Text:
    asked = {requirement.id: requirement for requirement in report.job.requirements}
    found = sorted(
        (result for result in match.results if result.verdict is not Verdict.NOT_SHOWN),
        key=lambda result: (asked[result.requirement_id].necessity != Necessity.MUST, -result.score),
    )
    text = Text()
    for result in found[:_STRENGTHS]:
        text.append(f"{VERDICT_SIGNS[result.verdict]} ", style=_STYLES[result.verdict])
        text.append(asked[result.requirement_id].text[:70])
        quote = next((evidence.quote for evidence in result.evidence if evidence.supports), None)
        if quote:
            text.append(f" “{' '.join(quote.split())[:90]}”", style="italic bright_black")
        text.append("\n")
    if len(found) > _STRENGTHS:
        text.append(f"  and {len(found) - _STRENGTHS} more\n", style="bright_black")
    gaps = "; ".join(match.gaps[:_GAPS]) + ("; …" if len(match.gaps) > _GAPS else "")
    text.append(
        f"{VERDICT_SIGNS[Verdict.NOT_SHOWN]} not shown: {gaps}" if gaps else "nothing is missing", style="bright_black"
    )
    return text


def unreadable_list(report: ScreeningReport) -> RenderableType:
    """Return the files that could not be read, each with its reason and what to do."""
    heading = Text(f"{len(report.unreadable)} not readable", style="red")
    return Group(heading, *(Text(f"  {problem.detail}") for problem in report.unreadable))


def shortlist_csv(report: ScreeningReport) -> str:
    """Return the whole ranking as CSV, one column per requirement.

    Cells that a spreadsheet would take for a formula get a leading apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    asked = [f"{requirement.necessity}: {requirement.text}" for requirement in report.job.requirements]
    writer.writerow(_safe(["rank", "score", "candidate", "file", "years", *asked, "strengths", "gaps", "flags"]))
    for resume in report.resumes:
        match = resume.match
        years = "" if resume.total_years is None else f"{resume.total_years:.1f}"
        writer.writerow(
            _safe(
                [
                    str(resume.rank),
                    f"{match.total:.1f}",
                    resume.label,
                    resume.file,
                    years,
                    *(VERDICT_WORDS[result.verdict] for result in match.results),
                    " | ".join(match.strengths),
                    " | ".join(match.gaps),
                    " | ".join(flag.message for flag in match.flags),
                ]
            )
        )
    return out.getvalue()


def _safe(row: list[str]) -> list[str]:
    return [f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in row]
