"""The command `talentflux screen`, as a process on real files."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
JOB = ROOT / "examples/jobs/senior-backend-engineer.md"
RESUMES = ROOT / "examples/resumes"
COMMAND = Path(sys.executable).with_name("talentflux")


def screen(*arguments: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [COMMAND, "screen", *map(str, arguments)]
    wide = os.environ | {"COLUMNS": "240"}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=wide)


@pytest.fixture
def pile(tmp_path: Path) -> Path:
    """A folder of three engineers in three formats."""
    folder = tmp_path / "pile"
    folder.mkdir()
    for name in ("mara-lindqvist.pdf", "aisha-rahman.docx", "daniel-okafor.txt"):
        shutil.copy(RESUMES / name, folder)
    return folder


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("missing.md", RESUMES), "missing.md"),
        ((JOB, "no-such-folder"), "no such file or folder"),
        ((JOB,), "at least one file"),
        ((JOB, RESUMES, "--requirements", "missing.yaml"), "missing.yaml"),
        ((JOB, RESUMES, "--format", "word"), "word"),
    ],
)
def test_wrong_usage_exits_with_2_and_names_what_is_wrong(arguments, expected, tmp_path) -> None:
    outcome = screen(*arguments, folder=tmp_path)
    assert outcome.returncode == 2
    assert expected in " ".join(outcome.stderr.split())
    assert "Traceback" not in outcome.stderr


def test_an_empty_folder_is_wrong_usage(tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    outcome = screen(JOB, tmp_path / "empty")
    assert (outcome.returncode, "empty" in outcome.stderr) == (2, True)


def test_a_job_without_a_requirement_is_refused_with_what_to_do(tmp_path, pile) -> None:
    job = tmp_path / "job.md"
    job.write_text("Hello.\n")
    outcome = screen(job, pile)
    assert outcome.returncode == 2
    assert "--requirements" in outcome.stderr


def test_a_broken_yaml_names_file_and_line(tmp_path, pile) -> None:
    asked = tmp_path / "asked.yaml"
    asked.write_text("requirements:\n  - kind: skill\n    text: [unclosed\n")
    outcome = screen(JOB, pile, "--requirements", asked)
    assert outcome.returncode == 2
    assert "asked.yaml" in outcome.stderr
    assert "line" in outcome.stderr


def test_unreadable_files_exit_with_3_are_named_and_the_others_ranked(pile) -> None:
    (pile / "empty.pdf").touch()
    (pile / "picture.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    outcome = screen(JOB, pile, "--format", "json")
    report = json.loads(outcome.stdout)
    assert outcome.returncode == 3
    assert len(report["resumes"]) == 3
    assert {Path(problem["file"]).name for problem in report["unreadable"]} == {"empty.pdf", "picture.pdf"}
    assert "empty.pdf" in outcome.stderr


def test_a_folder_with_none_readable_exits_with_3_and_an_empty_ranking(tmp_path) -> None:
    (tmp_path / "nothing").mkdir()
    (tmp_path / "nothing" / "empty.txt").touch()
    outcome = screen(JOB, tmp_path / "nothing", "--format", "json")
    assert (outcome.returncode, json.loads(outcome.stdout)["resumes"]) == (3, [])


def test_folder_pattern_and_archive_give_the_same_ranking(tmp_path, pile) -> None:
    archive = tmp_path / "pile.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in pile.iterdir():
            packed.write(path, f"inside/{path.name}")
    outcomes = [screen(JOB, source, "--format", "json") for source in (pile, f"{pile}/*", archive)]
    rankings = [
        [(resume["label"], resume["match"]["total"]) for resume in json.loads(outcome.stdout)["resumes"]]
        for outcome in outcomes
    ]
    assert [outcome.returncode for outcome in outcomes] == [0, 0, 0]
    assert rankings[0] == rankings[1] == rankings[2]
    assert rankings[0][0][0] == "Mara Lindqvist"


def test_blind_output_names_nobody_in_any_format(tmp_path, pile) -> None:
    for output_format in ("table", "json", "csv", "html"):
        out = tmp_path / f"report.{output_format}"
        outcome = screen(JOB, pile, "--blind", "--format", output_format, "--out", out)
        text = out.read_text(encoding="utf-8").lower()
        assert outcome.returncode == 0
        for personal in ("mara", "lindqvist", "aisha", "okafor", "example.org", "7700"):
            assert personal not in text, (output_format, personal)


def test_edited_requirements_replace_those_of_the_job(tmp_path, pile) -> None:
    asked = tmp_path / "asked.yaml"
    assert screen(JOB, "--write-requirements", asked).returncode == 0
    assert "Python" in asked.read_text(encoding="utf-8")
    asked.write_text("requirements:\n  - {kind: skill, necessity: must, text: Terraform, skill_ids: [terraform]}\n")
    report = json.loads(screen(JOB, pile, "--requirements", asked, "--format", "json").stdout)
    assert [requirement["text"] for requirement in report["job"]["requirements"]] == ["Terraform"]


def test_hidden_text_is_flagged_and_does_not_count() -> None:
    report = json.loads(screen(JOB, RESUMES / "victor-hale.pdf", "--format", "json").stdout)
    resume = report["resumes"][0]
    assert "hidden_text" in {flag["kind"] for flag in resume["match"]["flags"]}
    assert resume["match"]["total"] < 30
    assert "Kafka" not in resume["text"]


def test_csv_has_one_row_per_resume(pile) -> None:
    rows = list(csv.DictReader(io.StringIO(screen(JOB, pile, "--format", "csv").stdout)))
    assert [row["rank"] for row in rows] == ["1", "2", "3"]
    assert float(rows[0]["score"]) > float(rows[2]["score"])


def test_ranking_is_the_same_on_one_and_on_two_processes(pile) -> None:
    totals = [
        [
            resume["match"]["total"]
            for resume in json.loads(screen(JOB, pile, "--workers", n, "--format", "json").stdout)["resumes"]
        ]
        for n in (1, 2)
    ]
    assert totals[0] == totals[1]


def test_every_example_resume_is_read() -> None:
    outcome = screen(JOB, RESUMES, "--format", "json")
    assert outcome.returncode == 0
    assert len(json.loads(outcome.stdout)["resumes"]) == len(list(RESUMES.iterdir())) >= 40
