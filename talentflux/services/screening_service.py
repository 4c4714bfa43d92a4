"""Screening without a store: a job, a pile of files, a ranked report. The work is spread over child processes."""

import glob
import hashlib
import heapq
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from talentflux.ai.analysis import analyse
from talentflux.ai.documents import ReaderPool, count_archive, expand_archive, is_archive, read_document
from talentflux.ai.embeddings import get_embedder
from talentflux.ai.matching import Scorer, load_requirements, read_job
from talentflux.ai.taxonomy import SkillMatcher, load_lexicon
from talentflux.core.errors import InvalidInputError, UnreadableFileError
from talentflux.schemas.base import Schema
from talentflux.schemas.requirement import JobDescription
from talentflux.schemas.screening import ScreenedResume, ScreeningReport, UnreadableFile

Progress = Callable[[int, int], None]
"""Called with the number of files done and the number of files in all."""

METHOD = (
    "Computed by the skill lexicon, word and date rules and the local embedding model named below; "
    "no language model took part. A score orders the resumes; a person decides."
)


@dataclass(frozen=True)
class ScreeningOptions:
    """How to screen.

    Attributes:
        top: How many resumes keep their text for the detailed part of the report.
        blind: Leave out names, contacts and file names.
        workers: Child processes; None for one per core.
        embedder: Specification of the embedder, see `get_embedder`; None scores by words alone.
        overlay: File of an imported taxonomy, if any.
        timeout: Seconds that one file may take.
        memory: Bytes that one file may take.
        file_limit: Largest file, in bytes.
    """

    top: int = 10
    blind: bool = False
    workers: int | None = None
    embedder: str | None = "static"
    overlay: Path | None = None
    timeout: float = 10.0
    memory: int = 512 * 2**20
    file_limit: int = 20 * 2**20


class ScreeningSetup(Schema):
    """What a child process needs to know before the first file."""

    job: JobDescription
    embedder: str | None
    blind: bool
    overlay: Path | None


class _Child:
    """State of a child process: the scorer with its models, made once."""

    def __init__(self, setup: ScreeningSetup) -> None:
        self.setup = setup
        lexicon = load_lexicon(setup.overlay)
        self.scorer = Scorer(lexicon, get_embedder(setup.embedder) if setup.embedder else None)

    def screen(self, data: bytes, name: str) -> ScreenedResume:
        analysed = analyse(data, name, overlay=self.setup.overlay)
        parsed = analysed.parsed
        blind = self.setup.blind
        file = f"sha256:{hashlib.sha256(data).hexdigest()[:12]}" if blind else name
        return ScreenedResume(
            file=file,
            label="" if blind or parsed.name is None else parsed.name.value,
            headline=parsed.headline.value if parsed.headline and not blind else None,
            language=parsed.language,
            total_years=parsed.total_years,
            match=self.scorer.match(self.setup.job, analysed.features),
            text=analysed.masked_text if blind else analysed.document.text,
        )


_children: list[_Child] = []


def prepare(setup: bytes) -> None:
    """Make a child process ready; called by the pool before the first file.

    Args:
        setup: A `ScreeningSetup` as JSON.
    """
    _children[:] = [_Child(ScreeningSetup.model_validate_json(setup))]


def screen_file(data: bytes, name: str) -> bytes:
    """Read, analyse and score one file; runs in a child process.

    Args:
        data: The file's bytes.
        name: Its name, for messages.

    Returns:
        A `ScreenedResume` as JSON.

    Raises:
        UnreadableFileError: The file cannot be read.
    """
    return _children[0].screen(data, name).model_dump_json().encode()


def load_job(path: Path, requirements: Path | None = None, overlay: Path | None = None) -> JobDescription:
    """Read a job description and, if given, a person's list of requirements for it.

    Args:
        path: Text, Markdown, PDF, DOCX or another readable file.
        requirements: YAML file that replaces the extracted requirements.
        overlay: File of an imported taxonomy, if any.

    Returns:
        The job with its requirements.

    Raises:
        UnreadableFileError: The description cannot be read.
        InvalidInputError: The YAML is wrong, or neither source states a requirement.
    """
    document = read_document(_read(path), path.name)
    job = read_job(document.text, SkillMatcher(load_lexicon(overlay)))
    if requirements is not None:
        stated = load_requirements(_read(requirements).decode("utf-8", "replace"), requirements.name)
        job = job.model_copy(update={"requirements": stated, "warnings": []})
    if not job.requirements:
        raise InvalidInputError(
            f"{path.name}: no requirement found. Write what the job asks for as a list (for example "
            "'Required: 3 years of bookkeeping, SAP'), or give a list with --requirements FILE."
        )
    return job


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFileError("missing", f"{path}: {error.strerror or error}. Check the path.") from error


