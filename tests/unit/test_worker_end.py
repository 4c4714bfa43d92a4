"""A worker ends though one of its tasks does not want to."""

import asyncio

import pytest

from talentflux.workers.worker import end_all


async def _patient(*, swallowed: int) -> None:
    """Wait for ever, and swallow so many cancellations."""
    for _ in range(swallowed + 1):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if not swallowed:
                raise
            swallowed -= 1
    raise asyncio.CancelledError


@pytest.mark.parametrize("swallowed", [0, 1, 2])
async def test_tasks_that_do_not_end_are_cancelled_until_they_do(swallowed: int) -> None:
    late, prompt = asyncio.create_task(_patient(swallowed=swallowed)), asyncio.create_task(asyncio.sleep(0, "done"))

    async with asyncio.timeout(20):
        await end_all({late, prompt}, 0.05)

    assert prompt.result() == "done"
    assert late.cancelled()


async def test_tasks_that_end_in_time_are_left_alone() -> None:
    task = asyncio.create_task(asyncio.sleep(0.05, "done"))

    await end_all({task}, 5.0)

    assert task.result() == "done"
