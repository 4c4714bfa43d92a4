"""Screening without a store."""

import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from talentflux.core.errors import InvalidInputError, UnreadableFileError
from talentflux.services import screening_service
from talentflux.services.screening_service import ScreeningOptions, collect_files, load_job, screen
from tests.factories import screening
from tests.factories.openai_server import serving

ROOT = Path(__file__).parents[3]
JOB = ROOT / "examples/jobs/senior-backend-engineer.md"
RESUMES = [ROOT / "examples/resumes" / name for name in ("mara-lindqvist.pdf", "daniel-okafor.txt")]


def test_a_pattern_that_names_nothing_is_refused(tmp_path) -> None:
    with pytest.raises(InvalidInputError, match="nothing-here"):
        collect_files([str(tmp_path / "nothing-here*")])


def test_a_folder_with_only_hidden_files_is_refused(tmp_path) -> None:
    (tmp_path / ".hidden").touch()
    with pytest.raises(InvalidInputError, match="empty"):
        collect_files([str(tmp_path)])


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the fork only walks a folder
def test_a_closed_folder_is_named_and_not_passed_over() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "open.txt").touch()
        (folder / "closed").mkdir(mode=0)
        assert _as_stranger(lambda: collect_files([name])) == f"{name}/closed"
        (folder / "closed").chmod(0o700)


def _as_stranger(work: Callable[[], object]) -> str:
    """Run something as a user without rights in a process of its own; return what its refusal names."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        if os.getuid() == 0:
            os.setuid(65534)
        try:
            work()
            os.write(writing, b"nothing was refused")
        except InvalidInputError as error:
            os.write(writing, error.detail.partition(":")[0].encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as answer:
        return answer.read()


def test_a_missing_job_is_named(tmp_path) -> None:
    with pytest.raises(UnreadableFileError, match=r"job\.md"):
        load_job(tmp_path / "job.md")


def test_files_are_taken_once_in_order_without_the_job(tmp_path) -> None:
    for name in ("b.txt", "a.txt", "job.md"):
        (tmp_path / name).touch()
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "c.txt").touch()
    files = collect_files([str(tmp_path), f"{tmp_path}/*.txt"], leave_out=tmp_path / "job.md")
    assert [path.name for path in files] == ["a.txt", "b.txt", "c.txt"]


def test_equal_totals_share_a_rank_and_only_the_best_keep_their_text() -> None:
    ranking = screening_service._Ranking(top=1)
    for file, total in (("c", 40.0), ("b", 70.0), ("a", 70.0), ("d", 10.0)):
        ranking.add(screening.resume(rank=0, file=file, label="", match=screening.match(total=total)))
    ranked = ranking.ranked()
    assert [(resume.file, resume.rank) for resume in ranked] == [("a", 1), ("b", 1), ("c", 3), ("d", 4)]
    assert [resume.label for resume in ranked] == ["Candidate 1", "Candidate 2", "Candidate 3", "Candidate 4"]
    assert sum(resume.text is not None for resume in ranked) == 1


def test_an_archive_that_is_none_and_a_bad_entry_are_named_and_the_rest_is_read(tmp_path) -> None:
    broken, good = tmp_path / "broken.zip", tmp_path / "good.zip"
    broken.write_bytes(b"PK nothing")
    with zipfile.ZipFile(good, "w") as archive:
        archive.write(RESUMES[1], "one.txt")
        archive.writestr("two.txt", b"")
    seen: list[tuple[int, int]] = []
    report = screen(
        load_job(JOB), "job.md", [broken, good], ScreeningOptions(embedder=None), lambda *count: seen.append(count)
    )
    assert [resume.file for resume in report.resumes] == ["good.zip/one.txt"]
    assert {problem.reason for problem in report.unreadable} == {"damaged", "empty"}
    assert seen[-1] == (3, 3)


def test_a_remote_embedder_is_asked_by_the_parent_and_told_nothing_personal() -> None:
    with serving() as endpoint:
        options = ScreeningOptions(embedder="openai:small@8", api_key="k", base_url=endpoint.url)
        report = screen(load_job(JOB), "job.md", RESUMES, options)
    asked = "\n".join(text for request in endpoint.requests for text in request["input"])
    assert len(report.resumes) == 2
    assert report.resumes[0].match.embedder.startswith("openai:small")
    assert "PostgreSQL" in asked
    for personal in ("Mara", "Lindqvist", "Okafor", "example.org", "23125", "7700"):
        assert personal not in asked