def collect_files(patterns: Iterable[str], leave_out: Path | None = None) -> list[Path]:
    """Resolve files, folders (with all below them) and glob patterns to files, each once, in order.

    Args:
        patterns: As a person types them.
        leave_out: A file not to take, such as the job description lying in the same folder.

    Returns:
        Existing files; hidden ones inside folders are passed over.

    Raises:
        InvalidInputError: A pattern names nothing.
    """
    files: dict[Path, None] = {}
    for pattern in patterns:
        # Path.glob refuses absolute patterns, which people do type
        matching = [pattern] if Path(pattern).exists() else sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
        found = [Path(path) for path in matching]
        if not found:
            raise InvalidInputError(f"{pattern}: no such file or folder. Check the path, or quote the pattern.")
        for path in found:
            inside = sorted(p for p in path.rglob("*") if _is_visible(p, path)) if path.is_dir() else [path]
            files.update(dict.fromkeys(inside))
    kept = [path for path in files if leave_out is None or path.resolve() != leave_out.resolve()]
    if not kept:
        raise InvalidInputError(
            "No file to screen: the folders given are empty. Put resumes there, or name other ones."
        )
    return kept


def _is_visible(path: Path, folder: Path) -> bool:
    return path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)


def _sources(files: list[Path], file_limit: int) -> Iterator[tuple[str, bytes | Path]]:
    """Yield name and content (or path) of every file, those inside archives included."""
    for path in files:
        if is_archive(path):
            for name, data in expand_archive(path, file_limit=file_limit):
                yield f"{path.name}/{name}", data
        else:
            yield str(path), path


def screen(
    job: JobDescription, job_file: str, files: list[Path], options: ScreeningOptions, progress: Progress | None = None
) -> ScreeningReport:
    """Read and score every file against a job.

    Args:
        job: The job with its requirements.
        job_file: Its file name, for the report.
        files: Files and archives, see `collect_files`.
        options: How to screen.
        progress: Told after each file.

    Returns:
        The ranked report. Files that could not be read are in it with their reasons.
    """
    started = time.monotonic()
    total = sum(count_archive(path) if is_archive(path) else 1 for path in files)
    setup = ScreeningSetup(job=job, embedder=options.embedder, blind=options.blind, overlay=options.overlay)
    ranking, unreadable = _Ranking(options.top), list[UnreadableFile]()
    with ReaderPool(
        workers=min(options.workers or 10**6, total) if options.workers or total == 1 else None,
        task=f"{__name__}:screen_file",
        setup=setup.model_dump_json().encode(),
        timeout=options.timeout,
        memory=options.memory,
        file_limit=options.file_limit,
    ) as pool:
        for done, outcome in enumerate(pool.map(_sources(files, options.file_limit)), start=1):
            if outcome.error is not None:
                unreadable.append(
                    UnreadableFile(file=outcome.name, reason=outcome.error.reason, detail=outcome.error.detail)
                )
            else:
                ranking.add(ScreenedResume.model_validate_json(outcome.value))
            if progress:
                progress(done, max(total, done))
    return ScreeningReport(
        created_at=datetime.now(UTC),
        job=job,
        job_file=job_file,
        blind=options.blind,
        resumes=ranking.ranked(),
        shown=options.top,
        unreadable=sorted(unreadable, key=lambda problem: problem.file),
        seconds=round(time.monotonic() - started, 3),
        method=METHOD,
    )


class _Ranking:
    """Keeps every result, and the text only of the best `top`, so that memory does not grow with the texts."""

    def __init__(self, top: int) -> None:
        self.top = top
        self.resumes: list[ScreenedResume] = []
        self.texts: list[tuple[float, int]] = []

    def add(self, resume: ScreenedResume) -> None:
        self.resumes.append(resume)
        heapq.heappush(self.texts, (resume.match.total, len(self.resumes) - 1))
        if len(self.texts) > self.top:
            _, dropped = heapq.heappop(self.texts)
            self.resumes[dropped].text = None

    def ranked(self) -> list[ScreenedResume]:
        ordered = sorted(self.resumes, key=lambda resume: (-resume.match.total, resume.file))
        rank, previous = 0, None
        for place, resume in enumerate(ordered, start=1):
            if resume.match.total != previous:
                rank, previous = place, resume.match.total
            resume.rank = rank
            resume.label = resume.label or f"Candidate {place}"
        return ordered
