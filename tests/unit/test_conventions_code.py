"""Our own code keeps to its form: short files, short functions, and a reason for each exception from a rule."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("bench", "docs", "examples", "talentflux", "tests", "training")
MOST_LINES, MOST_OF_A_FUNCTION = 400, 50
MARK = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:|nosec|ruff:|mypy:)")
WITH_REASON = re.compile(
    r"#\s*(?:pragma: no cover|noqa: [A-Z]+\d+(?:, [A-Z]+\d+)*|type: ignore\[[a-z-]+(?:, ?[a-z-]+)*\])\s+(?:--?|#) \w.*"
)


@cache
def sources() -> dict[str, str]:
    """Return all Python of ours by its path, without what others made."""
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    ours = [path for path in paths if not {".venv", "static", "node_modules"} & set(path.parts)]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in ours}


def without_reason(source: str) -> Iterator[str]:
    """Give the comments that turn a check off, or turn all of them off, and do not say why."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and MARK.match(token.string) and not WITH_REASON.match(token.string):
            yield f"{token.start[0]}: {token.string}"


def long_functions(source: str) -> Iterator[str]:
    """Give the functions that have too many lines, with what describes them."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > MOST_OF_A_FUNCTION:
                yield f"{node.name}: {lines}"


def test_all_folders_are_looked_at() -> None:
    assert {path.partition("/")[0] for path in sources()} == set(FOLDERS)


@pytest.mark.parametrize(
    "line",
    [
        "# noqa",
        "# noqa: S603",
        "# noqa: S603, S607",
        "# noqa: S603 --",
        "#noqa: S603",
        "# type: ignore",
        "# type: ignore # all of it",
        "# type: ignore[arg-type]",
        "# type: ignore[arg-type, misc] #",
        "# pragma: no cover",
        "# ruff: noqa",
    ],
)
def test_a_mark_without_a_reason_is_found(line: str) -> None:
    assert list(without_reason(f"call()  {line}\n")) == [f"1: {line}"]


@pytest.mark.parametrize(
    "line",
    [
        "# noqa: S603 -- our own program",
        "# noqa: S603, S607 - our own program",
        "# noqa: PLC0415  # slow to import",
        "# pragma: no cover -- in another process",
        "# type: ignore[arg-type, misc] # two of two",
        "# type: ignore[method-assign]  # as its documentation does",
    ],
)
def test_a_mark_with_a_reason_is_left_alone(line: str) -> None:
    assert not list(without_reason(f"call()  {line}\n"))


def test_every_exception_from_a_rule_has_its_reason() -> None:
    found = {path: list(without_reason(source)) for path, source in sources().items()}
    assert {path: marks for path, marks in found.items() if marks} == {}


def test_no_file_is_long() -> None:
    lengths = {path: len(source.splitlines()) for path, source in sources().items()}
    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def test_no_function_is_long() -> None:
    assert list(long_functions("def f():\n" + "    x\n" * 50)) == ["f: 51"]
    found = {path: list(long_functions(source)) for path, source in sources().items()}
    assert {path: functions for path, functions in found.items() if functions} == {}
