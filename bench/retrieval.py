"""Retrieval among 100,000 stored resumes of one organization, against numpy's brute force over the same vectors.

The resumes are made up here: a trade's skills from the lexicon with some of other trades, in the words of a short
text; their vectors are the product's own. They are loaded by COPY into a scratch database with the product's tables,
policies and indexes, and found by the product's own function as the application's role.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray

from bench.figures import Figure, print_figures
from talentflux.ai.embeddings import get_embedder
from talentflux.ai.taxonomy import load_lexicon
from talentflux.core.database import Database, Scope
from talentflux.db import migrate
from talentflux.db.bootstrap import ADMIN_ROLE
from talentflux.db.embedded import EmbeddedConnection, EmbeddedPostgres
from talentflux.repositories.retrieval_repository import RetrievalQuery
from talentflux.services import match_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID

RESUMES = 100_000
QUERIES = 40
LIMIT = 100
TIMES_BRUTE_FORCE = 4.0
_SKILLS_PER_RESUME = 14
_SKILLS_PER_JOB = 8
_TRADES = 60
_BATCH = 5_000


@dataclass(frozen=True)
class _Profile:
    """A made-up resume or job: skills and the text that names them."""

    skills: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class _Job:
    """A query with its vector in full precision."""

    query: RetrievalQuery
    vector: NDArray[np.float32]


def make_profiles(count: int, size: int, seed: int) -> Iterator[_Profile]:
    """Yield profiles: most skills from one trade (neighbours in the lexicon), popular ones more often."""
    chance = random.Random(seed)
    skills = list(load_lexicon().skills.values())
    width = len(skills) // _TRADES
    popular = [1 / (1 + place) for place in range(width)]
    for number in range(count):
        start = chance.randrange(_TRADES) * width
        chosen = {skill.id: skill for skill in chance.choices(skills[start : start + width], popular, k=size)}
        chosen |= {skill.id: skill for skill in chance.choices(skills, k=size // 4)}
        names = [skill.name for skill in chosen.values()]
        years = chance.randrange(1, 30)
        text = f"{names[0]} specialist, {years} years. Responsible for {', '.join(names[1:])}. Reference {number}."
        yield _Profile(tuple(chosen), text)


def _load(
    connection: psycopg.Connection, profiles: Sequence[_Profile], vectors: NDArray[np.float32], name: str
) -> None:
    """Fill the tables by COPY, and make the vectors' index afterwards, as any bulk load does."""
    organization = str(LOCAL_ORGANIZATION_ID)
    row = connection.execute("select indexdef from pg_indexes where indexname = 'resume_embedding_idx'").fetchone()
    assert row is not None
    connection.execute("drop index resume_embedding_idx")
    connection.execute("set maintenance_work_mem = '1GB'")
    connection.execute("set session_replication_role = replica")  # keys are right by construction

    def copy(columns: str, values: Callable[[int], Sequence[Sequence[object]]]) -> None:
        with connection.cursor().copy(f"copy {columns} from stdin") as target:
            for number in range(len(profiles)):
                for line in values(number):
                    target.write_row(line)

    copy("file (id, organization_id, name, media_type, size, sha256, key)",
         lambda n: [(_id(1, n), organization, f"{n}.txt", "text/plain", 1, str(n), str(n))])  # fmt: skip
    copy("candidate (id, organization_id, name)", lambda n: [(_id(2, n), organization, f"Candidate {n}")])
    copy("resume (id, organization_id, file_id, candidate_id, sha256, status, skill_ids, features, masked_text, "
         "embedding, embedder)",
         lambda n: [(_id(3, n), organization, _id(1, n), _id(2, n), str(n), "parsed", list(profiles[n].skills), "{}",
                     profiles[n].text, "[" + ",".join(f"{x:.4f}" for x in vectors[n]) + "]", name)])  # fmt: skip
    copy("resume_skill (organization_id, skill_id, resume_id)",
         lambda n: [(organization, skill, _id(3, n)) for skill in profiles[n].skills])  # fmt: skip
    connection.execute(row[0])
    connection.execute("vacuum analyze")


def _id(kind: int, number: int) -> str:
    return str(UUID(int=(kind << 64) + number))


def _brute_force(vectors: NDArray[np.float32], query: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the nearest, best first: what retrieval by vector costs at least."""
    similarity = vectors @ query
    nearest = np.argpartition(-similarity, LIMIT)[:LIMIT]
    ordered: NDArray[np.int64] = nearest[np.argsort(-similarity[nearest])]
    return ordered


async def _measure(
    connection: EmbeddedConnection, vectors: NDArray[np.float32], jobs: Sequence[_Job]
) -> tuple[list[float], list[float], float]:
    """Return seconds of the product, seconds of brute force, and the recall of the search by vector alone."""
    product, floor, recalls = [], [], []
    async with Database(connection.app_url, pool_size=2) as database:
        for turn in range(2):  # the first turn fills the caches of both
            for job in jobs:
                began = time.perf_counter()
                nearest = _brute_force(vectors, job.vector)
                middle = time.perf_counter()
                async with database.read_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
                    await match_service.retrieve(session, job.query, LIMIT)
                ended = time.perf_counter()
                if turn:
                    floor.append(middle - began)
                    product.append(ended - middle)
                    recalls.append(await _recall(database, job, set(nearest.tolist())))
    return product, floor, statistics.fmean(recalls)


async def _recall(database: Database, job: _Job, nearest: set[int]) -> float:
    """Return the share of the exact nearest that a search by vector alone finds."""
    alone = RetrievalQuery(vector=job.query.vector, embedder=job.query.embedder, skill_ids=(), words="")
    async with database.read_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        found = await match_service.retrieve(session, alone, LIMIT)
    return len({identifier.int & (2**64 - 1) for identifier in found} & nearest) / len(nearest)


def run(resumes: int = RESUMES) -> list[Figure]:
    """Load, measure and return the figures.

    Args:
        resumes: How many are stored.
    """
    embedder = get_embedder()
    profiles = list(make_profiles(resumes, _SKILLS_PER_RESUME, seed=1))
    texts = [profile.text for profile in profiles]
    vectors = np.concatenate([embedder.encode(texts[at : at + _BATCH]) for at in range(0, resumes, _BATCH)])
    jobs = [
        _Job(RetrievalQuery(vector=vector, embedder=embedder.name, skill_ids=job.skills, words=""), vector)
        for job in make_profiles(QUERIES, _SKILLS_PER_JOB, seed=2)
        for vector in embedder.encode([job.text])
    ]
    with tempfile.TemporaryDirectory(prefix="talentflux-bench-") as name:
        folder = Path(name)
        with EmbeddedPostgres(folder / "postgres", fsync=False) as connection:
            migrate.upgrade(connection.owner_url)
            with psycopg.connect(connection.url(ADMIN_ROLE), autocommit=True) as admin:
                _load(admin, profiles, vectors, embedder.name)
            seconds, brute, recall = asyncio.run(_measure(connection, vectors, jobs))
    product, floor = statistics.median(seconds), statistics.median(brute)
    return [
        Figure(f"retrieval among {resumes:,} resumes, by words and vectors", product * 1e3, None, unit=" ms"),
        Figure("numpy's brute force over the same vectors", floor * 1e3, None, unit=" ms"),
        Figure("retrieval, times brute force", product / floor, TIMES_BRUTE_FORCE, higher_is_better=False, unit="×"),
        Figure(f"recall@{LIMIT} of the search by vector against exact order", recall, 0.95),
    ]


if __name__ == "__main__":
    print_figures(run())
