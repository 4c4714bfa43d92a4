"""Fields of resumes in seven languages and several layouts."""

from itertools import pairwise

import pytest

from talentflux.ai.resume import parse_resume
from talentflux.schemas.base import Span
from talentflux.schemas.resume import EducationLevel, LanguageLevel, ParsedResume, SectionKind
from talentflux.schemas.skill import MentionMethod, SkillMention
from tests.factories import resume_texts as texts
from tests.factories.resume_texts import TODAY, parsed, text_document

LANGUAGES = {
    "en": texts.ENGLISH,
    "de": texts.GERMAN,
    "fr": texts.FRENCH,
    "es": texts.SPANISH,
    "nl": texts.DUTCH,
    "pt": texts.PORTUGUESE,
    "it": texts.ITALIAN,
}
JOBS = {
    "en": [("Charge Nurse", "Acme Hospital", "2018-01", None), ("Staff Nurse", "Acme Hospital", "2014-06", "2017-12")],
    "de": [
        ("Softwareentwickler", "Beispiel GmbH", "2018-03", None),
        ("Fachinformatiker", "Muster AG", "2012-01", "2018-02"),
    ],
    "fr": [
        ("Infirmière", "Hôpital Saint-Louis", "2016-09", None),
        ("Aide-soignante", "Clinique du Parc", "2012-06", "2016-08"),
    ],
    "es": [
        ("Ingeniero de proyectos", "Construcciones Ejemplo S.L.", "2019-01", None),
        ("Técnico de calidad", "Industrias Norte S.A.", "2015-03", "2018-12"),
    ],
    "nl": [
        ("Verpleegkundige", "Ziekenhuis Oost", "2015-05", None),
        ("Stagiair", "Zorggroep West", "2013-09", "2015-04"),
    ],
    "pt": [
        ("Desenvolvedor de software", "Exemplo Tecnologia Lda", "2019-03", None),
        ("Analista de suporte", "Empresa Norte S.A.", "2015", "2018"),
    ],
    "it": [
        ("Contabile", "Studio Bianchi S.r.l.", "2017-01", None),
        ("Impiegata amministrativa", "Comune di Monza", "2012", "2016"),
    ],
}
STUDIES = {
    "en": ("Bachelor of Science", "Nursing", "Oregon State University"),
    "de": ("Bachelor of Science", "Informatik", "Technische Universität München"),
    "fr": ("Licence", "biologie", "Université Lyon 1"),
    "es": ("Grado", "Ingeniería Industrial", "Universidad Politécnica de Madrid"),
    "nl": ("HBO", "Verpleegkunde", "Hogeschool Utrecht"),
    "pt": ("Licenciatura", "Informática", "Universidade do Porto"),
    "it": ("Laurea", "Economia", "Università degli Studi di Milano"),
}
NAMES = {
    "en": "JANE ROE", "de": "Max Mustermann", "fr": "Marie Dupont", "es": "Carlos García López", "nl": "Jan de Vries",
    "pt": "João Silva", "it": "Giulia Rossi",
}  # fmt: skip


def jobs_of(resume: ParsedResume) -> list[tuple[str | None, ...]]:
    return [
        tuple(one.value if one else None for one in (job.title, job.employer, job.start, job.end))
        for job in resume.positions
    ]


@pytest.mark.parametrize("text", ["", " \n\t ", "\ufeff", "🙂", "—\n—", "12345"])
def test_reads_nothing_from_texts_without_words(text: str) -> None:
    resume = parsed(text)
    assert resume.name is None
    assert resume.headline is None
    assert [*resume.emails, *resume.phones, *resume.positions, *resume.education, *resume.links] == []
    assert resume.total_years is None
    assert resume.warnings


def test_invents_no_name_from_headings_and_titles() -> None:
    assert parsed("Curriculum Vitae\nSenior Software Engineer\n\nExperience\n").name is None


def test_warns_of_positions_without_dates() -> None:
    resume = parsed("Jane Roe\njane@example.com\n\nExperience\nNurse, Acme Hospital\n- Cared for patients.\n")
    assert jobs_of(resume) == [("Nurse", "Acme Hospital", None, None)]
    assert resume.total_years is None
    assert any("no dates" in warning for warning in resume.warnings)


def test_warns_of_overlapping_positions_and_counts_them_once() -> None:
    nurse = "Nurse, Acme Hospital, Jan 2010 - Dec 2013\n- Cared.\n"
    tutor = "Tutor, Acme School, Jan 2012 - Dec 2013\n- Taught.\n"
    text = f"Experience\n{nurse}{tutor}"
    resume = parsed(text)
    assert resume.total_years == 4.0
    assert any("overlap" in warning for warning in resume.warnings)


@pytest.mark.parametrize("language", LANGUAGES)
def test_tells_the_language(language: str) -> None:
    assert parsed(LANGUAGES[language]).language == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_reads_name_and_jobs(language: str) -> None:
    resume = parsed(LANGUAGES[language])
    assert resume.name is not None
    assert resume.name.value == NAMES[language]
    assert jobs_of(resume)[:2] == JOBS[language]
    assert resume.positions[0].current


@pytest.mark.parametrize("language", LANGUAGES)
def test_reads_education(language: str) -> None:
    course = parsed(LANGUAGES[language]).education[0]
    found = tuple(one.value if one else None for one in (course.degree, course.field, course.institution))
    assert found == STUDIES[language]
    assert course.level is EducationLevel.BACHELOR


