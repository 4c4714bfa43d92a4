"""The lexicon's files: what a bad row is told, how forms are compared, and the rules the package's own files keep."""

import time
from pathlib import Path

import pytest

from talentflux.ai.taxonomy import load_lexicon
from talentflux.ai.taxonomy.check import check_lexicon
from talentflux.ai.taxonomy.lexicon import load_files
from talentflux.ai.taxonomy.text import fold, key
from talentflux.core.errors import InvalidInputError
from talentflux.schemas.skill import SkillKind

HEADER = "id,name,kind,aliases,implies,context\n"


def write(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "skills.csv"
    path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("sql,SQL,tool,,", "line 2: 5 cells instead of 6"),
        ("SQL Server,SQL Server,tool,,,", "'SQL Server' is no id"),
        ("sql--x,SQL,tool,,,", "is no id"),
        ("sql,,tool,,,", "the name is empty"),
        ("sql,SQL,thing,,,", "'thing' is no kind; use one of tool, knowledge"),
        ("sql,SQL,tool,?;b,,", "nothing but marks"),
    ],
)
def test_names_file_and_line_of_a_bad_row(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        load_files([write(tmp_path, row)])
    assert caught.value.detail.startswith("skills.csv, line 2")
    assert said in caught.value.detail


def test_refuses_other_columns(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"skills\.csv, line 1: the columns must be id, name"):
        load_files([write(tmp_path, header="id,label\n")])


def test_refuses_an_id_used_twice(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"line 3: the id 'sql' is taken already \(skills\.csv, line 2\)"):
        load_files([write(tmp_path, "sql,SQL,tool,,,", "sql,Structured query,tool,,,")])


def test_refuses_a_missing_overlay(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot be read"):
        load_lexicon(tmp_path / "none.json")


def test_finds_every_fault_of_a_lexicon(tmp_path: Path) -> None:
    lexicon = load_files(
        [
            write(
                tmp_path,
                "a,Alpha,tool,shared,b,",
                "b,Beta,tool,shared,a,",
                "c,Gamma,tool,,missing,",
                "d,Delta,tool,?Delta,,",
            )
        ]
    )
    faults = "\n".join(check_lexicon(lexicon))
    assert "'c' implies 'missing', which does not exist" in faults
    assert "'a' implies itself" in faults
    assert "'shared' means 'a' (skills.csv, line 2); 'b' (skills.csv, line 3)" in faults
    assert "every form of 'd' is ambiguous" in faults
    assert len(faults.splitlines()) == 5


def test_the_packaged_lexicon_has_no_fault() -> None:
    assert check_lexicon(load_lexicon()) == []


def test_the_packaged_lexicon_covers_many_trades() -> None:
    lexicon = load_lexicon()
    assert len(lexicon) >= 2500
    assert {entry.kind for entry in lexicon.skills.values()} == set(SkillKind)


def test_loads_once_per_process() -> None:
    load_lexicon()
    started = time.process_time()
    assert load_lexicon() is load_lexicon()
    assert time.process_time() - started < 0.01


def test_implication_reaches_through_and_leaves_out_itself(tmp_path: Path) -> None:
    lexicon = load_files(
        [write(tmp_path, "pg,PostgreSQL,tool,,sql,", "sql,SQL,tool,,databases,", "databases,Databases,knowledge,,,")]
    )
    assert lexicon.implied("pg") == {"sql", "databases"}
    assert lexicon.implied("databases") == frozenset()
    assert lexicon.implied("unknown") == frozenset()


def test_lookup_prefers_the_entry_of_that_name(tmp_path: Path) -> None:
    lexicon = load_files(
        [write(tmp_path, "cs,Computer science,knowledge,Informatica,,", "informatica,Informatica,tool,,,")]
    )
    assert [skill.id for skill in lexicon.lookup("informatica")] == ["informatica"]
    assert lexicon.lookup("nothing like it") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Front-End", "front end"),
        ("Développement", "developpement"),
        ("databases", "database"),
        ("Technologies", "technology"),
        ("Maßnahme", "massnahme"),
        ("R & D", "r and d"),
        ("Node.js", "node js"),
    ],
)
def test_forms_of_one_name_share_a_key(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize("text", ["İstanbul", "ÀÉÎ ß œuvre", "naïve 👩‍💻 Ünïcode", "Ελλάδα", "\ud800 broken"])
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)
