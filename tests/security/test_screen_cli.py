"""`talentflux screen` among hostile files, names and targets: a sentence and an exit code, never a trace or a hang."""

import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import yaml

from talentflux.ai.matching.requirement_file import load_requirements
from talentflux.ai.matching.requirements import read_job
from talentflux.ai.taxonomy import SkillMatcher, load_lexicon
from talentflux.core.errors import InvalidInputError
from talentflux.schemas.requirement import Requirement

COMMAND = Path(sys.executable).with_name("talentflux")
JOB = "Backend developer\n\nRequired:\n- Python\n- PostgreSQL\n"
ESCAPE = "\x1b]0;pwned\x07\x1b[2J"
MOST_SECONDS = 60


def screen(*arguments: object, folder: Path) -> subprocess.CompletedProcess[bytes]:
    command = [COMMAND, "screen", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, check=False, cwd=folder, stdin=subprocess.DEVNULL, timeout=MOST_SECONDS
    )


@pytest.fixture
def job(tmp_path: Path) -> Path:
    path = tmp_path / "job.md"
    path.write_text(JOB)
    return path


def refused(outcome: subprocess.CompletedProcess[bytes], *said: str) -> None:
    text = " ".join(outcome.stderr.decode().replace("│", " ").split())
    assert outcome.returncode == 2, text
    assert "Traceback" not in text
    for words in said:
        assert words in text


@pytest.mark.parametrize("output_format", ["table", "html"])
def test_a_target_in_a_missing_folder_is_refused_before_any_work(tmp_path: Path, job: Path, output_format: str) -> None:
    (tmp_path / "cv.txt").write_text("Python")
    refused(
        screen(job, "cv.txt", "--format", output_format, "--out", "no/where", folder=tmp_path), "no/where", "folder"
    )
    refused(screen(job, "cv.txt", "--out", tmp_path, folder=tmp_path), "is a folder")
    refused(screen(job, "--write-requirements", "no/where", folder=tmp_path), "no/where")


def test_pipes_and_devices_are_no_job(tmp_path: Path, job: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "cv.txt").write_text("Python")
    for path in ("pipe", "/dev/zero"):
        refused(screen(path, "cv.txt", folder=tmp_path), path, "no regular file")
        refused(screen(job, "cv.txt", "--requirements", path, folder=tmp_path), path)


def test_whatever_lies_in_a_folder_is_read_or_named_and_nothing_reaches_the_terminal_raw(
    tmp_path: Path, job: Path
) -> None:
    pile = tmp_path / "pile"
    pile.mkdir()
    os.mkfifo(pile / "pipe.txt")
    (pile / "broken.txt").symlink_to("/nowhere")
    (pile / "endless.txt").symlink_to("/dev/zero")
    (pile / "loop").symlink_to(".")
    (pile / f"{ESCAPE}cv.txt").write_text(
        f"Ann {ESCAPE} Lee\nDeveloper\n\nSkills\nPython {ESCAPE}, PostgreSQL \x9b31m\n"
    )
    (pile / "empty\u202etxt.\n").write_text("")
    Path(os.fsdecode(bytes(pile) + b"/\xff\xfe.txt")).write_text("Bo Latin\nSkills\nPython\n")
    Path(os.fsdecode(bytes(pile) + b"/\xff\xfd.txt")).write_text("")
    (pile / "[red]x.txt").write_text("[/nope] Kim\n[bold]Python[/red] and PostgreSQL\n")
    (pile / "formula.txt").write_text("=HYPERLINK(1)\n=cmd|' /C calc'!A0\nSkills\n@SUM(1) Python, +PostgreSQL\n")
    with zipfile.ZipFile(pile / "pile.zip", "w") as archive:
        archive.writestr(f"{ESCAPE}.txt", "Zed Example\nPython\n")
        archive.writestr(f"{ESCAPE}none.txt", "")
    job.write_text(
        f"Developer {ESCAPE} [red]x[/nope]\n\nRequired:\n- Python {ESCAPE} [/nope]\n- PostgreSQL\n- =SUM(1)\n"
    )
    for output_format in ("table", "json", "csv", "html"):
        outcome = screen(job, pile, "--format", output_format, folder=tmp_path)
        assert outcome.returncode == 3, outcome.stderr
        for stream in (outcome.stdout.decode(), outcome.stderr.decode()):
            assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(stream)
            assert "Traceback" not in stream
        if output_format == "json":
            report = json.loads(outcome.stdout)
            assert (len(report["resumes"]), len(report["unreadable"])) == (5, 3)
        if output_format == "csv":
            assert ',"=' not in outcome.stdout.decode()
            assert "\n=" not in outcome.stdout.decode()


