"""JSON Resume in and out."""

from typing import Any

import pytest

from talentflux.ai.resume import parse_resume, to_json_resume
from talentflux.schemas.document import Document, DocumentKind
from talentflux.schemas.resume import EducationLevel, LanguageLevel, ParsedResume
from tests.factories import resume_texts as texts
from tests.factories.resume_texts import TODAY, parsed, text_document

RESUME: dict[str, Any] = {
    "basics": {
        "name": "Ana Souza", "label": "Enfermeira", "email": "ana@example.pt", "phone": "912 345 678",
        "location": {"city": "Lisboa", "countryCode": "PT"}, "summary": "Enfermeira com 8 anos.",
        "profiles": [{"network": "LinkedIn", "url": "https://linkedin.com/in/anas"}],
    },
    "work": [
        {"name": "Hospital da Luz", "position": "Enfermeira", "startDate": "2019-03", "highlights": ["Cuidados"]},
        {"name": "Clinica X", "position": "Estagiária", "startDate": "2017", "endDate": "2018-12-31"},
    ],
    "education": [
        {"institution": "Universidade de Lisboa", "area": "Enfermagem", "studyType": "Licenciatura", "endDate": "2017"}
    ],
    "languages": [{"language": "Português", "fluency": "nativo"}],
    "certificates": [{"name": "ACLS", "issuer": "AHA", "date": "2020-01"}],
}  # fmt: skip
TEXT = """Ana Souza
Enfermeira
ana@example.pt\t912 345 678\tLisboa, PT
https://linkedin.com/in/anas

Enfermeira com 8 anos.

Experience
Enfermeira, Hospital da Luz\t2019-03 – present
• Cuidados

Estagiária, Clinica X\t2017 – 2018-12-31

Education
Licenciatura, Enfermagem, Universidade de Lisboa\t2017

Certificates
ACLS, AHA\t2020-01

Languages
Português, nativo
"""


def given(resume: object, text: str = TEXT) -> ParsedResume:
    return parse_resume(text_document(text, kind=DocumentKind.JSON_RESUME, json_resume=resume), today=TODAY)


@pytest.mark.parametrize(
    "resume",
    [
        {},
        {"basics": None, "work": {}, "education": "none"},
        {"basics": {"name": 7, "location": [], "profiles": [None, {"url": 3}]}, "work": [None, 1, {"position": []}]},
        {
            "work": [{"startDate": "soon", "endDate": "2031-99"}],
            "languages": [{"language": "Klingon"}],
            "certificates": [{}],
        },
    ],
)
def test_reads_nothing_from_fields_of_the_wrong_type(resume: dict[str, Any]) -> None:
    parsed_resume = given(resume)
    assert parsed_resume.name is None
    assert parsed_resume.languages == []
    assert all(job.title is None and job.start is None and not job.current for job in parsed_resume.positions)


def test_maps_field_by_field_with_spans() -> None:
    resume = given(RESUME)
    first, second = resume.positions
    assert first.employer is not None
    assert first.employer.span is not None
    assert first.employer.span.of(TEXT) == "Hospital da Luz"
    assert (first.current, second.current) == (True, False)
    assert second.end is not None
    assert second.end.value == "2018-12-31"
    assert resume.education[0].level is EducationLevel.BACHELOR
    assert [(one.code, one.level) for one in resume.languages] == [("pt", LanguageLevel.NATIVE)]
    assert [one.value for one in resume.phones] == ["+351912345678"]
    assert resume.total_years == pytest.approx(9.25, abs=0.01)


def test_comes_back_from_json_resume_as_it_went() -> None:
    before = parsed(texts.SPANISH)
    written = to_json_resume(before, text_document(texts.SPANISH))
    after = given(written, texts.SPANISH)
    assert after.name == before.name.model_copy(update={"confidence": 1.0}) if before.name else False
    for one, other in zip(before.positions, after.positions, strict=True):
        for name in ("title", "employer", "start", "end"):
            mine, back = getattr(one, name), getattr(other, name)
            assert (mine and mine.value) == (back and back.value)


def test_writes_only_what_was_read() -> None:
    document = text_document("")
    assert set(to_json_resume(parse_resume(document), document)) == {"$schema", "meta"}


def test_keeps_a_document_valid_after_the_schema() -> None:
    assert Document.model_validate(text_document(TEXT).model_dump()).text == TEXT
    assert ParsedResume.model_validate(given(RESUME).model_dump()) == given(RESUME)
