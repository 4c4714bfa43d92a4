"""What a request did outside of its transaction, undone where the transaction does not come to its commit."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType

from fastapi import Request


@asynccontextmanager
async def undone_on_failure(request: Request, undo: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Have something undone if the block fails, or the request after it and before its transaction commits.

    A commit whose answer is lost is no such failure: it may have been carried out.

    Args:
        request: Under way, in an endpoint whose transaction is opened by a guard.
        undo: Does it; not called where all goes well.
    """
    try:
        yield
    except BaseException:
        await undo()
        raise

    async def leave(
        kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is not None:
            await undo()

    # It ends before what the guards have put there, so before the transaction does.
    stack: AsyncExitStack = request.scope["fastapi_function_astack"]
    stack.push_async_exit(leave)