def test_output_that_ends_early_or_is_full_leaves_no_trace_on_the_terminal(tmp_path: Path, job: Path) -> None:
    (tmp_path / "cv.txt").write_text("Ann Lee\nPython\n" * 50)
    for target in ("| head -c 1", "> /dev/full"):
        line = f"'{COMMAND}' screen job.md cv.txt --format json {target}"
        outcome = subprocess.run(
            ["/bin/sh", "-c", line], capture_output=True, check=False, cwd=tmp_path, timeout=MOST_SECONDS
        )
        assert b"Traceback" not in outcome.stderr
        assert len(outcome.stderr.splitlines()) <= 2, outcome.stderr


def bomb(ending: str) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]" for number in range(1, 30)]
    return "\n".join(lines) + f"\nrequirements:{ending}\n"


@pytest.mark.parametrize(
    "text",
    [
        bomb(" *a29"),
        bomb("\n - {kind: skill, text: Python, terms: *a29}"),
        bomb("\n - *a29"),
        "[" * 5_000,
        "requirements: &a\n - *a\n",
        "requirements:\n - &a {kind: skill, text: Python, terms: [*a]}\n",
        "requirements:\n - !!python/object/apply:os.system ['true']\n",
        'requirements:\n - {kind: skill, text: "\\ud800"}\n',
        "requirements:\n - {kind: years, text: P, years: " + "9" * 5_000 + "}\n",
        "requirements:\n - {kind: years, text: P, years: 2020-99-99}\n",
        "requirements:\n - {? [a, b] : c, kind: skill}\n",
        "requirements:\n" + " - {kind: skill, text: P}\n" * 300,
    ],
    ids=["bomb", "terms", "entry", "deep", "itself", "inner", "tag", "half", "digits", "date", "key", "many"],
)
def test_hostile_requirement_files_are_refused_in_a_sentence(text: str) -> None:
    started = time.process_time()
    with pytest.raises(InvalidInputError) as caught:
        load_requirements(text, "asked.yaml")
    assert "asked.yaml" in caught.value.detail
    assert len(caught.value.detail) < 5_000
    assert time.process_time() - started < 5


def test_as_many_requirements_as_a_job_may_have_are_taken() -> None:
    text = yaml.safe_dump([{"kind": "skill", "text": f"Skill {number}"} for number in range(200)])
    assert len(load_requirements(text, "asked.yaml")) == 200


@pytest.mark.parametrize(
    "line",
    [
        "\n",
        " ",
        "\u00a0",
        ".",
        "a",
        "a,",
        "a-",
        "a.b",
        "a@",
        "(",
        "Java or ",
        "certified ",
        "- 3 years of ",
        "1",
        "e\u0301",
    ],
)
@pytest.mark.parametrize("start", ["", "Required:\n- "])
def test_no_description_holds_the_reader_for_long(line: str, start: str) -> None:
    matcher = SkillMatcher(load_lexicon(None))
    text = (start + line * 100_000)[:99_990] + " Python"
    started = time.process_time()
    found = read_job(text, matcher)
    assert time.process_time() - started < 10  # quadratic reading took minutes
    for requirement in found.requirements:
        Requirement.model_validate(requirement.model_dump())
