"""From a job description to requirements, in seven languages."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentflux.ai.matching.requirements import read_job, term_requirement
from talentflux.core.errors import InvalidInputError
from talentflux.schemas.requirement import JobDescription, Necessity, Requirement, RequirementKind
from talentflux.schemas.resume import EducationLevel, LanguageLevel
from tests.factories.matching_resumes import matcher

MUST, SHOULD = Necessity.MUST, Necessity.SHOULD
MATCHER = matcher()


def read(text: str) -> JobDescription:
    return read_job(text, MATCHER)


def of_skill(job: JobDescription, skill_id: str) -> Requirement:
    return next(r for r in job.requirements if skill_id in r.skill_ids)


def of_kind(job: JobDescription, kind: RequirementKind) -> list[Requirement]:
    return [r for r in job.requirements if r.kind is kind]


@pytest.mark.parametrize("text", ["", "  \n\t"])
def test_refuses_an_empty_description(text: str) -> None:
    with pytest.raises(InvalidInputError, match="is empty"):
        read(text)


def test_refuses_a_description_of_endless_length() -> None:
    with pytest.raises(InvalidInputError, match="100,000"):
        read("x" * 100_001)


def test_warns_where_nothing_is_asked_for() -> None:
    job = read("Backend Engineer\n\nA day here begins with coffee. The team writes Python.")
    assert "No requirement was found" in job.warnings[0]
    assert of_skill(job, "python").necessity is SHOULD
    assert not [r for r in job.requirements if r.necessity is MUST]


ENGLISH = """# Senior Backend Engineer (m/f/d)

Location: Berlin

## What you will do
- Run Kubernetes clusters

## Requirements
- 5+ years of experience with Python
- PostgreSQL or MySQL
- Bachelor's degree in Computer Science or a related field
- Fluent English and German (B2)
- AWS is a plus
- Ability to sketch clear diagrams on short notice

## Nice to have
- Terraform
"""


def test_reads_musts_and_wishes_by_heading_and_wording() -> None:
    job = read(ENGLISH)
    assert (job.title, job.location, job.language) == ("Senior Backend Engineer", "Berlin", "en")
    assert of_skill(job, "aws").necessity is SHOULD
    assert of_skill(job, "terraform").necessity is SHOULD
    assert of_skill(job, "postgresql").necessity is MUST
    assert job.warnings == []


def test_duties_are_no_requirements() -> None:
    assert not any("kubernetes" in r.skill_ids for r in read(ENGLISH).requirements)


def test_reads_years_degree_languages_alternatives_and_free_text() -> None:
    job = read(ENGLISH)
    (years,) = of_kind(job, RequirementKind.YEARS)
    assert (years.years, years.skill_ids) == (5, ["python"])
    (degree,) = of_kind(job, RequirementKind.EDUCATION)
    assert (degree.education, degree.fields) == (EducationLevel.BACHELOR, ["Computer Science"])
    spoken = {r.language: r.level for r in of_kind(job, RequirementKind.LANGUAGE)}
    assert spoken == {"en": LanguageLevel.C1, "de": LanguageLevel.B2}
    assert of_skill(job, "postgresql").skill_ids == ["postgresql", "mysql"]
    assert [r.text for r in of_kind(job, RequirementKind.OTHER)] == ["Ability to sketch clear diagrams on short notice"]


def test_quotes_each_requirement_with_its_span() -> None:
    job = read(ENGLISH)
    for requirement in job.requirements:
        assert requirement.span is not None
        quoted = " ".join(requirement.span.of(job.text).split())
        assert quoted == (requirement.title if requirement.kind is RequirementKind.TITLE else requirement.text)
    assert [r.id for r in job.requirements] == [f"r{n}" for n in range(1, len(job.requirements) + 1)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("# Entwicklerin\n## Ihr Profil\n- Sie haben Python und mit der Zeit mehr\n- Docker wäre von Vorteil", "de"),
        ("# Développeuse\n## Profil recherché\n- Python avec une équipe et les outils\n- Docker serait un plus", "fr"),
        ("# Desarrolladora\n## Requisitos\n- Python para el equipo con las herramientas\n- Se valorará Docker", "es"),
        ("# Ontwikkelaar\n## Functie-eisen\n- Python met een team en het platform van ons\n- Docker is een pré", "nl"),
        (
            "# Desenvolvedora\n## Requisitos\n- Python para a equipe com os dados que temos\n- Docker é um diferencial",
            "pt",
        ),
        (
            "# Sviluppatrice\n## Requisiti\n- Python per il team con gli strumenti della casa\n- Docker è preferibile",
            "it",
        ),
        ("# Developer\n## Requirements\n- Python for the team and our tools\n- Docker preferred", "en"),
    ],
)
def test_tells_wishes_from_musts_in_each_language(text: str, language: str) -> None:
    job = read(text)
    assert of_skill(job, "python").necessity is MUST
    assert of_skill(job, "docker").necessity is SHOULD
    assert job.language == language


@pytest.mark.parametrize(
    ("line", "years"),
    [
        ("At least three years of experience as a nurse", 3),
        ("Mindestens 5 Jahre Berufserfahrung als Pflegefachkraft", 5),
        ("Minimum deux ans d'expérience en tant que infirmière", 2),
        ("Al menos 4 años de experiencia como enfermera", 4),
        ("Minimaal 2 jaar ervaring als verpleegkundige", 2),
        ("Pelo menos 3 anos de experiência como enfermeira", 3),
        ("Almeno 6 anni di esperienza come infermiera", 6),
        ("2-4 years as a nurse", 2),
        ("two (2) years as a nurse", 2),
    ],
)
def test_reads_years_in_a_role(line: str, years: float) -> None:
    (requirement,) = of_kind(read(f"## Requirements\n- {line}"), RequirementKind.YEARS)
    assert requirement.years == years
    assert requirement.title


@pytest.mark.parametrize("line", ["Must be 18 years old", "A company of 120 years of history"])
def test_age_is_no_experience(line: str) -> None:
    assert of_kind(read(f"## Requirements\n- {line}"), RequirementKind.YEARS) == []


def test_reads_a_description_without_headings() -> None:
    job = read("We seek a nurse. You must hold a driving licence. Fluent Spanish is a plus. Lunch is free.")
    assert of_kind(job, RequirementKind.CERTIFICATE)[0].necessity is MUST
    assert of_kind(job, RequirementKind.LANGUAGE)[0].necessity is SHOULD


def test_a_wish_within_a_must_is_a_wish() -> None:
    job = read("## Requirements\n- 3 years of Java, ideally with Docker")
    assert of_skill(job, "java").necessity is MUST
    assert of_skill(job, "docker").necessity is SHOULD


def test_keeps_unknown_members_of_a_list() -> None:
    job = read("## Requirements\n- Experience with Python, Zephyrion and Docker")
    assert [r.terms for r in job.requirements if r.terms] == [["Zephyrion"]]


def test_does_not_repeat_a_requirement() -> None:
    job = read("## Nice to have\n- Python\n\n## Requirements\n- Python")
    assert [r.necessity for r in job.requirements if "python" in r.skill_ids] == [MUST]


def test_a_typed_skill_becomes_a_requirement() -> None:
    requirement = term_requirement("Postgres", MATCHER, 7)
    assert (requirement.id, requirement.skill_ids, requirement.terms) == ("r7", ["postgresql"], ["Postgres"])


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=400))
def test_reads_any_text(text: str) -> None:
    if text.strip():
        job = read(text)
        assert all(r.span and r.span.end <= len(text) for r in job.requirements)
