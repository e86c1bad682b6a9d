"""What is settled and not yet taken, in order and in bounds: a consumer may be busy with a crawl for an hour.

Past the bound single events become a doubt about their roots. Nothing else is ever lost here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from mosaicfs_disk.watching.events import Doubt, Event, Moved, RootGone

MOST = 50_000


class Outbox:
    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._events: deque[Event] = deque()
        self._waiting: set[tuple[type, bytes]] = set()

    def __len__(self) -> int:
        return len(self._events)

    def put(self, events: Iterable[Event], roots: Sequence[bytes]) -> None:
        """An event that waits already is not put twice, unless something has moved since."""
        for event in events:
            if isinstance(event, Moved):
                self._waiting.clear()
            else:
                key = (type(event), event.path)
                if key in self._waiting:
                    continue
                self._waiting.add(key)
            self._events.append(event)
        if len(self._events) > self._most:
            self._give_up(roots)

    def take(self) -> Event | None:
        """The next; None when there is none. It may be put again from now on."""
        if not self._events:
            return None
        event = self._events.popleft()
        if not isinstance(event, Moved):
            self._waiting.discard((type(event), event.path))
        return event

    def drop(self, root: bytes) -> None:
        """Nothing of this root is wanted any more."""
        self._keep([event for event in self._events if not lies_in(_path(event), root)])

    def _give_up(self, roots: Sequence[bytes]) -> None:
        kept: list[Event] = [event for event in self._events if isinstance(event, RootGone)]
        dropped = [_path(event) for event in self._events if not isinstance(event, RootGone)]
        lost = {root for path in dropped for root in roots if lies_in(path, root)}
        self._keep(kept + [Doubt(root) for root in sorted(lost)])

    def _keep(self, events: list[Event]) -> None:
        self._events = deque(events)
        self._waiting = {(type(event), event.path) for event in events if not isinstance(event, Moved)}


def _path(event: Event) -> bytes:
    return event.new if isinstance(event, Moved) else event.path


def lies_in(path: bytes, folder: bytes) -> bool:
    """Also when it is the folder itself."""
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")
