"""Importing ESCO and O*NET: links, overlay, and what a wrong folder is told."""

import json
import zipfile
from pathlib import Path

import pytest

from talentflux.ai.taxonomy import Lexicon, SkillMatcher, import_taxonomy, load_lexicon
from talentflux.ai.taxonomy.lexicon import load_files
from talentflux.core.errors import InvalidInputError

SKILLS_EN = """conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,description
KnowledgeSkillCompetence,http://esco/1,knowledge,sector,Python (computer programming),"Python
Python scripting",text
KnowledgeSkillCompetence,http://esco/2,skill/competence,sector,braid goat hair,goat hair braiding,text
KnowledgeSkillCompetence,http://esco/3,knowledge,sector,SQL,,text
KnowledgeSkillCompetence,http://esco/4,knowledge,sector,falconry,,text
"""
SKILLS_DE = """conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,description
KnowledgeSkillCompetence,http://esco/2,skill/competence,sector,Ziegenhaar flechten,,Text
KnowledgeSkillCompetence,http://esco/3,knowledge,sector,SQL-Abfragesprache,,Text
"""
OCCUPATIONS = """conceptType,conceptUri,iscoGroup,preferredLabel,altLabels
Occupation,http://esco/o1,2512,software developer,"programmer
coder"
"""
TOOLS = """O*NET-SOC Code\tExample\tCommodity Code\tCommodity Title\tHot Technology\tIn Demand
15-1252.00\tPython\t43232405\tDevelopment software\tY\tY
15-1252.00\tObscureware Studio\t43232405\tDevelopment software\tN\tN
"""


@pytest.fixture
def lexicon(tmp_path: Path) -> Lexicon:
    path = tmp_path / "ours.csv"
    path.write_text(
        "id,name,kind,aliases,implies,context\npython,Python,tool,Python scripting,,\nsql,SQL,tool,,,\n",
        encoding="utf-8",
    )
    return load_files([path])


@pytest.fixture
def esco(tmp_path: Path) -> Path:
    folder = tmp_path / "esco"
    folder.mkdir()
    (folder / "skills_en.csv").write_text(SKILLS_EN, encoding="utf-8")
    (folder / "skills_de.csv").write_text(SKILLS_DE, encoding="utf-8-sig")
    (folder / "occupations_en.csv").write_text(OCCUPATIONS, encoding="utf-8")
    return folder


def test_says_what_to_give_for_a_wrong_folder(tmp_path: Path, lexicon: Lexicon) -> None:
    (tmp_path / "readme.txt").write_text("hello", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"neither ESCO nor O\*NET files are there.*skills_en\.csv"):
        import_taxonomy(tmp_path, lexicon, tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()


def test_says_what_to_give_for_a_file_that_is_no_archive(tmp_path: Path, lexicon: Lexicon) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(b"none")
    with pytest.raises(InvalidInputError, match="no folder and no zip archive"):
        import_taxonomy(path, lexicon, tmp_path / "out.json")


def test_names_a_missing_column(tmp_path: Path, lexicon: Lexicon) -> None:
    (tmp_path / "skills_en.csv").write_text("conceptUri,altLabels\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"skills_en\.csv, line 1: the column preferredLabel is missing"):
        import_taxonomy(tmp_path, lexicon, tmp_path / "out.json")


def test_links_concepts_across_languages_and_keeps_the_rest(tmp_path: Path, esco: Path, lexicon: Lexicon) -> None:
    steps: list[tuple[int, int]] = []
    report = import_taxonomy(esco, lexicon, tmp_path / "out.json", lambda done, total: steps.append((done, total)))
    assert (report.concepts, report.linked, report.entries, report.occupations) == (5, 2, 2, 1)
    assert steps[-1] == (5, 5)
    data = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert data["uris"] == {"python": ["http://esco/1"], "sql": ["http://esco/3"]}
    assert data["aliases"]["sql"] == ["SQL-Abfragesprache"]
    entry = data["entries"][0]
    assert (entry["id"], entry["name"], entry["source"]) == (
        "esco-braid-goat-hair",
        "braid goat hair",
        "ESCO skills_en.csv",
    )


def test_an_overlay_adds_links_forms_and_entries(tmp_path: Path, esco: Path) -> None:
    out = tmp_path / "out.json"
    import_taxonomy(esco, load_lexicon(), out)
    lexicon = load_lexicon(out)
    assert "http://esco/3" in lexicon.skills["sql"].uris
    assert "esco-braid-goat-hair" in lexicon.unlinked
    assert lexicon.implied("esco-braid-goat-hair") == frozenset()
    text = "Ziegenhaar flechten, SQL-Abfragesprache"
    assert [m.skill_id for m in SkillMatcher(lexicon).extract(text)] == ["esco-braid-goat-hair", "sql"]


def test_an_imported_single_word_counts_only_in_company(tmp_path: Path, esco: Path) -> None:
    out = tmp_path / "out.json"
    import_taxonomy(esco, load_lexicon(), out)
    matcher = SkillMatcher(load_lexicon(out))
    assert matcher.extract("I like falconry a lot") == []
    assert [m.skill_id for m in matcher.extract("Python, falconry, SQL")][1] == "esco-falconry"


def test_reads_onet_from_a_zip(tmp_path: Path, lexicon: Lexicon) -> None:
    path = tmp_path / "db.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("db_30_0_text/Technology Skills.txt", TOOLS)
        archive.writestr("db_30_0_text/Read Me.txt", "text")
    report = import_taxonomy(path, lexicon, tmp_path / "out.json")
    assert report.files == ["Technology Skills.txt"]
    assert (report.concepts, report.linked, report.entries) == (2, 1, 1)


@pytest.mark.parametrize("content", ["{", "[]", '{"uris": {}}', '{"uris": {}, "aliases": {}, "entries": [1]}'])
def test_refuses_an_overlay_that_is_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "overlay.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInputError, match="not an overlay"):
        load_lexicon(path)


@pytest.mark.parametrize(
    ("label", "linked"),
    [
        ("perform VATS", None),
        ("ML (computer programming)", None),
        ("Swift (computer programming)", "swift"),
        ("perform data analysis", "data-analysis"),
        ("manage vehicle fleet", "fleet-management"),
        ("operate excavator", "excavator-operation"),
    ],
)
def test_links_a_label_without_its_gloss_or_verb(tmp_path: Path, label: str, linked: str | None) -> None:
    folder = tmp_path / "esco"
    folder.mkdir()
    rows = f"conceptUri,skillType,preferredLabel,altLabels\nhttp://esco/9,skill/competence,{label},\n"
    (folder / "skills_en.csv").write_text(rows, encoding="utf-8")
    import_taxonomy(folder, load_lexicon(), tmp_path / "out.json")
    uris = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["uris"]
    assert uris == ({linked: ["http://esco/9"]} if linked else {})
