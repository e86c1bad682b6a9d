"""Work that the control plane asks of an agent, as whoever does such work meets it.

The entries are in the document of the node (`model.node`), what became of them travels in the heartbeat. When each is
begun, and that it is begun only once, is the matter of `services/requests`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias, runtime_checkable

from mosaicfs.model.json import JsonObject

TellProgress: TypeAlias = Callable[[JsonObject], None]
"""Never blocks and never raises. The members are those of a job: `phase`, `counts`, `bytes`, `current`."""

Work: TypeAlias = Callable[[JsonObject, TellProgress], Awaitable[JsonObject]]
"""Is given the `args` of the request and answers its result. A `MosaicError` is told to who asked.

A list of texts under `errors` tells what failed while the rest was done; it is no part of the result.
"""


@runtime_checkable
class TakesRequests(Protocol):
    """A kernel to which requests may come: that of the duty `agent`."""

    def answer_requests(self, kind: str, work: Work) -> None:
        """From now on `work` does what is asked under `kind`, in place of who did it before."""
