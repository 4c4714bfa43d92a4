"""Titles that imply a trade, branches of a field, wrapped lines and reasons."""

import pytest

from talentflux.ai.matching.requirements import read_job
from talentflux.ai.matching.scoring import Scorer
from talentflux.ai.matching.trades import trades
from talentflux.schemas.base import Span
from talentflux.schemas.features import ResumeFeatures
from talentflux.schemas.match import RequirementResult, Verdict
from tests.factories.matching_resumes import matcher, plain_features


def judged(asked: str, resume: ResumeFeatures) -> RequirementResult:
    job = read_job(f"# Vacancy\n\n## Requirements\n- {asked}\n", matcher())
    return Scorer(matcher().lexicon).match(job, resume).results[0]


def resume(*positions: str, education: str = "") -> ResumeFeatures:
    parts = ["Jo Doe", "", "Experience", *positions]
    return plain_features("\n".join([*parts, *(["", "Education", education] if education else []), ""]))


@pytest.mark.parametrize(
    ("title", "around", "trade"),
    [
        ("Business Developer", "", None),
        ("Front desk clerk", "Front desk clerk, Town Hall", None),
        ("Healthcare Assistant", "Healthcare Assistant, Oak Nursing Home", None),
        ("Python Developer", "", "software-development"),
        ("Platform Engineer", "", "software-development"),
        ("Softwareentwicklerin", "", "software-development"),
        ("Développeuse web", "", "software-development"),
        ("Krankenpfleger", "", "nursing"),
        ("IC-verpleegkundige", "", "nursing"),
        ("Infermiera di Terapia Intensiva", "", "nursing"),
        ("Bilanzbuchhalterin", "", "accounting"),
        ("Elektriker", "", "electrical-installation"),
        ("Préparateur de commandes", "", "warehouse-operations"),
        ("Rezeptionistin", "Rezeptionistin, Hotel am See", "hotel-reception"),
    ],
)
def test_a_title_names_its_trade(title: str, around: str, trade: str | None) -> None:
    assert trades(title, around) == ({trade} if trade else set())


def test_a_title_of_the_trade_counts_as_time_in_the_field() -> None:
    held = resume("Python Developer, Acme (2012 - 2020)", "Built payment services.")
    result = judged("At least 5 years of professional software development", held)
    assert result.verdict is Verdict.MET
    assert result.reason == "8 years in software development, 5 asked for."


def test_an_employer_of_the_trade_gives_no_time_in_it() -> None:
    text = "Jo Doe\n\nExperience\nCook, Oak Nursing Home (2012 - 2020)\nMeals for ninety residents.\n"
    held = plain_features(text)
    start = text.index("Cook")
    held.positions[0].title, held.positions[0].title_span = "Cook", Span(start=start, end=start + 4)
    assert judged("2 years of nursing", held).verdict is not Verdict.MET


def test_time_in_another_branch_counts_in_part() -> None:
    held = resume("Staff Nurse, Riverside Clinic (2012 - 2020)", "Care of wounds on a surgical ward.")
    result = judged("At least 2 years of nursing in intensive care or high dependency", held)
    assert result.verdict is Verdict.PARTLY
    assert "none of them in intensive care or high dependency" in result.reason


def test_the_branch_itself_counts_whole() -> None:
    held = resume("Staff Nurse, High Dependency Unit (2012 - 2020)", "Care of patients after surgery.")
    assert judged("At least 2 years of nursing in intensive care or high dependency", held).verdict is Verdict.MET


def test_a_line_that_ends_in_a_small_word_is_quoted_whole() -> None:
    held = resume(
        "Data Clerk, Acme (2012 - 2020)", "- Moved the records into", "PostgreSQL and checked them", "- Filing"
    )
    result = judged("PostgreSQL", held)
    assert result.evidence[0].quote == "Moved the records into\nPostgreSQL and checked them"


def test_what_is_not_shown_names_the_nearest_line() -> None:
    held = resume("Clerk, Acme (2012 - 2020)", "Checked invoices of suppliers.")
    result = judged("Checked customs invoices", held)
    assert result.verdict is Verdict.PARTLY or "nearest line" in result.reason
    assert "Checked customs invoices" in result.reason


def test_a_certificate_is_not_shown_by_another_one() -> None:
    held = resume("Nurse, Acme (2012 - 2020)", "NMC registration, Immediate Life Support")
    assert judged("Advanced life support certificate", held).verdict is Verdict.NOT_SHOWN


def test_a_skill_named_by_a_degree_alone_is_shown_in_part() -> None:
    held = resume("Clerk, Acme (2012 - 2020)", "Filed letters.", education="Bachelor of Science in Bioinformatics")
    result = judged("Bioinformatics", held)
    assert result.verdict is Verdict.PARTLY
    assert result.reason == "Only a course of study names 'Bioinformatics'."


def test_degree_or_diploma_asks_for_the_diploma() -> None:
    job = read_job("# Nurse\n\n## Requirements\n- Nursing degree or diploma\n", matcher())
    level = job.requirements[0].education
    assert level is not None
    assert level.value == "vocational"
