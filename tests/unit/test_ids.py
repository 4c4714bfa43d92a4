"""Ids: of the form of RFC 9562, rising, never twice, and no further than the clock."""

import os
import time
from datetime import UTC, datetime
from uuid import RFC_4122, UUID

from talentflux.utils.ids import id_of_time, new_id

COUNT = 20_000


def _milliseconds(made: UUID) -> int:
    return made.int >> 80


def test_ids_are_uuids_of_the_seventh_version() -> None:
    for made in (new_id(), id_of_time(datetime(2024, 5, 1, tzinfo=UTC))):
        assert made.version == 7
        assert made.variant == RFC_4122


def test_ids_rise_however_many_are_made_at_once() -> None:
    made = [new_id() for _ in range(COUNT)]

    assert made == sorted(set(made))


def test_many_ids_do_not_run_ahead_of_the_clock() -> None:
    before = time.time_ns() // 1_000_000
    made = [new_id() for _ in range(COUNT)]
    after = time.time_ns() // 1_000_000

    assert before <= _milliseconds(made[0])
    assert _milliseconds(made[-1]) <= after + COUNT // 4096 + 1


def test_an_id_of_a_time_sorts_among_those_of_that_time() -> None:
    moments = [datetime(2024, 5, 1, hour, tzinfo=UTC) for hour in range(24)]
    made = [id_of_time(moment) for moment in moments]

    assert made == sorted(made)
    assert [_milliseconds(each) / 1000 for each in made] == [moment.timestamp() for moment in moments]
    assert made[-1] < new_id()


def test_a_forked_process_makes_other_ids_than_its_parent() -> None:
    new_id()
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover -- in the other process
        os.write(theirs, new_id().bytes)
        os._exit(0)
    os.waitpid(child, 0)
    low = (1 << 62) - 1

    assert UUID(bytes=os.read(ours, 16)).int & low != new_id().int & low