def test_reads_spoken_languages_with_their_levels() -> None:
    read = {one.code: one.level for one in parsed(texts.GERMAN).languages}
    assert read == {"de": LanguageLevel.NATIVE, "en": LanguageLevel.C1, "fr": LanguageLevel.A2}
    read = {one.code: one.level for one in parsed(texts.FRENCH).languages}
    assert read == {"fr": LanguageLevel.NATIVE, "en": LanguageLevel.C1, "es": LanguageLevel.B2}


def test_reads_contacts() -> None:
    resume = parsed(texts.ENGLISH)
    assert [one.value for one in resume.emails] == ["jane.roe@example.com"]
    assert [one.value for one in resume.phones] == ["+15035550142"]
    assert [(link.url, link.network) for link in resume.links] == [("linkedin.com/in/janeroe", "linkedin")]
    assert resume.location is not None
    assert resume.location.value == "Portland, OR"
    assert resume.headline is not None
    assert resume.headline.value == "Registered Nurse"


def test_leaves_a_number_as_written_where_no_country_is_told() -> None:
    assert [one.value for one in parsed("Max Muster\nTelefon: 089 1234567\n").phones] == ["089 1234567"]


def test_gives_several_jobs_under_one_employer_that_employer() -> None:
    resume = parsed(texts.ENGLISH)
    assert jobs_of(resume)[2] == ("Nursing Assistant", "Sunrise Clinic", "2012", "2014")
    assert [job.location.value for job in resume.positions if job.location] == [
        "Portland, OR",
        "Portland, OR",
        "Salem, OR",
    ]


def test_reads_a_text_that_has_lost_its_line_breaks() -> None:
    resume = parsed(texts.FLAT)
    assert resume.name is not None
    assert resume.name.value == "John Doe"
    assert jobs_of(resume) == [
        ("Line Cook", "Blue Inn", "2012-06", None),
        ("Prep Cook", "Red Grill", "2009-05", "2012-05"),
    ]
    assert [one.institution.value for one in resume.education if one.institution] == ["Texas Culinary Academy"]


@pytest.mark.parametrize(
    "head",
    [
        "Software Engineer, Acme Inc, Berlin\nJan 2018 - Dec 2020",
        "Acme Inc, Berlin\nSoftware Engineer\nJan 2018 - Dec 2020",
        "Jan 2018 - Dec 2020\nSoftware Engineer\nAcme Inc, Berlin",
        "Jan 2018 - Dec 2020\tAcme Inc\tSoftware Engineer\tBerlin",
        "Software Engineer at Acme Inc (Jan 2018 - Dec 2020)",
        "Software Engineer\n\nAcme Inc - Berlin\n\nJan 2018 to Dec 2020",
        "Acme Inc — Software Engineer — Jan 2018 – Dec 2020",
        "Software Engineer | Acme Inc | Berlin | 01/2018–12/2020",
        "Company: Acme Inc\nPosition: Software Engineer\nPeriod: Jan 2018 - Dec 2020",
        "Worked as a Software Engineer at Acme Inc from Jan 2018 to Dec 2020",
    ],
)
def test_reads_a_head_in_any_order(head: str) -> None:
    resume = parsed(f"Jane Roe\njane@example.com\n\nExperience\n{head}\n- Built services.\n\nEducation\nBSc\n")
    assert jobs_of(resume) == [("Software Engineer", "Acme Inc", "2018-01", "2020-12")]


def test_finds_a_name_below_a_side_column() -> None:
    side = "Contact\nRotterdam\nannika.dewit@example.com\n\nTalen\nEngels (C1)\n\n"
    text = f"{side}Annika de Wit\nVerpleegkundige\n\nProfiel\nZorg.\n"
    resume = parsed(text)
    assert resume.name is not None
    assert resume.name.value == "Annika de Wit"


def test_takes_addresses_of_referees_for_no_contact() -> None:
    text = f"{texts.ENGLISH}\nREFERENCES\nMary Major, mary@example.net\n"
    assert [one.value for one in parsed(text).emails] == ["jane.roe@example.com"]


def test_divides_into_sections_that_cover_the_text() -> None:
    sections = parsed(texts.ENGLISH).sections
    assert [one.kind for one in sections] == [
        SectionKind.HEADER, SectionKind.SUMMARY, SectionKind.EXPERIENCE, SectionKind.EDUCATION, SectionKind.LANGUAGES,
        SectionKind.CERTIFICATES,
    ]  # fmt: skip
    assert all(one.span.end == other.span.start for one, other in pairwise(sections))
    assert (sections[0].span.start, sections[-1].span.end) == (0, len(texts.ENGLISH))


def test_gives_skills_their_section_and_years_of_use() -> None:
    at = texts.ENGLISH.index("CRRT")

    def extract(text: str) -> list[SkillMention]:
        span = Span(start=at, end=at + 4)
        assert span.of(text) == "CRRT"
        return [SkillMention(skill_id="crrt", name="CRRT", span=span, method=MentionMethod.NAME, confidence=1.0)]

    skill = parse_resume(text_document(texts.ENGLISH), extract, today=TODAY).skills[0]
    assert skill.section == "experience"
    assert skill.years == pytest.approx(8.92, abs=0.01)  # January 2018 to November 2026


def test_reads_certificates() -> None:
    certificate = parsed(texts.ENGLISH).certificates[0]
    assert (certificate.name.value, certificate.date.value if certificate.date else None) == ("BLS", "2020")
