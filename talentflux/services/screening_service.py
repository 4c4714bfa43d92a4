"""Screening without a store: a job, a pile of files, a ranked report. The work is spread over child processes."""

import glob
import heapq
import os
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Self

from talentflux.ai.analysis import analyse
from talentflux.ai.documents import ReaderPool, expand_archive, read_document
from talentflux.ai.embeddings import Embedder, get_embedder
from talentflux.ai.matching.requirement_file import load_requirements
from talentflux.ai.matching.requirements import read_job
from talentflux.ai.matching.scoring import Scorer
from talentflux.ai.taxonomy import SkillMatcher, load_lexicon
from talentflux.core.config import Settings
from talentflux.core.errors import InvalidInputError, UnreadableFileError
from talentflux.schemas.analysis import AnalysedResume
from talentflux.schemas.base import Schema
from talentflux.schemas.requirement import JobDescription
from talentflux.schemas.screening import ScreenedResume, ScreeningReport, UnreadableFile
from talentflux.utils.cores import core_count

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
        api_key: Key of an embedding endpoint, if the embedder is one.
        base_url: Its address, if it is not the default one.
        overlay: File of an imported taxonomy, if any.
        timeout: Seconds that one file may take.
        memory: Bytes that one file may take.
    """

    top: int = 10
    blind: bool = False
    workers: int | None = None
    embedder: str | None = "static"
    api_key: str | None = None
    base_url: str | None = None
    overlay: Path | None = None
    timeout: float = 10.0
    memory: int = 512 * 2**20

    @classmethod
    def of(cls, settings: Settings, *, top: int, blind: bool, workers: int | None) -> Self:
        """Return what was asked for, with what the settings say of embedder and limits."""
        key = settings.openai_api_key
        return cls(
            top=top,
            blind=blind,
            workers=workers,
            embedder=settings.embedder,
            api_key=key.get_secret_value() if key else None,
            base_url=settings.openai_base_url,
            overlay=settings.taxonomy_overlay,
            timeout=settings.parser_timeout_seconds,
            memory=settings.parser_memory_mib * 2**20,
        )


class _ChildOptions(Schema):
    """What a child process needs to know to load its models."""

    embedder: str | None
    blind: bool
    overlay: Path | None


_FOLDER_VARIABLE = "TALENTFLUX_SCREENING_FOLDER"
_OPTIONS, _JOB = "options.json", "job.json"
# Children may not open sockets; with an embedder behind an address they analyse and the parent scores.
_REMOTE = "openai:"


class _Screener:
    """Scores analysed resumes with models made once per process."""

    def __init__(self, options: _ChildOptions, embedder: Embedder | None) -> None:
        self.options = options
        self._scorer = Scorer(load_lexicon(options.overlay), embedder)

    def score(self, job: JobDescription, analysed: AnalysedResume) -> ScreenedResume:
        parsed, blind = analysed.parsed, self.options.blind
        return ScreenedResume(
            file=f"sha256:{analysed.document.sha256[:12]}" if blind else analysed.document.name,
            label="" if blind or parsed.name is None else parsed.name.value,
            headline=parsed.headline.value if parsed.headline and not blind else None,
            language=parsed.language,
            total_years=parsed.total_years,
            match=self._scorer.match(job, analysed.features),
            text=analysed.masked_text if blind else analysed.document.text,
        )


@lru_cache(maxsize=1)
def _screener() -> _Screener:
    options = _ChildOptions.model_validate_json(Path(os.environ[_FOLDER_VARIABLE], _OPTIONS).read_bytes())
    return _Screener(options, get_embedder(options.embedder) if options.embedder else None)


@lru_cache(maxsize=1)
def _job() -> JobDescription:
    return JobDescription.model_validate_json(Path(os.environ[_FOLDER_VARIABLE], _JOB).read_bytes())


def warm_up() -> None:
    """Load the models in a child process, before its memory is limited; called by the pool."""
    if _FOLDER_VARIABLE in os.environ:
        _screener()


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
    screener = _screener()
    analysed = analyse(data, name, overlay=screener.options.overlay)
    return screener.score(_job(), analysed).model_dump_json().encode()


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
    if path.exists() and not path.is_file() and not path.is_dir():
        raise UnreadableFileError("unknown_type", f"{path}: no regular file, so it may never end. Save it as a file.")
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
        InvalidInputError: A pattern names nothing, or a folder cannot be opened.
    """
    files: dict[Path, None] = {}
    for pattern in patterns:
        # Path.glob refuses absolute patterns, which people do type
        matching = [pattern] if Path(pattern).exists() else sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - see above
        found = [Path(path) for path in matching]
        if not found:
            raise InvalidInputError(f"{pattern}: no such file or folder. Check the path, or quote the pattern.")
        for path in found:
            files.update(dict.fromkeys(sorted(_inside(path)) if path.is_dir() else [path]))
    kept = [path for path in files if leave_out is None or path.resolve() != leave_out.resolve()]
    if not kept:
        raise InvalidInputError(
            "No file to screen: the folders given are empty. Put resumes there, or name other ones."
        )
    return kept


