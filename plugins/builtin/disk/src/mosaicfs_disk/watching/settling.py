"""From raw observations to events that are worth a look: waiting for quiet, pairing renames, leaving out detours.

A plain state machine: observations with their times go in, settled events come out, and it says when it wants to be
asked again. It never looks at the disk, and promises this: whoever applies its events in order, looking at each path as
it is asked to, ends with what is there.

How: what is to be said of a path hangs in a tree (`pending`). A folder's rename is said at once and takes along what
waits below it. A file's rename waits for the debounce time, because an editor that fills the old path again has only
made a backup. Below a folder that is to be looked through nothing else needs to be kept.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count

from mosaicfs_disk.watching.events import Event, Gone, Moved, NewFolder, Touched
from mosaicfs_disk.watching.pending import Entry, Move, Node, What
from mosaicfs_disk.watching.raw import Raw

LONGEST_S = 5.0
PACED = 20_000


class Settling:
    """Times are seconds of any clock that does not go back."""

    def __init__(
        self, *, debounce_s: float, rename_window_s: float, min_interval_s: float, longest_s: float = LONGEST_S
    ) -> None:
        self._debounce_s = debounce_s
        self._window_s = rename_window_s
        self._interval_s = min_interval_s
        self._longest_s = longest_s
        self._top = Node(b"", None)
        self._ready: list[Event] = []
        self._flights: dict[int, Move] = {}
        self._heap: list[tuple[float, int, Node | int]] = []
        self._turn = count()
        self._paced: dict[bytes, float] = {}
        self._entries = 0
        self._hollow: list[Node] = []

    def __len__(self) -> int:
        """How much is kept in mind: paths that wait, and moves of which only one half was seen."""
        return self._entries + len(self._flights)

    def take(self, raw: Raw, now: float) -> None:
        match raw.verb:
            case "written":
                self._touch(raw.path, now, fresh=False)
            case "made":
                self._made(raw, now)
            case "dropped":
                self._drop(raw, now)
            case "left":
                self._leave(raw, now)
            case "arrived":
                self._arrive(raw, now)
            case "look":
                self._new_folder(raw.path, now, fresh=False)
        self._sweep()

    def deadline(self) -> float | None:
        """When `settled` has something to give out, or to give up; None: not before the next observation."""
        if self._ready:
            return float("-inf")
        return self._heap[0][0] if self._heap else None

    def settled(self, now: float) -> list[Event]:
        """What is due by now, in order. Each event is given out once."""
        while self._heap and self._heap[0][0] <= now:
            booked, _, what = heappop(self._heap)
            if isinstance(what, Node):
                self._came_due(what, booked, now)
            elif (move := self._flights.get(what)) is not None:
                self._lost_sight(what, move, now)
        self._sweep()
        ready, self._ready = self._ready, []
        return ready

    def forget(self, path: bytes, now: float) -> None:
        """Nothing at or below the path is reported any more: it will be crawled, or is watched no longer."""
        node = self._reach(path, now)
        if node is not None:
            self._stop_leaving(node)
            self._displace(node, now)
            self._discard(node, now)
            self._clear(node)
            self._hollow.append(node)
            self._sweep()

    # --- what was observed -------------------------------------------------------------------------------------------

    def _made(self, raw: Raw, now: float) -> None:
        if raw.is_folder:
            self._new_folder(raw.path, now, fresh=True)
        else:
            self._touch(raw.path, now, fresh=True)

    def _touch(self, path: bytes, now: float, *, fresh: bool) -> None:
        node = self._reach(path, now)
        if node is None:
            return
        if node.leaving is not None:
            self._refilled(node, now)
            fresh = False
        entry = node.entry
        if entry is None or entry.what in ("gone", "folder"):
            self._put(node, "file", now, fresh=fresh, path=path)
        else:
            entry.what = "file"
            self._wait(node, entry, now)

    def _new_folder(self, path: bytes, now: float, *, fresh: bool) -> None:
        node = self._reach(path, now)
        if node is None:
            return
        self._stop_leaving(node)
        self._displace(node, now)
        self._discard(node, now, there=not fresh)
        self._put(node, "folder", now, fresh=fresh)

    def _drop(self, raw: Raw, now: float) -> None:
        node = self._reach(raw.path, now)
        if node is None:
            return
        self._stop_leaving(node)
        self._displace(node, now)
        self._discard(node, now)
        self._put(node, "gone", now)

    def _leave(self, raw: Raw, now: float) -> None:
        node = self._reach(raw.path, now)
        if node is None:
            self._flights[raw.cookie] = Move(None, None, raw.is_folder)
        else:
            self._stop_leaving(node)
            placeholder = Node(node.name, node.parent)
            node.replace(placeholder)
            placeholder.leaving = self._flights[raw.cookie] = Move(placeholder, node, raw.is_folder)
        heappush(self._heap, (now + self._window_s, next(self._turn), raw.cookie))

    def _arrive(self, raw: Raw, now: float) -> None:
        move = self._flights.pop(raw.cookie, None)
        if move is None or move.carried is None:
            self._made(raw, now)
            return
        target = self._reach(raw.path, now)
        if target is None:
            self._land_unseen(move, raw.path, now)
        elif raw.is_folder:
            self._land_folder(move, target, raw.path, now)
        else:
            self._land_file(move, target, raw.path, now)

    # --- the second half of a move -----------------------------------------------------------------------------------

    def _land_unseen(self, move: Move, path: bytes, now: float) -> None:
        """Into a folder that is to be looked through: only where it came from is worth saying, and must be first."""
        carried = _carried(move)
        entry, origin = carried.entry, move.old
        if entry is not None and entry.move is not None:
            origin = self._detach_origin(entry)
        old = origin.path(self._top) if origin is not None and not (entry and entry.fresh) else None
        if old is not None:
            self._ready.append(Moved(old, path, move.is_folder))
        self._discard(carried, now)
        self._clear(carried)
        for place in {id(node): node for node in (origin, move.old) if node is not None}.values():
            place.leaving = None
            if place is origin and old is not None:
                self._hollow.append(place)
            else:
                self._put(place, "gone", now)

    def _land_folder(self, move: Move, target: Node, path: bytes, now: float) -> None:
        doubtful = target.entry is not None or bool(target.children) or target.leaving is not None
        self._stop_leaving(target)
        self._displace(target, now)
        self._discard(target, now)
        self._clear(target)
        carried = _carried(move)
        target.replace(carried)
        entry, origin = carried.entry, move.old
        move.carried = None
        old = origin.path(self._top) if origin is not None else None
        if origin is not None:
            origin.leaving = None
        if entry is not None and entry.what == "folder" and entry.fresh:
            self._wait(carried, entry, now)
            if origin is not None:
                self._put(origin, "gone", now)
            return
        if old is not None:
            self._ready.append(Moved(old, path, True))
        if old is None or doubtful:
            self._discard(carried, now, there=True)
            self._put(carried, "folder", now, fresh=old is None)
        self._hollow += [carried] if origin is None else [origin, carried]

    def _land_file(self, move: Move, target: Node, path: bytes, now: float) -> None:
        """The path that was filled first keeps what it was: then nothing has moved, two files have changed."""
        refills = target.leaving is not None
        if refills:
            self._refilled(target, now)
        self._displace(target, now)
        self._discard(target, now)
        self._clear(target)
        carried = _carried(move)
        target.replace(carried)
        entry, origin = carried.entry, move.old
        move.carried = None
        if refills:
            self._displace(carried, now)
        if entry is not None and entry.move is not None:
            self._wait(carried, entry, now)
        elif refills or origin is None or (entry is not None and entry.fresh):
            self._put(carried, "file", now, fresh=not refills, path=path)
        else:
            self._put(carried, "file" if entry is not None else "moved", now, path=path).move = move
            move.new = carried
            return
        if origin is not None:
            origin.leaving = None
            self._put(origin, "gone", now)

    # --- when things do not stay as they were ------------------------------------------------------------------------

    def _refilled(self, node: Node, now: float) -> None:
        """A file is where one has just left: that one was a backup, and this path goes on being what it was."""
        move = node.leaving
        assert move is not None
        node.leaving = move.old = None
        if move.new is not None and move.new.entry is not None:
            entry = move.new.entry
            entry.move, entry.what, entry.fresh = None, "file", True
        self._put(node, "file", now)

    def _stop_leaving(self, node: Node) -> None:
        """The place is needed for something else, so what left it is reported now, while it can be."""
        move = node.leaving
        if move is None:
            return
        old, new = node.path(self._top), move.new
        node.leaving = move.old = None
        entry = new.entry if new is not None else None
        if new is None or entry is None:
            return
        entry.move = None
        arrived = new.path(self._top)
        if old is None or arrived is None:
            entry.what, entry.fresh = "file", True
            return
        self._ready.append(Moved(old, arrived, False))
        if entry.what == "moved":
            self._clear(new)
            self._hollow.append(new)

    def _displace(self, node: Node, now: float) -> None:
        """What had come here is here no longer: all that can be said is that its old place is empty."""
        origin = self._detach_origin(node.entry) if node.entry is not None else None
        if origin is not None:
            self._put(origin, "gone", now)

    def _detach_origin(self, entry: Entry) -> Node | None:
        move, entry.move = entry.move, None
        origin = move.old if move is not None else None
        if move is not None and origin is not None:
            origin.leaving = move.old = None
        return origin

    def _discard(self, folder: Node, now: float, *, there: bool = False) -> None:
        """Nothing below is said any more, except of moves that began or ended there. `there`: it still exists."""
        nodes = list(folder.below()) if folder.children else []
        for node in nodes:
            self._stop_leaving(node)
            origin = node.entry.move.old if node.entry is not None and node.entry.move is not None else None
            if there and origin is not None and folder.path(self._top) is not None and origin.path(self._top):
                self._stop_leaving(origin)
                self._hollow.append(origin)
        for node in nodes:
            self._displace(node, now)
        for node in nodes:
            self._clear(node)
            node.children.clear()
        folder.children.clear()

    # --- time --------------------------------------------------------------------------------------------------------

    def _came_due(self, node: Node, booked: float, now: float) -> None:
        entry = node.entry
        if entry is None or entry.booked != booked:
            return
        path = node.path(self._top)
        origin = entry.move.old if entry.move is not None else None
        old = origin.path(self._top) if origin is not None else None
        if path is None or (origin is not None and old is None):
            entry.due = now + self._window_s  # a folder above is under way; by then it has landed or is given up
        if entry.due > now:
            self._book(node, entry)
            return
        assert path is not None
        if origin is not None and old is not None:
            self._detach_origin(entry)
            self._hollow.append(origin)
            self._ready.append(Moved(old, path, False))
        self._say(node, entry.what, path, now)
        self._clear(node)
        self._hollow.append(node)

    def _say(self, node: Node, what: What, path: bytes, now: float) -> None:
        match what:
            case "file":
                self._pace(path, now)
                self._ready.append(Touched(path))
            case "folder":
                self._discard(node, now, there=True)
                self._ready.append(NewFolder(path))
            case "gone":
                self._ready.append(Gone(path))
            case "moved":
                pass

    def _lost_sight(self, cookie: int, move: Move, now: float) -> None:
        """The other half never came: it went where nobody watches."""
        del self._flights[cookie]
        if move.carried is not None:
            self._displace(move.carried, now)
            self._discard(move.carried, now)
            self._clear(move.carried)
        if move.old is not None and move.old.parent is not None:
            move.old.leaving = None
            self._put(move.old, "gone", now - self._debounce_s)

    def _pace(self, path: bytes, now: float) -> None:
        """Two reports may follow each other at once (a person saves twice); from then on one each interval."""
        self._paced[path] = max(self._paced.get(path, 0.0), now) + self._interval_s
        if len(self._paced) > PACED:
            self._paced = {path: until for path, until in self._paced.items() if until > now}
            if len(self._paced) > PACED // 2:
                self._paced.clear()

    def _put(self, node: Node, what: What, now: float, *, fresh: bool = False, path: bytes | None = None) -> Entry:
        entry = node.entry
        if entry is None:
            floor = self._paced.get(path, 0.0) - self._interval_s if path is not None else 0.0
            entry = node.entry = Entry(what, fresh, now, floor)
            self._entries += 1
        elif entry.what != what:
            entry.first = now
        entry.what, entry.fresh = what, fresh
        self._wait(node, entry, now)
        return entry

    def _wait(self, node: Node, entry: Entry, now: float) -> None:
        entry.due = max(min(now + self._debounce_s, entry.first + self._longest_s), entry.floor)
        if entry.due < entry.booked:
            self._book(node, entry)

    def _book(self, node: Node, entry: Entry) -> None:
        entry.booked = entry.due
        heappush(self._heap, (entry.due, next(self._turn), node))

    def _sweep(self) -> None:
        """Only when all is done: a node that is taken out too early would be filled where nobody finds it."""
        for node in self._hollow:
            node.prune()
        self._hollow.clear()

    def _clear(self, node: Node) -> None:
        if node.entry is not None:
            node.entry = None
            self._entries -= 1

    def _reach(self, path: bytes, now: float) -> Node | None:
        """None when a folder above waits to be looked through, which will find whatever is at the path."""
        node = self._top
        for name in path.split(b"/")[1:]:
            if node.entry is not None and node.entry.what == "folder":
                self._wait(node, node.entry, now)
                return None
            node = node.child(name)
        return node


def _carried(move: Move) -> Node:
    assert move.carried is not None, "a move lands once"
    return move.carried


def _moves(entry: Entry | None) -> bool:
    return entry is not None and entry.move is not None
