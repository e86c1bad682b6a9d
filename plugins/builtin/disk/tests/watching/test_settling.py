"""The promise of `settling`: whoever applies its events and looks where it is told to, ends with what is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mosaicfs_disk.watching.events import Doubt, Event, Gone, Moved, NewFolder, RootGone, Touched
from mosaicfs_disk.watching.raw import Raw
from mosaicfs_disk.watching.settling import Settling

pytestmark = pytest.mark.patient

FOLDER = -1
Tree = dict[bytes, int]
"""Every path with its content; `FOLDER` for a folder."""


def settling(**options: float) -> Settling:
    given_options = {"debounce_s": 0.5, "rename_window_s": 2.0, "min_interval_s": 10.0} | options
    return Settling(**given_options)


def events_of(core: Settling, raws: Sequence[tuple[float, Raw]], until: float = 100.0) -> list[Event]:
    """The events, asked for exactly when the core wants to be asked."""
    out: list[Event] = []
    for now, raw in raws:
        out += _asked(core, now)
        core.take(raw, now)
    return out + _asked(core, until)


def _asked(core: Settling, until: float) -> list[Event]:
    out: list[Event] = []
    while (deadline := core.deadline()) is not None and deadline <= until:
        out += core.settled(max(deadline, 0.0))
    return out


def shown(events: Sequence[Event]) -> list[tuple[str, tuple[object, ...]]]:
    return [(type(event).__name__, tuple(event)) for event in events]


# --- single patterns -------------------------------------------------------------------------------------------------


def test_a_file_that_is_written_is_reported_once_when_it_is_quiet() -> None:
    core = settling()
    for now in (0.0, 0.3, 0.6):
        core.take(Raw("written", b"/r/a"), now)
        assert core.settled(now) == []
    assert core.settled(1.05) == []
    assert shown(core.settled(1.1)) == [("Touched", (b"/r/a",))]
    assert core.deadline() is None
    assert len(core) == 0


def test_a_file_that_never_rests_is_reported_after_five_seconds_and_then_each_interval() -> None:
    core = settling()
    reports = []
    for step in range(600):
        now = step / 10
        core.take(Raw("written", b"/r/log"), now)
        reports += [now for _ in core.settled(now)]
    assert reports[0] == pytest.approx(5.0, abs=0.2)
    assert reports[1] == pytest.approx(10.1, abs=0.3)
    later = [after - before for before, after in pairwise(reports[1:])]
    assert all(gap >= 4.9 for gap in later)
    assert len(reports) <= 2 + 60 // 10


def test_a_second_save_soon_after_the_first_is_prompt_and_a_third_waits() -> None:
    core = settling()
    out = []
    for now in (0.0, 2.0, 4.0):
        core.take(Raw("written", b"/r/a"), now)
        out.append(shown(core.settled(now + 0.5)))
    assert out == [[("Touched", (b"/r/a",))], [("Touched", (b"/r/a",))], []]
    assert shown(core.settled(10.6)) == [("Touched", (b"/r/a",))]


def test_a_rename_is_one_event() -> None:
    found = events_of(settling(), [(0.0, Raw("left", b"/r/a", cookie=7)), (0.1, Raw("arrived", b"/r/b", cookie=7))])
    assert shown(found) == [("Moved", (b"/r/a", b"/r/b", False))]


def test_renames_in_a_row_are_one() -> None:
    raws = [(0.0, Raw("left", b"/r/a", cookie=1)), (0.0, Raw("arrived", b"/r/b", cookie=1))]
    raws += [(0.2, Raw("left", b"/r/b", cookie=2)), (0.2, Raw("arrived", b"/r/c", cookie=2))]
    assert sorted(shown(events_of(settling(), raws))) == [("Gone", (b"/r/b",)), ("Moved", (b"/r/a", b"/r/c", False))]


def test_a_file_that_leaves_and_is_not_seen_again_is_gone_after_the_window() -> None:
    core = settling()
    core.take(Raw("left", b"/r/a", cookie=7), 0.0)
    assert core.settled(1.9) == []
    assert shown(events_of(core, [])) == [("Gone", (b"/r/a",))]


def test_what_arrives_from_nowhere_is_new() -> None:
    raws = [(0.0, Raw("arrived", b"/r/a", cookie=1)), (0.0, Raw("arrived", b"/r/d", is_folder=True, cookie=2))]
    assert shown(events_of(settling(), raws)) == [("Touched", (b"/r/a",)), ("NewFolder", (b"/r/d",))]


def test_saving_by_rename_touches_the_file_and_forgets_the_temporary_one() -> None:
    raws = [(0.0, Raw("made", b"/r/tmp")), (0.0, Raw("written", b"/r/tmp"))]
    raws += [(0.0, Raw("left", b"/r/tmp", cookie=1)), (0.0, Raw("arrived", b"/r/a", cookie=1))]
    assert sorted(shown(events_of(settling(), raws))) == [("Gone", (b"/r/tmp",)), ("Touched", (b"/r/a",))]


def test_a_backup_before_saving_leaves_the_file_what_it_was() -> None:
    raws = [
        (0.0, Raw("left", b"/r/a", cookie=1)),
        (0.0, Raw("arrived", b"/r/a~", cookie=1)),
        (0.1, Raw("made", b"/r/a")),
    ]
    assert sorted(shown(events_of(settling(), raws))) == [("Touched", (b"/r/a",)), ("Touched", (b"/r/a~",))]


def test_a_backup_that_is_removed_again_says_nothing_of_a_move() -> None:
    raws = [
        (0.0, Raw("left", b"/r/a", cookie=1)),
        (0.0, Raw("arrived", b"/r/a~", cookie=1)),
        (0.0, Raw("made", b"/r/a")),
    ]
    raws += [(0.1, Raw("dropped", b"/r/a~"))]
    assert sorted(shown(events_of(settling(), raws))) == [("Gone", (b"/r/a~",)), ("Touched", (b"/r/a",))]


def test_a_change_before_a_rename_is_reported_at_the_new_place() -> None:
    raws = [(0.0, Raw("written", b"/r/a"))]
    raws += [(0.1, Raw("left", b"/r/a", cookie=1)), (0.1, Raw("arrived", b"/r/b", cookie=1))]
    assert shown(events_of(settling(), raws)) == [("Moved", (b"/r/a", b"/r/b", False)), ("Touched", (b"/r/b",))]


def test_a_folder_takes_along_what_waits_below_it() -> None:
    raws = [(0.0, Raw("written", b"/r/d/x/a")), (0.1, Raw("left", b"/r/d", is_folder=True, cookie=1))]
    raws += [(0.1, Raw("arrived", b"/r/e", is_folder=True, cookie=1))]
    assert shown(events_of(settling(), raws)) == [("Moved", (b"/r/d", b"/r/e", True)), ("Touched", (b"/r/e/x/a",))]


def test_a_new_folder_that_is_renamed_is_new_under_its_last_name() -> None:
    raws = [(0.0, Raw("made", b"/r/d", is_folder=True)), (0.0, Raw("made", b"/r/d/a"))]
    raws += [(0.1, Raw("left", b"/r/d", is_folder=True, cookie=1))]
    raws += [(0.1, Raw("arrived", b"/r/e", is_folder=True, cookie=1))]
    assert sorted(shown(events_of(settling(), raws))) == [("Gone", (b"/r/d",)), ("NewFolder", (b"/r/e",))]


def test_what_happens_in_a_new_folder_is_said_by_the_folder_alone() -> None:
    core = settling()
    core.take(Raw("made", b"/r/d", is_folder=True), 0.0)
    for number in range(1_000):
        core.take(Raw("made", b"/r/d/%d" % number), 0.001 * number)
    assert len(core) == 1
    assert shown(events_of(core, [])) == [("NewFolder", (b"/r/d",))]


def test_a_folder_that_is_removed_says_so_for_all_below() -> None:
    raws = [(0.0, Raw("dropped", b"/r/d/%d" % number)) for number in range(100)]
    assert shown(events_of(settling(), [*raws, (0.0, Raw("dropped", b"/r/d", is_folder=True))])) == [
        ("Gone", (b"/r/d",))
    ]


def test_a_known_file_that_goes_into_a_new_folder_keeps_its_origin() -> None:
    raws = [(0.0, Raw("made", b"/r/d", is_folder=True))]
    raws += [(0.1, Raw("left", b"/r/a", cookie=1)), (0.1, Raw("arrived", b"/r/d/a", cookie=1))]
    assert shown(events_of(settling(), raws)) == [("Moved", (b"/r/a", b"/r/d/a", False)), ("NewFolder", (b"/r/d",))]


def test_what_is_forgotten_is_not_reported() -> None:
    core = settling()
    core.take(Raw("written", b"/r/d/a"), 0.0)
    core.take(Raw("written", b"/s/a"), 0.0)
    core.take(Raw("left", b"/r/b", cookie=1), 0.0)
    core.forget(b"/r", 0.1)
    assert shown(events_of(core, [])) == [("Touched", (b"/s/a",))]
    assert len(core) == 0


# --- every order of things -------------------------------------------------------------------------------------------


class Operation(NamedTuple):
    verb: str
    one: int
    other: int
    wait: float


class Disk:
    """A model of a watched folder: does what it can of an operation, and tells of it as a driver would."""

    def __init__(self) -> None:
        self.tree: Tree = {b"/r/a": 1, b"/r/b": 2, b"/r/d": FOLDER, b"/r/d/a": 3, b"/r/e": FOLDER, b"/r/e/b": 4}
        self._content = 10
        self._cookie = 0

    def do(self, operation: Operation, names: Sequence[bytes]) -> list[Raw]:
        one, other = names[operation.one % len(names)], names[operation.other % len(names)]
        match operation.verb:
            case "write":
                return self._write(one)
            case "mkdir":
                return self._mkdir(one)
            case "remove":
                return self._remove(one)
            case "move":
                return self._move(one, other, both=True)
            case "move out":
                return self._move(one, b"/elsewhere", both=False)
            case _:
                return self._move_in(one)

    def _write(self, path: bytes) -> list[Raw]:
        if not self._has_room(path) or self.tree.get(path) == FOLDER:
            return []
        known = path in self.tree
        self._content += 1
        self.tree[path] = self._content
        return [Raw("written", path)] if known else [Raw("made", path), Raw("written", path)]

    def _mkdir(self, path: bytes) -> list[Raw]:
        if not self._has_room(path) or path in self.tree:
            return []
        self.tree[path] = FOLDER
        return [Raw("made", path, is_folder=True)]

    def _remove(self, path: bytes) -> list[Raw]:
        raws = [Raw("dropped", each, self.tree[each] == FOLDER) for each in sorted(self._at(path), reverse=True)]
        for raw in raws:
            del self.tree[raw.path]
        return raws

    def _move(self, old: bytes, new: bytes, *, both: bool) -> list[Raw]:
        if old not in self.tree or old == new or new.startswith(old + b"/"):
            return []
        if both and (not self._has_room(new) or not self._may_replace(old, new)):
            return []
        is_folder = self.tree[old] == FOLDER
        self._cookie += 1
        moved = {new + path[len(old) :]: self.tree.pop(path) for path in self._at(old)}
        raws = [Raw("left", old, is_folder, self._cookie)]
        if both:
            self.tree |= moved
            raws.append(Raw("arrived", new, is_folder, self._cookie))
        return raws

    def _move_in(self, path: bytes) -> list[Raw]:
        if not self._has_room(path) or path in self.tree:
            return []
        self._cookie += 1
        self._content += 1
        self.tree |= {path: FOLDER, path + b"/a": self._content}
        return [Raw("arrived", path, is_folder=True, cookie=self._cookie)]

    def _may_replace(self, old: bytes, new: bytes) -> bool:
        if new not in self.tree:
            return True
        if self.tree[old] == FOLDER:
            return self.tree[new] == FOLDER and len(self._at(new)) == 1
        return self.tree[new] != FOLDER

    def _has_room(self, path: bytes) -> bool:
        parent = path.rpartition(b"/")[0]
        return parent == b"/r" or self.tree.get(parent) == FOLDER

    def _at(self, path: bytes) -> list[bytes]:
        return [each for each in self.tree if each == path or each.startswith(path + b"/")]


class Replica:
    """Knows only what events and looks told it. `trusting`: takes a moved folder as it was known."""

    def __init__(self, tree: Tree, *, trusting: bool) -> None:
        self.tree = dict(tree)
        self._trusting = trusting

    def apply(self, event: Event, disk: Tree) -> None:
        match event:
            case Touched(path) | Gone(path) | NewFolder(path):
                self._look(path, disk)
            case Moved(old, new, is_folder):
                known = [path for path in self.tree if path == old or path.startswith(old + b"/")]
                self.tree |= {new + path[len(old) :]: self.tree.pop(path) for path in known}
                if not (is_folder and self._trusting and known):
                    self._look(new, disk)
            case Doubt() | RootGone():
                pytest.fail("the core never doubts")

    def _look(self, path: bytes, disk: Tree) -> None:
        below = path + b"/"
        self.tree = {known: what for known, what in self.tree.items() if known != path and not known.startswith(below)}
        self.tree |= {there: what for there, what in disk.items() if there == path or there.startswith(below)}


NAMES = [b"/r/" + name for name in (b"a", b"b", b"d", b"e")]
NAMES += [folder + b"/" + name for folder in (b"/r/d", b"/r/e", b"/r/d/e") for name in (b"a", b"b", b"e")]
VERBS = ["write", "mkdir", "remove", "move", "move", "move", "move out", "move in"]
OPERATIONS = st.lists(
    st.builds(
        Operation,
        st.sampled_from(VERBS),
        st.integers(0, len(NAMES) - 1),
        st.integers(0, len(NAMES) - 1),
        st.sampled_from([0.0, 0.0, 0.1, 0.4, 0.6, 2.5]),
    ),
    max_size=40,
)


def _played(operations: Sequence[Operation], observe: Callable[[list[Event], Tree], None]) -> Tree:
    disk, core, now = Disk(), settling(), 0.0
    for operation in operations:
        now += operation.wait
        observe(_asked(core, now), disk.tree)
        for raw in disk.do(operation, NAMES):
            core.take(raw, now)
    observe(_asked(core, now + 1_000), disk.tree)
    assert len(core) == 0
    assert core.deadline() is None
    return disk.tree


@settings(max_examples=500, deadline=None)
@given(OPERATIONS)
def test_events_applied_as_they_come_lead_to_what_is_there(operations: list[Operation]) -> None:
    replica = Replica(Disk().tree, trusting=True)

    def observe(events: list[Event], disk: Tree) -> None:
        for event in events:
            replica.apply(event, disk)

    assert _played(operations, observe) == replica.tree


@settings(max_examples=500, deadline=None)
@given(OPERATIONS)
def test_events_applied_late_lead_to_what_is_there(operations: list[Operation]) -> None:
    """When the disk has long gone on, and the consumer looks at moved folders as well."""
    replica = Replica(Disk().tree, trusting=False)
    events: list[Event] = []
    disk = _played(operations, lambda some, _: events.extend(some))
    for event in events:
        replica.apply(event, disk)
    assert replica.tree == disk