def _inside(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, hidden ones left out; a folder that cannot be opened is an error, not silence."""

    def refuse(error: OSError) -> None:
        raise InvalidInputError(f"{error.filename}: {error.strerror}. Mend its permissions, or name other folders.")

    for base, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = (Path(base, name) for name in names if not name.startswith("."))
        yield from (path for path in paths if path.is_file())


def _sources(files: Iterable[Path], unreadable: list[UnreadableFile]) -> Iterator[tuple[str, bytes | Path]]:
    """Yield name and content (or path) of every file; what cannot be taken out of an archive goes to `unreadable`."""
    for path in files:
        if path.suffix.lower() != ".zip":
            yield _shown(path), path
            continue
        try:
            for entry in expand_archive(path, path.name):
                name = _shown(f"{path.name}/{entry.name}")
                if entry.error is None:
                    yield name, entry.data
                else:
                    unreadable.append(_problem(name, entry.error))
        except UnreadableFileError as error:
            unreadable.append(_problem(_shown(path), error))


def _shown(name: Path | str) -> str:
    """Return a file's name without what would steer a terminal, turn text around or cannot be written as UTF-8."""
    return "".join(character if character.isprintable() else "�" for character in str(name))


def _problem(file: str, error: UnreadableFileError) -> UnreadableFile:
    return UnreadableFile(file=file, reason=error.reason, detail=error.detail)


def _count(files: Iterable[Path]) -> int:
    """Return how many files there are, those in archives included, for the progress bar."""
    total = 0
    for path in files:
        try:
            with zipfile.ZipFile(path) if path.suffix.lower() == ".zip" else nullcontext() as archive:
                total += len(archive.infolist()) if archive else 1
        except (OSError, zipfile.BadZipFile):
            total += 1
    return total


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
    with Screening(files, options) as screening:
        return screening.run(job, job_file, progress)


class Screening:
    """A pile of files whose children load their models while the caller still reads the job.

    Args:
        files: Files and archives, see `collect_files`.
        options: How to screen.
    """

    def __init__(self, files: list[Path], options: ScreeningOptions) -> None:
        self._files, self._options, self._total = files, options, _count(files)
        self._remote = options.embedder is not None and options.embedder.startswith(_REMOTE)
        self._child_options = _ChildOptions(
            embedder=None if self._remote else options.embedder, blind=options.blind, overlay=options.overlay
        )

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="talentflux-")))
            (self._folder / _OPTIONS).write_text(self._child_options.model_dump_json(), encoding="utf-8")
            pool = ReaderPool(
                workers=min(self._options.workers or core_count(), max(self._total, 1)),
                task="talentflux.ai.analysis:analyse_file" if self._remote else f"{__name__}:screen_file",
                timeout=self._options.timeout,
                memory=self._options.memory,
                environment={_FOLDER_VARIABLE: str(self._folder)},
            )
            self._pool = stack.enter_context(pool)
            pool.start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, job: JobDescription, job_file: str, progress: Progress | None = None) -> ScreeningReport:
        """Read and score the files, once.

        Args:
            job: The job with its requirements.
            job_file: Its file name, for the report.
            progress: Told after each file.

        Returns:
            The ranked report.
        """
        started = time.monotonic()
        (self._folder / _JOB).write_text(job.model_dump_json(), encoding="utf-8")
        read = self._score_here(job) if self._remote else ScreenedResume.model_validate_json
        ranking, unreadable = _Ranking(self._options.top), list[UnreadableFile]()
        for outcome in self._pool.map(_sources(self._files, unreadable)):
            if outcome.error is not None:
                unreadable.append(_problem(outcome.name, outcome.error))
            elif outcome.value is not None:
                ranking.add(read(outcome.value))
            if progress:
                done = len(ranking.resumes) + len(unreadable)
                progress(done, max(self._total, done))
        return ScreeningReport(
            created_at=datetime.now(UTC),
            job=job,
            job_file=_shown(job_file),
            blind=self._options.blind,
            resumes=ranking.ranked(),
            ranked=len(ranking.resumes),
            shown=self._options.top,
            unreadable=sorted(unreadable, key=lambda problem: problem.file),
            seconds=round(time.monotonic() - started, 3),
            method=METHOD,
        )

    def _score_here(self, job: JobDescription) -> Callable[[bytes], ScreenedResume]:
        """Return what turns a child's analysis into a scored resume in this process, over an embedding endpoint."""
        options = self._options
        embedder = get_embedder(options.embedder or "", api_key=options.api_key, base_url=options.base_url)
        screener = _Screener(self._child_options, embedder)
        return lambda value: screener.score(job, AnalysedResume.model_validate_json(value))


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
