"""From the bytes of a resume to all that is known of it; runs in the children that read files."""

from functools import lru_cache
from pathlib import Path

from talentflux.ai.documents import read_document
from talentflux.ai.matching.features import analyse as collect_features
from talentflux.ai.matching.masking import mask
from talentflux.ai.resume import parse_resume
from talentflux.ai.taxonomy import SkillMatcher, load_lexicon
from talentflux.schemas.analysis import AnalysedResume


@lru_cache(maxsize=2)
def skill_matcher(overlay: Path | None = None) -> SkillMatcher:
    """Return the matcher over the lexicon, made once per process.

    Args:
        overlay: File of an imported taxonomy, if any.
    """
    return SkillMatcher(load_lexicon(overlay))


def warm_up() -> None:
    """Load the lexicon before the first file; called once per child."""
    skill_matcher()


def analyse(data: bytes, name: str, *, overlay: Path | None = None) -> AnalysedResume:
    """Read, parse and mask a resume and collect what scoring needs of it.

    Args:
        data: The bytes of the file.
        name: Its name, for messages.
        overlay: File of an imported taxonomy, if any.

    Returns:
        All that is known of the resume.

    Raises:
        UnreadableFileError: The file cannot be read; the sentence names it and says what to do.
    """
    matcher = skill_matcher(overlay)
    document = read_document(data, name)
    parsed = parse_resume(document)
    features = collect_features(document, parsed, mask(document.text, parsed), matcher)
    parsed.skills = features.skills
    return AnalysedResume(document=document, parsed=parsed, features=features)


def analyse_file(data: bytes, name: str) -> bytes:
    """Do `analyse` in a child process, where only bytes go in and out.

    Args:
        data: The bytes of the file.
        name: Its name, for messages.

    Returns:
        An `AnalysedResume` as JSON.

    Raises:
        UnreadableFileError: The file cannot be read.
    """
    return analyse(data, name).model_dump_json().encode()
