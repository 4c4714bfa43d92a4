"""How employers, titles and names stand in resumes: what is taken for them, and what is not."""

from datetime import date

import pytest

from talentflux.ai.resume import parse_resume
from talentflux.schemas.document import Document, DocumentKind
from talentflux.schemas.resume import ParsedResume

TODAY = date(2026, 11, 21)


def _parse(text: str) -> ParsedResume:
    document = Document(name="cv.txt", kind=DocumentKind.TEXT, sha256="0" * 64, size=len(text), text=text)
    return parse_resume(document, today=TODAY)


def _jobs(body: str) -> list[tuple[str | None, str | None]]:
    parsed = _parse(f"Ada Moreau\nada@example.org\n\nEXPERIENCE\n\n{body}\n\nEDUCATION\nBSc, Foo University, 2010\n")
    return [
        (one.title.value if one.title else None, one.employer.value if one.employer else None)
        for one in parsed.positions
    ]


@pytest.mark.parametrize(
    "body",
    [
        "Member, Curriculum Review Committee, 2010 - 2012",
        "Member, Rotary Club Holdings, 2010 - 2012",
        "Northern Advisory Board, 2011 - 2013",
        "Acme Institute of Technology, 2014",
    ],
)
def test_takes_no_seat_and_no_single_event_for_a_job(body: str) -> None:
    assert _jobs(body) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Foobar, Boston, MA\nDigital Networks\nSenior Engineer - June 2014 to Present", ("Senior Engineer", "Foobar")),
        ("Registered Nurse (part time)\nLakeside, Austin, TX\n2015 - 2019", ("Registered Nurse", "Lakeside")),
        ("2014 - 2019 : Zorbist de nuit, Clinique du Parc, Lyon", ("Zorbist de nuit", "Clinique du Parc")),
        ("06/2015 bis 04/2019\nVerkäuferin, dm-drogerie markt GmbH", ("Verkäuferin", "dm-drogerie markt GmbH")),
        ("Hotel Eva Srl\nAddetta alla sala\nmaggio 2018 - aprile 2020", ("Addetta alla sala", "Hotel Eva Srl")),
        ("Company: Foo Ltd\nRole: Auditor\nDuration: Two years (May 2016 - May 2018)", ("Auditor", "Foo Ltd")),
    ],
)  # fmt: skip
def test_reads_employer_and_title_of_the_head(body: str, expected: tuple[str, str]) -> None:
    assert _jobs(body) == [expected]


def test_reads_on_below_a_heading_inside_a_job() -> None:
    body = (
        "Account Manager, Acme Ltd, 2015 - 2019\nSold things.\n\nACHIEVEMENTS\n- Grew sales by a third\n\n"
        "Sales Assistant, Bolt Inc, 2010 - 2014\nSold other things."
    )
    assert _jobs(body) == [("Account Manager", "Acme Ltd"), ("Sales Assistant", "Bolt Inc")]


def test_finds_the_name_below_a_side_column_by_its_initial_in_the_address() -> None:
    text = (
        "KONTAKT\nTelefon: +49 151 23456789\nE-Mail: t.wagner@example.org\n\nKENNTNISSE\nExcel\nSAP\n\nTOBIAS WAGNER\n"
    )
    parsed = _parse(text + "Industriekaufmann\n\nBERUFSERFAHRUNG\nEinkäufer, Acme AG\n01/2019 - heute\n")
    assert parsed.name is not None
    assert parsed.name.value == "TOBIAS WAGNER"


def test_takes_no_label_for_a_name_and_no_postcode_for_a_telephone_number() -> None:
    parsed = _parse("Telefon\nRua do Sol 45, 4000-123 Porto\n")
    assert parsed.name is None
    assert parsed.phones == []


@pytest.mark.parametrize("name", ["Maria do Carmo Lima", "Yo-Yo Ma", "Ann Lee"])
def test_reads_the_whole_name(name: str) -> None:
    parsed = _parse(f"{name}, MA\n{name[:2].lower()}@example.org\n\nEXPERIENCE\nTutor, Acme Ltd, 2010 - 2014\n")
    assert parsed.name is not None
    assert parsed.name.value == name


def test_reads_the_title_and_not_the_letters_after_the_name() -> None:
    parsed = _parse("Jane A. Morgan, RN, BSN\nCharge Nurse\njane@example.org\n")
    assert parsed.headline is not None
    assert parsed.headline.value == "Charge Nurse"
