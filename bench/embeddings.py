"""Quality and speed of the embedder: titles, skills in sentences, resumes. Run: python -m bench.embeddings."""

import csv
import gzip
import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.figures import Figure, data_folder, print_figures
from bench.screening import TRAINING_PYTHON, minilm_seconds
from talentflux.ai.embeddings import Embedder, get_embedder
from talentflux.ai.embeddings.linking import LabelIndex
from talentflux.ai.embeddings.static import StaticEmbedder
from talentflux.ai.embeddings.titles import TitleIndex

NOT_GOLD = {"LABEL NOT PRESENT", "UNDERSPECIFIED", ""}
RESUME_WORDS = 700

Rows = list[list[str]]


def _table(path: Path) -> Rows:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as packed:
            return [line.rstrip("\n").split("\t") for line in packed]
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]


def _records(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as packed:
        return [json.loads(line) for line in packed]


def average_precision(scores: NDArray[np.float32], relevant: NDArray[np.bool_]) -> float:
    """Return the mean of the precision at each relevant item, over the whole ranking."""
    hits = relevant[np.argsort(-scores, kind="stable")]
    ranks = np.flatnonzero(hits) + 1
    return float((np.arange(1, len(ranks) + 1) / ranks).mean()) if len(ranks) else 0.0


def mean_average_precision(queries: Rows, corpus: Rows, judged: Rows, embedder: Embedder) -> float:
    """Rank the whole corpus for each query that has judgements, a corpus entry equal to the query included."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for query, _, entry, relevance in judged:
        if int(relevance) > 0:
            wanted[query].add(entry)
    queries = [row for row in queries if row[0] in wanted]
    scores = TitleIndex([row[1] for row in corpus], embedder).scores([row[1] for row in queries])
    identifiers = np.array([row[0] for row in corpus])
    return float(
        np.mean(
            [
                average_precision(scores[i], np.isin(identifiers, list(wanted[query])))
                for i, (query, _) in enumerate(queries)
            ]
        )
    )


def title_figures(data: Path, embedder: Embedder) -> list[Figure]:
    """Rank job titles: TalentCLEF in three languages, O*NET titles to ESCO surface forms."""
    figures = []
    for language, floor in (("en", 0.55), ("de", None), ("es", None)):
        folder = data / "titles_talentclef25"
        queries, corpus = (_table(folder / f"{language}_{kind}.tsv")[1:] for kind in ("queries.dev", "corpus"))
        value = mean_average_precision(queries, corpus, _table(folder / f"{language}_qrels.dev.tsv"), embedder)
        figures.append(Figure(f"titles, TalentCLEF25 {language}, MAP", value, floor))
    queries, corpus, judged = (
        _table(data / "titles_melo_usa" / f"{name}.tsv.gz") for name in ("queries", "corpus_elements", "annotations")
    )
    value = mean_average_precision(queries, corpus, judged, embedder)
    return [*figures, Figure("titles to ESCO, MELO US, MAP", value, 0.44)]


def skill_figures(data: Path, embedder: Embedder) -> list[Figure]:
    """Rank ESCO's skills for sentences: hits among the first five over the number possible (RP@5)."""
    skills = _records(data / "esco" / "skills.jsonl.gz")
    index = LabelIndex([(skill["label"], [skill["label"], *skill["alt"]]) for skill in skills], embedder)
    figures = []
    for name, floor in (("tech", 0.58), ("house", 0.50)):
        gold: dict[str, set[str]] = defaultdict(set)
        path = data / "skills_esco_sentences" / f"{name}_validation.csv"
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["label"].strip() not in NOT_GOLD:
                    gold[row["sentence"]].add(row["label"].strip())
        found = [
            len({entry.key for entry in index.rank(sentence, 5)} & labels) / min(5, len(labels))
            for sentence, labels in gold.items()
        ]
        figures.append(Figure(f"sentence to ESCO skill, {name}, RP@5", float(np.mean(found)), floor))
    return figures


def resume_figures(data: Path, embedder: Embedder) -> list[Figure]:
    """Tell a matching resume from a degraded one by the embedder alone; matching proper is measured elsewhere."""
    records = _records(data / "jobs_resumes_rjdb" / "dev.jsonl.gz")
    job, matched, degraded = (
        embedder.encode([record[key] for record in records])
        for key in ("Job-Description", "Resume-matched", "Resume-unmatched")
    )
    value = ((job * matched).sum(axis=1) > (job * degraded).sum(axis=1)).mean()
    return [Figure("job to resume, RJDB, pair accuracy of the plain embedder", float(value), None)]


def speed_figures(data: Path, embedder: Embedder) -> list[Figure]:
    """Time resumes of 700 words and job titles; beside MiniLM where the training environment is installed."""
    records = _records(data / "jobs_resumes_rjdb" / "dev.jsonl.gz")
    words = [word for record in records for word in record["Resume-matched"].split(" ")]
    resumes = [" ".join(words[i : i + RESUME_WORDS]) for i in range(0, len(words) - RESUME_WORDS, RESUME_WORDS)]
    titles = [row[1] for row in _table(data / "titles_talentclef25" / "en_corpus.tsv")[1:]]
    started = time.perf_counter()
    StaticEmbedder()
    loading = time.perf_counter() - started
    figures = [Figure("static model, loading", 1000 * loading, 150.0, higher_is_better=False, unit=" ms")]
    per_resume = _seconds_per_text(embedder, resumes)
    figures.append(
        Figure(
            f"static model, resume of {RESUME_WORDS} words", 1000 * per_resume, 1.0, higher_is_better=False, unit=" ms"
        )
    )
    figures.append(Figure("static model, job titles", 1 / _seconds_per_text(embedder, titles), None, unit="/s"))
    if TRAINING_PYTHON.is_file():
        sample = resumes[:64]
        figures.append(
            Figure(
                "  times faster than MiniLM in PyTorch",
                minilm_seconds(sample) / len(sample) / per_resume,
                None,
                unit="×",
            )
        )
    return figures


def _seconds_per_text(embedder: Embedder, texts: list[str], repetitions: int = 5) -> float:
    """Return the best of several runs, which others on the machine disturb least; words are learned before."""
    embedder.encode(texts)
    times = []
    for _ in range(repetitions):
        started = time.perf_counter()
        embedder.encode(texts)
        times.append(time.perf_counter() - started)
    return min(times) / len(texts)


def run() -> list[Figure]:
    """Measure everything on the static embedder."""
    data, embedder = data_folder(), get_embedder()
    return [
        figure
        for part in (title_figures, skill_figures, resume_figures, speed_figures)
        for figure in part(data, embedder)
    ]


if __name__ == "__main__":
    print_figures(run())
