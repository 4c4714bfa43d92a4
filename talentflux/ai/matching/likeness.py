"""Likeness in meaning between requirements and the windows of resumes, computed for a batch at once."""

from collections.abc import Sequence

import numpy as np

from talentflux.ai.embeddings import Embedder, Vectors
from talentflux.ai.matching.judge_skill import Likeness
from talentflux.ai.matching.masking import MASK
from talentflux.ai.matching.view import ResumeView
from talentflux.schemas.features import ResumeFeatures
from talentflux.schemas.requirement import Requirement, RequirementKind

_KINDS = {RequirementKind.SKILL, RequirementKind.OTHER, RequirementKind.CERTIFICATE}


class JobPhrases:
    """The phrases of a job that are compared in meaning.

    Attributes:
        numbers: For each phrase, the number of its requirement.
        vectors: One row per phrase.
    """

    def __init__(self, requirements: Sequence[Requirement], embedder: Embedder) -> None:
        chosen = [(n, _phrase(r)) for n, r in enumerate(requirements) if r.kind in _KINDS]
        self.numbers = [number for number, _ in chosen]
        self.vectors = embedder.encode([phrase for _, phrase in chosen]) if chosen else None


def _phrase(requirement: Requirement) -> str:
    """Return the words of a requirement without the words of asking."""
    return requirement.terms[0] if requirement.terms else requirement.text


def window_texts(features: ResumeFeatures) -> list[str]:
    """Return what is embedded of a resume: its windows without a trace of what is masked.

    Args:
        features: The resume.

    Returns:
        One text per window.
    """
    text = features.text
    return [
        " ".join(text[window.span.start : window.span.end].replace(MASK, " ").split()) for window in features.windows
    ]


def compare(views: Sequence[ResumeView], phrases: JobPhrases, embedder: Embedder) -> list[dict[int, Likeness]]:
    """Find for each resume and each phrase the window most like it.

    Args:
        views: The resumes.
        phrases: The job's phrases.
        embedder: Makes the vectors.

    Returns:
        For each resume the best window by number of requirement; empty where there is nothing to compare.
    """
    if phrases.vectors is None:
        return [{} for _ in views]
    texts = [window_texts(view.features) for view in views]
    vectors = embedder.encode([text for resume in texts for text in resume])
    found: list[dict[int, Likeness]] = []
    position = 0
    for view, resume in zip(views, texts, strict=True):
        found.append(_best(phrases, phrases.vectors, vectors[position : position + len(resume)], view))
        position += len(resume)
    return found


def _best(phrases: JobPhrases, wanted: Vectors, windows: Vectors, view: ResumeView) -> dict[int, Likeness]:
    """Return the best window for each requirement."""
    if not len(windows):
        return {}
    # Rounded, so that the order of additions in another batch cannot turn a verdict.
    products = np.round(wanted @ windows.T, 4)
    best = products.argmax(axis=1)
    fresh = products[:, _fresh(view)].max(axis=1, initial=0.0)
    return {
        number: Likeness(int(window), float(products[row, window]), float(fresh[row]))
        for row, (number, window) in enumerate(zip(phrases.numbers, best, strict=True))
    }


def _fresh(view: ResumeView) -> list[int]:
    """Return the windows that say a word for the first time: saying a thing again must not raise a total."""
    seen: set[str] = set()
    fresh = []
    for number, words in enumerate(view.words):
        if not seen.issuperset(words):
            fresh.append(number)
            seen.update(words)
    return fresh
