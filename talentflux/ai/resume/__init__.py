"""The resume parser: from a document to the fields of a resume, and to and from JSON Resume."""

from collections.abc import Callable
from datetime import date

from talentflux.ai.resume.json_resume import to_json_resume
from talentflux.ai.resume.parser import parse_text
from talentflux.schemas.document import Document
from talentflux.schemas.resume import ParsedResume
from talentflux.schemas.skill import SkillMention

__all__ = ["parse_resume", "to_json_resume"]


def parse_resume(
    document: Document,
    extract_skills: Callable[[str], list[SkillMention]] | None = None,
    *,
    today: date | None = None,
) -> ParsedResume:
    """Read the fields of a resume.

    Args:
        document: The file as read.
        extract_skills: Finds the mentions of skills in a text; without it the resume has no skills.
        today: The day that "present" means; by default the present day in UTC.

    Returns:
        What could be read, with its place in `document.text` and a confidence; what could not be read is absent.
    """
    return parse_text(document, extract_skills, today)
