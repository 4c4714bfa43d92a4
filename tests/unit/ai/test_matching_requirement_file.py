"""Requirements as YAML: what is written is read back, and a fault is named with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentflux.ai.matching.requirement_file import dump_requirements, load_requirements
from talentflux.ai.matching.requirements import read_job
from talentflux.core.errors import InvalidInputError
from talentflux.schemas.requirement import JobDescription, Requirement, RequirementKind
from tests.factories.matching_resumes import matcher


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "job.yaml, line 1: not valid YAML"),
        ("- kind: skill\n  text: a: b\n", "job.yaml, line 2: not valid YAML"),
        ("x: 1", "job.yaml: no list of requirements. Write 'requirements:'"),
        ("", "job.yaml: no list of requirements"),
        ("requirements: []", "the list of requirements is empty"),
        ("- 3", "job.yaml, line 1: requirement 1 is no object"),
        ("requirements:\n  - kind: skil\n    text: x", "job.yaml, line 2: the field 'kind'"),
        ("- text: x\n  kind: skill\n  wieght: 3", "job.yaml, line 3: 'wieght' is no field of a requirement"),
        ("- kind: skill", "job.yaml, line 1: the field 'text' is missing; write the requirement in 1 to 500"),
        ("- kind: years\n  text: y", "needs the field 'years'; add it"),
        ("- kind: years\n  text: y\n  years: many", "job.yaml, line 3: the field 'years'"),
        ("- {kind: skill, text: a, weight: 0}", "use a number above 0"),
        ("- {id: r1, kind: skill, text: a}\n- {id: r1, kind: skill, text: b}", "line 2: the id 'r1' stands in line 1"),
        ("- kind: education\n  text: y\n  education: high", "use one of secondary, vocational"),
        ("- {kind: skill, text: a}\n" * 201, "job.yaml: 201 requirements; at most 200 count"),
        ("!!python/object/apply:os.system [ls]", "not valid YAML"),
    ],
)
def test_names_file_line_and_field_and_says_what_to_do(text: str, said: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        load_requirements(text, "job.yaml")
    assert said in caught.value.detail


def test_reads_back_what_was_written() -> None:
    job = read_job(
        (
            "# Nurse\n## Requirements\n- 3 years as a nurse\n- German: B2 #1\n- ICU care, Python\n- Master's "
            "degree in nursing"
        ),
        matcher(),
    )
    text = dump_requirements(job)
    assert text.startswith("# What this job asks for")
    written = [r.model_dump(exclude={"span"}) for r in job.requirements]
    assert [r.model_dump(exclude={"span"}) for r in load_requirements(text, "job.yaml")] == written


def test_gives_free_ids_to_new_entries() -> None:
    text = "- {kind: skill, text: a}\n- {id: r1, kind: skill, text: b}\n- {kind: skill, text: c}"
    assert [r.id for r in load_requirements(text, "job.yaml")] == ["r2", "r1", "r3"]


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=5), st.text(min_size=1, max_size=30))
def test_any_text_survives_the_file(texts: list[str], term: str) -> None:
    requirements = [
        Requirement(id=f"r{n}", kind=RequirementKind.OTHER, text=text, terms=[term])
        for n, text in enumerate(texts, start=1)
    ]
    written = dump_requirements(JobDescription(requirements=requirements))
    assert load_requirements(written, "job.yaml") == requirements


@given(st.text(max_size=200))
def test_any_file_is_read_or_refused_with_its_name(text: str) -> None:
    try:
        load_requirements(text, "job.yaml")
    except InvalidInputError as error:
        assert error.detail.startswith("job.yaml")  # noqa: PT017 - most texts are refused, some are not
