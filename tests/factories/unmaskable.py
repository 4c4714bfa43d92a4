"""A child's task that meets a resume whose details cannot be masked: one of them lies outside the text."""

from talentflux.ai.documents import read_document
from talentflux.ai.matching.masking import mask
from talentflux.ai.resume import parse_resume
from talentflux.schemas.base import Span
from talentflux.schemas.resume import PersonalDetail, PersonalKind


def analyse_file(data: bytes, name: str) -> bytes:
    """Read, parse and mask as `talentflux.ai.analysis` does, up to the masking."""
    document = read_document(data, name)
    parsed = parse_resume(document)
    behind = Span(start=0, end=len(document.text) + 1)
    parsed.personal.append(PersonalDetail(kind=PersonalKind.EMAIL, span=behind))
    return mask(document.text, parsed).encode()
