"""Keeping a task of the agent up: one that dies is started again by the retry rule, and the others never notice.

Until it has stood for a while again, the part of the node that it works for counts as degraded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
import trio

from mosaicfs.errors import TryLaterError
from mosaicfs.model.retry import LONGEST_S, wait_after
from mosaicfs.model.standing import Standing

_log = structlog.get_logger(component="agent")


async def keep_up(part: str, work: Callable[[], Awaitable[None]], standing: Standing) -> None:
    """Until `work` ends well or all is cancelled."""
    failures = 0
    while True:
        began = trio.current_time()
        try:
            await _work(part, work, standing, is_again=failures > 0)
        except Exception as error:  # noqa: BLE001 - whatever a part stumbles over, the others go on
            failures = 1 if trio.current_time() - began > LONGEST_S else failures + 1
            if isinstance(_cause(error), TryLaterError):
                _log.warning("a task of the agent waits", part=part, attempt=failures, cause=str(_cause(error)))
            else:
                _log.exception("a task of the agent died", part=part, attempt=failures)
            message = f"It stopped and is started again: {_cause(error)}"
            standing.trouble(part, "error", message)
            standing.tell(part, "degraded", message)
        else:
            return
        await trio.sleep(wait_after(failures))


async def _work(part: str, work: Callable[[], Awaitable[None]], standing: Standing, *, is_again: bool) -> None:
    async with trio.open_nursery() as nursery:
        if is_again:
            nursery.start_soon(_well_again, part, standing)
        await work()
        nursery.cancel_scope.cancel()


async def _well_again(part: str, standing: Standing) -> None:
    await trio.sleep(LONGEST_S)
    standing.tell(part, "healthy")


def _cause(error: Exception) -> Exception:
    """A nursery wraps what was raised; one error in many wrappings is still that error."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
