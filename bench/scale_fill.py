"""Fills a scratch database in bulk: organizations of uneven size with people, applications and what belongs to them.

Everything is made by the server from series of numbers, as the superuser, whom no policy binds, with the indexes made
afterwards. What a page of the measured organization decrypts is really encrypted, and found by real blind indexes; in
the other organizations random bytes of the same length stand for it. The statements are in `bench/scale_rows.py`.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import psycopg
from rich.progress import Progress

from bench.retrieval import make_profiles
from bench.scale_rows import FUNCTIONS, STAGING, TABLES
from talentflux.ai.embeddings import get_embedder
from talentflux.core.crypto import Keys
from talentflux.services import candidate_profile
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID

ORGANIZATIONS = 200
_TEXTS = 4_000
_SKILLS_PER_TEXT = 8
_VECTORS = 40_000
_FIRST = ("Ada", "Bruno", "Chiara", "Dmitri", "Esra", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kerstin", "Liam",
          "Maja", "Nadia", "Oskar", "Petra", "Quentin", "Rosa", "Samir", "Tove")  # fmt: skip
_LAST = ("Almeida", "Bergstrom", "Cohen", "Dubois", "Eriksen", "Fischer", "Grimaldi", "Hansen", "Ivanova",
         "Jansen", "Kowalski", "Lindqvist", "Moreau", "Novak", "Okafor", "Peeters", "Quispe", "Rossi", "Schmidt",
         "Tanaka")  # fmt: skip
_PLACES = ("Uppsala", "Porto", "Graz", "Lyon", "Gdansk", "Leeds", "Bergen", "Utrecht", "Turin", "Brno")


@dataclass(frozen=True)
class Filled:
    """What was made.

    Attributes:
        rows: Of each large table.
        seconds: That it took.
        sealed: Candidates whose profile is really encrypted.
    """

    rows: dict[str, int]
    seconds: float
    sealed: int


def sizes(candidates: int, share: float = 0.1) -> list[int]:
    """Return how many candidates each organization has: one has a share, forty a hundredth, the others ever fewer.

    Args:
        candidates: In all.
        share: Of the measured one, at most a half.
    """
    small = ORGANIZATIONS - 41
    weights = [1 / (place + 3) for place in range(small)]
    first = int(candidates * share)
    rest = candidates - first - 40 * (candidates // 100)
    shares = [int(rest * weight / sum(weights)) for weight in weights]
    shares[0] += rest - sum(shares)
    return [first, *[candidates // 100] * 40, *shares]


def person(number: int) -> dict[str, str | None]:
    """Return the personal fields of a candidate of the measured organization.

    Args:
        number: Which.
    """
    first, last = _FIRST[number % 20], _LAST[number // 20 % 20]
    return {
        "name": f"{first} {last} {number // 400:04}",
        "email": f"{number}@example.org",
        "phone": f"+4670{number:08}",
        "location": _PLACES[number // 7 % 10],
        "headline": "Made for a benchmark",
    }


def fill(admin: psycopg.Connection, keys: Keys, per_organization: Sequence[int], recruiter: str) -> Filled:
    """Fill the tables.

    Args:
        admin: A connection of the superuser.
        keys: Of the measured organization, the first one.
        per_organization: How many candidates each organization has.
        recruiter: Id of the account that is on the team of some requisitions.
    """
    began = time.monotonic()
    admin.execute("set session_replication_role = replica")  # keys are right by construction
    admin.execute("set maintenance_work_mem = '1GB'")
    admin.execute("set work_mem = '256MB'")
    given = {
        "local": str(LOCAL_ORGANIZATION_ID),
        "recruiter": recruiter,
        "span": 63_000_000 // sum(per_organization),
        "epoch": (int(time.time()) // 86_400 * 86_400 - 63_500_000) * 1000,
    }
    rows: dict[str, int] = {}
    with Progress(transient=True) as progress:
        for statement in (*FUNCTIONS, *STAGING):
            _run(admin, statement, {**given, "sizes": list(per_organization)})
        admin.execute("analyze scale_organization")
        admin.execute("analyze scale_person")
        for _ in progress.track(_seal(admin, keys), per_organization[0] // 1000, description="profiles"):
            pass
        _texts(admin)
        # Of a table that is emptied in the same transaction nothing is written to the server's log.
        with admin.transaction():
            emptied = ", ".join(table for table in TABLES if table != "organization")
            admin.execute(f"truncate {emptied} cascade".encode())
            indexes = _drop_indexes(admin)
            for table in progress.track(TABLES, description="rows"):
                rows[table] = _run(admin, TABLES[table], given)
            _vectors(admin)
            for index in progress.track(indexes, description="indexes"):
                admin.execute(index.encode())
    for name in ("organization", "person", "sealed", "token", "text", "vector"):
        admin.execute(f"drop table scale_{name}".encode())
    admin.execute("vacuum analyze")
    admin.execute("reset session_replication_role")
    return Filled(rows, time.monotonic() - began, per_organization[0])


def _run(admin: psycopg.Connection, statement: str, given: dict[str, object]) -> int:
    used = {name: value for name, value in given.items() if f"%({name})s" in statement}
    return psycopg.ClientCursor(admin).execute(statement.encode(), used).rowcount  # the server binds none in `create`


def _seal(admin: psycopg.Connection, keys: Keys) -> Iterator[int]:
    """Encrypt the people of the measured organization as the product does; yield after each thousand."""
    with admin.cursor() as cursor:
        tokens: dict[str, list[bytes]] = {}
        found: list[tuple[int, bytes]] = []
        cursor.execute("select k, id from scale_person where org = 0 order by k")
        known = cursor.fetchall()
        with cursor.copy("copy scale_sealed from stdin with (format binary)") as target:
            target.set_types(["int8", "bytea", "bytea", "bytea", "bytea"])
            for number, row_id in known:
                fields = person(number)
                made = candidate_profile.columns(keys, row_id, fields)
                target.write_row(
                    (number, *(made[name] for name in ("wrapped_key", "profile", "email_index", "phone_index")))
                )
                for part in (*str(fields["name"]).split(), f"@{fields['location']}"):
                    if part not in tokens:
                        named = {"location": part[1:]} if part.startswith("@") else {"name": part}
                        tokens[part] = candidate_profile.tokens(keys, named)
                    found += [(number, token) for token in tokens[part]]
                if number % 1000 == 999:
                    yield number
        with cursor.copy("copy scale_token from stdin with (format binary)") as target:
            target.set_types(["int8", "bytea"])
            for row in dict.fromkeys(found):
                target.write_row(row)


def _texts(admin: psycopg.Connection) -> None:
    """Keep masked texts with their skills, of which each resume gets one."""
    with admin.cursor().copy("copy scale_text from stdin") as target:
        for number, profile in enumerate(make_profiles(_TEXTS, _SKILLS_PER_TEXT, seed=1)):
            rare = " Certified for zerspanung." if number % 400 == 0 else ""
            target.write_row((number, profile.text + rare, list(dict.fromkeys(profile.skills))))


def _vectors(admin: psycopg.Connection) -> None:
    """Give the newest resumes vectors: each that of its text, moved a little, for no two are the same."""
    embedder = get_embedder()
    rows = admin.execute("select text from scale_text order by n").fetchall()
    vectors = embedder.encode([row[0] for row in rows])
    numbers = admin.execute(
        "select n, k %% %s from scale_person where k %% 10 < 3 order by org <> 0, n desc limit %s", [_TEXTS, _VECTORS]
    ).fetchall()
    chance = np.random.default_rng(1)
    with admin.cursor().copy("copy scale_vector from stdin") as target:
        for batch in _batches(numbers, 1000):
            chosen = vectors[[text for _, text in batch]]
            moved = chosen + chance.normal(scale=0.02, size=chosen.shape)
            moved /= np.linalg.norm(moved, axis=1, keepdims=True)
            for (number, _), vector in zip(batch, moved, strict=True):
                target.write_row((number, "[" + ",".join(f"{x:.4f}" for x in vector) + "]"))
    admin.execute(
        "update resume r set embedding = v.vector::halfvec, embedder = %s "
        "from scale_vector v join scale_person p using (n) where r.id = pg_temp.scale_id(6, p.n, p.ms)",
        [embedder.name],
    )


def _batches(rows: Sequence[tuple[int, int]], size: int) -> Iterator[list[tuple[int, int]]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, size)):
        yield batch


def _drop_indexes(admin: psycopg.Connection) -> list[str]:
    """Drop the indexes of the tables that are filled, but for those that keys need; return what makes them again."""
    keys = admin.execute(
        "select format('alter table %%I drop constraint %%I', t.relname, c.conname), "
        "format('alter table %%I add constraint %%I %%s', t.relname, c.conname, pg_get_constraintdef(c.oid)) "
        "from pg_constraint c join pg_class t on t.oid = c.conrelid "
        "where c.contype in ('p', 'u') and t.relname = any(%s) "
        "and not exists (select from pg_constraint f where f.contype = 'f' and f.conindid = c.conindid)",
        [list(TABLES)],
    ).fetchall()
    found = admin.execute(
        "select format('drop index %%I', indexname), indexdef from pg_indexes "
        "where schemaname = 'public' and tablename = any(%s) and indexname not in (select conname from pg_constraint)",
        [list(TABLES)],
    ).fetchall()
    for drop, _ in (*keys, *found):
        admin.execute(drop.encode())
    return [definition for _, definition in (*keys, *found)]
