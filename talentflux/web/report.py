"""The shortlist as one self-contained page: no script, no reference to the outside, good to print."""

from talentflux.schemas.screening import ScreeningReport
from talentflux.web.templating import templates


def render_report(report: ScreeningReport) -> str:
    """Render a screening report.

    Args:
        report: The ranked report.

    Returns:
        A complete HTML document.
    """
    shown = [resume for resume in report.resumes if resume.text is not None][: report.shown]
    numbers = {requirement.id: requirement.id[1:] for requirement in report.job.requirements}
    page: str = templates().get_template("screening/report.html").render(report=report, shown=shown, numbers=numbers)
    return page
