"""Averages runs, packs them as int8 and writes the model card.

`python -m training.export --runs RUN.npy … --out talentflux/ai/embeddings/model --esco FOLDER --pairs FILE`
"""

import argparse
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talentflux.ai.embeddings.static import StaticEmbedder
from training.esco import Esco, load_esco

QUANTILES = (1, 5, 25, 50, 75, 95, 99)
PAIRS = 5000
Similarities = NDArray[np.float32]


def pack(runs: Sequence[Path], out: Path, name: str) -> None:
    """Write the mean of the runs' weights as int8 with one scale per row, and the tokenizer they share.

    Raises:
        SystemExit: If the runs have different vocabularies.
    """
    tokenizers = {run.with_suffix(".json").read_text(encoding="utf-8") for run in runs}
    if len(tokenizers) != 1:
        raise SystemExit("The runs have different vocabularies and cannot be averaged.")
    table = np.mean([np.load(run) for run in runs], axis=0)
    scales = np.abs(table).max(axis=1) / 127
    scales[scales == 0] = 1
    out.mkdir(parents=True, exist_ok=True)
    np.save(out / "weights.npy", np.round(table / scales[:, None]).astype(np.int8))
    np.save(out / "scales.npy", scales.astype(np.float32))
    compact = json.dumps(json.loads(tokenizers.pop()), ensure_ascii=False, separators=(",", ":"))
    (out / "tokenizer.json").write_text(compact, encoding="utf-8")
    config = {"name": name, "dimensions": table.shape[1], "tokens": table.shape[0]}
    (out / "config.json").write_text(json.dumps(config) + "\n", encoding="utf-8")


def name_similarities(embedder: StaticEmbedder, esco: Esco) -> dict[str, Similarities]:
    """Compare names of the same concept, and of two concepts drawn at random."""
    chance = np.random.default_rng(1)
    vectors = embedder.encode(esco.names)
    several = [names for names in esco.names_of if len(names) > 1]
    drawn = [chance.choice(several[row], 2, replace=False) for row in chance.integers(len(several), size=PAIRS)]
    same, other = np.array(drawn), chance.integers(len(esco.names), size=(PAIRS, 2))
    return {
        "two names of one ESCO concept": (vectors[same[:, 0]] * vectors[same[:, 1]]).sum(axis=1),
        "names of two random ESCO concepts": (vectors[other[:, 0]] * vectors[other[:, 1]]).sum(axis=1),
    }


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if len(line.split()) > 1 or line.strip("#-* ").isalpha()]


def resume_similarities(embedder: StaticEmbedder, records: list[dict[str, Any]]) -> dict[str, Similarities]:
    """Compare jobs with resumes as a whole, and requirements with the best line of a resume."""
    jobs, resumes = (
        embedder.encode([record[key] for record in records]) for key in ("Job-Description", "Resume-matched")
    )
    best: dict[str, list[float]] = {
        "requirement, best line of the matching resume": [],
        "requirement, best line of the resume it was removed from": [],
        "requirement, best line of a random resume": [],
    }
    single: list[float] = []
    full = [embedder.encode(_lines(record["Resume-matched"])) for record in records]
    for row, record in enumerate(records):
        removed = [str(skill) for skill in record["Filtered-information"].get("Skills") or []]
        wanted = embedder.encode([*map(str, record["Skills"]), *map(str, record["Experiences"])])
        other = full[(row + 1) % len(full)]
        for lists, vectors, lines in zip(
            best.values(),
            (wanted, embedder.encode(removed), wanted),
            (full[row], embedder.encode(_lines(record["Resume-unmatched"])), other),
            strict=True,
        ):
            if len(vectors) and len(lines):
                lists.extend((vectors @ lines.T).max(axis=1).tolist())
        single.extend((wanted @ other.T).ravel().tolist())
    return {
        **{name: np.array(values, dtype=np.float32) for name, values in best.items()},
        "requirement, any one line of a random resume": np.array(single, dtype=np.float32),
        "whole job, whole matching resume": (jobs * resumes).sum(axis=1),
        "whole job, whole random resume": (jobs * np.roll(resumes, 1, axis=0)).sum(axis=1),
    }


def quantile_table(similarities: dict[str, Similarities]) -> str:
    """Return a Markdown table of cosines at the quantiles."""
    head = ["pair", *(f"{quantile} %" for quantile in QUANTILES)]
    rows = [head, ["---"] * len(head)]
    rows += [
        [name, *(f"{value:.2f}" for value in np.percentile(values, QUANTILES))] for name, values in similarities.items()
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="weights written by training.train")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--name", default="static-esco-1", help="changes whenever the weights do")
    parser.add_argument("--esco", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, required=True, help="RJDB's jobs and resumes (.jsonl.gz)")
    arguments = parser.parse_args()
    pack(arguments.runs, arguments.out, arguments.name)
    embedder = StaticEmbedder(arguments.out)
    with gzip.open(arguments.pairs, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    found = name_similarities(embedder, load_esco(arguments.esco)) | resume_similarities(embedder, records)
    card = Path(__file__).with_name("model_card.md").read_text(encoding="utf-8")
    card = card.replace("{name}", embedder.name).replace("{quantiles}", quantile_table(found))
    (arguments.out / "MODEL_CARD.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
