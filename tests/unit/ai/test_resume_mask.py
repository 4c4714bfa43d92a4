"""What is masked, and that a name changes nothing else."""

import re

import pytest

from talentflux.schemas.resume import ParsedResume, PersonalKind
from tests.factories import resume_texts as texts
from tests.factories.resume_texts import parsed

NAMES = [
    "Jane Roe", "Paris Berlin", "Jordan Java", "Ruby Swift", "Angular Smith", "Dean Porter", "Mason Baker", "April May",
    "Nguyễn Thị Minh", "José Ángel García López", "Fatima Al-Sayed", "Wei Zhang", "Olu Adeyemi", "Priya Ramanathan",
    "Björn Ødegård", "Maria de la Cruz", "O'Neil Brady", "JOHN DOE", "Virginia Washington", "Ludwig van der Berg",
    "Chelsea London", "Andrew Manager", "Hunter College",
]  # fmt: skip
ADDRESSES = [
    "12 Main Street, Springfield, IL 62701",
    "Musterstraße 5, 80331 München",
    "221B Baker Street, London",
    "Paris, France",
]
LINES = """{name}
Senior Software Engineer
{email} | +1 415 555 0142 | {address}

Summary
Engineer in Java, Ruby and Angular.

Experience
Senior Software Engineer, Acme Inc, Berlin
Jan 2018 - Present
- Built services in Java and Swift.

Education
Master of Science in Physics, Stanford University, 2012 - 2014

Skills
Java, Python, Ruby, Swift, Angular
"""
LABELS = """CURRICULUM VITAE

Name: {name}
Address: {address}
E-Mail: {email}

WORK EXPERIENCE

2015 to Present
Globex Corporation
Nurse Manager
Led a team of 12 nurses.

EDUCATION
Bachelor of Nursing
University of Ohio
2006 - 2010
"""
FLAT = (
    "{name}  {address}  Phone: (512) 555-0142  {email}    Objective  To work as a cook in a large kitchen where I can"
    " learn more every day.    Work Experience  Line Cook  Blue Inn, Austin, TX  June 2012 - Present      Prepared"
    " dishes for 200 guests.    Education  Diploma in Culinary Arts, Texas Culinary Academy  2009    Skills  Cooking,"
    " Baking, Java"
)
LAYOUTS = {"lines": LINES, "labels": LABELS, "flat": FLAT}


def masked(text: str, resume: ParsedResume) -> str:
    """Replace what is masked by one sign, so that texts with names of different lengths can be compared."""
    signs = list(text)
    for detail in resume.personal:
        signs[detail.span.start : detail.span.end] = "█" * (detail.span.end - detail.span.start)
    return re.sub(r"[█ ,.:]*█[█ ,.:]*", "█", "".join(signs))


def of_kind(text: str, kind: PersonalKind) -> list[str]:
    return [detail.span.of(text) for detail in parsed(text).personal if detail.kind is kind]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_swapped_name_and_address_change_nothing_else(layout: str) -> None:
    results = []
    for number, name in enumerate(NAMES):
        email = re.sub(r"\W+", ".", name.lower()) + "@example.org"
        text = LAYOUTS[layout].format(name=name, email=email, address=ADDRESSES[number % len(ADDRESSES)])
        resume = parsed(text)
        assert resume.name is not None, name
        assert resume.name.value == name
        rest = resume.model_dump(exclude={"name", "emails", "phones", "links", "location", "personal", "sections"})
        results.append((re.sub(r"'(?:start|end)': \d+", "", str(rest)), masked(text, resume)))
    assert all(result == results[0] for result in results)


def test_masks_every_form_of_the_name() -> None:
    text = (
        "Anna Kowalski\nanna.kowalski@example.org\n\nExperience\nNurse, Acme Hospital, 2010 - 2015\n"
        "Ms. Kowalski has led a team. "
        "Anna is kind. A. Kowalski wrote it.\nANNA KOWALSKI  Page 2\nReferences for Mrs Kowalski\n"
    )
    hidden = masked(text, parsed(text))
    assert "anna" not in hidden.lower()
    assert "kowalski" not in hidden.lower()


def test_leaves_a_skill_that_is_also_a_name() -> None:
    text = "Jordan Java\njordan@example.org\n\nSkills\nJava, Python\n"
    assert "Java, Python" in masked(text, parsed(text))


def test_masks_personal_details_of_a_german_resume() -> None:
    assert "Geburtsdatum: 12.03.1985" in of_kind(texts.GERMAN, PersonalKind.BIRTH)
    assert "Familienstand: verheiratet, 2 Kinder" in of_kind(texts.GERMAN, PersonalKind.MARITAL_STATUS)
    assert "Staatsangehörigkeit: deutsch" in of_kind(texts.GERMAN, PersonalKind.NATIONALITY)
    assert "Musterstraße 12, 80331 München" in of_kind(texts.GERMAN, PersonalKind.ADDRESS)
    assert "Technische Universität München" in of_kind(texts.GERMAN, PersonalKind.SCHOOL)
    assert "2008 – 2011" in of_kind(texts.GERMAN, PersonalKind.GRADUATION_YEAR)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Age: 34", PersonalKind.AGE),
        ("34 years old", PersonalKind.AGE),
        ("Gender: female", PersonalKind.GENDER),
        ("(she/her)", PersonalKind.GENDER),
        ("Marital status: single", PersonalKind.MARITAL_STATUS),
        ("Nationality: Kenyan", PersonalKind.NATIONALITY),
        ("Photo of the applicant", PersonalKind.PHOTO),
        ("Née le 4 mai 1990", PersonalKind.BIRTH),
        ("Fecha de nacimiento: 1 de mayo de 1990", PersonalKind.BIRTH),
    ],
)
def test_masks_details_in_the_header(line: str, kind: PersonalKind) -> None:
    text = f"Jane Roe\n{line}\njane@example.org\n\nExperience\nNurse, Acme Hospital, 2010 - 2015\n"
    assert line in of_kind(text, kind)


def test_masks_the_class_of_a_year() -> None:
    assert "2012" in of_kind(texts.ENGLISH, PersonalKind.GRADUATION_YEAR)
