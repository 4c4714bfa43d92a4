"""Finding skills in a text: exact spans, longest names, ambiguous words."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentflux.ai.taxonomy import SkillMatcher, load_lexicon
from talentflux.ai.taxonomy.lexicon import load_files
from talentflux.schemas.skill import MentionMethod

ROWS = """id,name,kind,aliases,implies,context
python,Python,tool,,,
java,Java,tool,,,
cpp,C++,tool,,,
csharp,C#,tool,,,
c,C,tool,?=C,,pointers
dotnet,.NET,tool,dotnet,,
asp,ASP.NET,tool,,dotnet,
node,Node.js,tool,,,
cicd,CI/CD,knowledge,,,
rd,R&D,knowledge,research and development,,
r,R,tool,?=R,,ggplot;statistical
go,Go,tool,?=Go;Golang,,goroutines
postgres,PostgreSQL,tool,Postgres,,
mysql,MySQL,tool,,,
html,HTML,tool,,,
windows,Windows,tool,,,
ml,Machine learning,knowledge,apprentissage automatique,,
learning,Learning,soft,,,
frontend,Front-end development,skill,,,
care,Patient care,skill,,,
databases,Databases,knowledge,,,
"""


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> SkillMatcher:
    path: Path = tmp_path_factory.mktemp("lexicon") / "small.csv"
    path.write_text(ROWS, encoding="utf-8")
    return SkillMatcher(load_files([path]))


def found(matcher: SkillMatcher, text: str) -> list[tuple[str, str]]:
    return [(mention.skill_id, mention.span.of(text)) for mention in matcher.extract(text)]


@pytest.mark.parametrize(
    "text", ["", "   ", "nothing here", "window cleaning", "javan", "mail me@python.org", "www.python.org"]
)
def test_finds_nothing_where_nothing_is_named(matcher: SkillMatcher, text: str) -> None:
    assert found(matcher, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C++, C# and .NET", [("cpp", "C++"), ("csharp", "C#"), ("dotnet", ".NET")]),
        ("ASP.NET with Node.js", [("asp", "ASP.NET"), ("node", "Node.js")]),
        ("CI/CD for R&D", [("cicd", "CI/CD"), ("rd", "R&D")]),
        ("PostgreSQL/MySQL", [("postgres", "PostgreSQL"), ("mysql", "MySQL")]),
        ("HTML5 and Python 3.11", [("html", "HTML5"), ("python", "Python")]),
        ("machine-\nlearning", [("ml", "machine-\nlearning")]),
        ("Apprentissage Automatique", [("ml", "Apprentissage Automatique")]),
        ("frontend development", [("frontend", "frontend development")]),
        ("a database", [("databases", "database")]),
        ("WINDOWS", [("windows", "WINDOWS")]),
        ("patients care", [("care", "patients care")]),
    ],
)
def test_finds_names_as_people_write_them(matcher: SkillMatcher, text: str, expected: list[tuple[str, str]]) -> None:
    assert found(matcher, text) == expected


def test_takes_the_longest_name(matcher: SkillMatcher) -> None:
    assert found(matcher, "machine learning") == [("ml", "machine learning")]


def test_does_not_join_words_across_a_comma(matcher: SkillMatcher) -> None:
    assert found(matcher, "machine, learning") == [("learning", "learning")]


def test_leaves_out_an_ambiguous_word_without_company(matcher: SkillMatcher) -> None:
    assert found(matcher, "Go to the office and C the R of it") == []


def test_takes_an_ambiguous_word_with_its_context(matcher: SkillMatcher) -> None:
    (mention,) = matcher.extract("Wrote services in Go using many goroutines")
    assert (mention.skill_id, mention.method) == ("go", MentionMethod.CONTEXT)


def test_takes_an_ambiguous_word_in_a_list_of_certain_ones(matcher: SkillMatcher) -> None:
    mentions = matcher.extract("Skills: Python, R, Go, Java")
    assert [m.skill_id for m in mentions] == ["python", "r", "go", "java"]
    assert mentions[1].method is MentionMethod.LISTED
    assert mentions[1].confidence < mentions[0].confidence


def test_keeps_case_where_case_tells(matcher: SkillMatcher) -> None:
    assert found(matcher, "Python, go, Java") == [("python", "Python"), ("java", "Java")]


@given(st.text(alphabet=string.printable + "éßÀİ█•–№漢👩", max_size=300))
def test_spans_lie_in_order_inside_the_text(text: str) -> None:
    end = 0
    for mention in SkillMatcher(load_lexicon()).extract(text):
        assert end <= mention.span.start < mention.span.end <= len(text)
        end = mention.span.end


@given(st.lists(st.sampled_from(["Python", "C++", "Node.js", "CI/CD", "PostgreSQL", ".NET"]), min_size=1, max_size=8))
def test_finds_each_name_of_a_list(names: list[str]) -> None:
    mentions = SkillMatcher(load_lexicon()).extract(", ".join(names))
    assert len(mentions) == len(names)
