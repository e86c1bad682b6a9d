"""The guard: whose rule comes first, what is refused and counted, and when many files are too many."""

from __future__ import annotations

import errno
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from mosaicfs import configure
from mosaicfs.model.configuration import AccessSettings
from mosaicfs.model.guard_rule import HEADER_BYTES, GuardRule
from mosaicfs.model.notification import Remedy, Severity
from mosaicfs_mount.callers import Caller
from mosaicfs_mount.errnos import GuardedError, errno_of
from mosaicfs_mount.guard_rules import SETS, GuardRules
from mosaicfs_mount.guarding import ALLOWED, Guard
from mosaicfs_mount.storms import MOST_FILES, Storms

CAT, TUMBLER = Caller("cat", "/usr/bin/cat"), Caller("tumblerd", "/usr/lib/tumbler-1/tumblerd")
PIDS = {1: CAT, 2: TUMBLER}


class Told:
    """`Notices` of a test."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: Sequence[Remedy] = ()) -> None:
        assert (severity, len(title) <= 120) == ("warning", True)
        self.said[key] = message

    def clear(self, key: str) -> None:
        raise AssertionError("it ends by itself, after a day")


class Desk:
    """A guard whose settings and clock are at hand."""

    def __init__(self, **settings: Any) -> None:
        self.settings, self.told, self.now = AccessSettings(**settings), Told(), 1_000.0
        self.guard = Guard(lambda: self.settings, self.told, caller=PIDS.get, clock=lambda: self.now)

    def refused(self, pid: int, path: str = "/a", size: int = 1 << 20) -> int:
        """The number that the program is told; 0 where it may."""
        try:
            self.guard.ask(pid, path, size, is_here=False)
        except GuardedError as refused:
            return errno_of(refused)
        return 0


# --- rules -----------------------------------------------------------------------------------------------------------

callers = st.builds(Caller, st.sampled_from(["cat", "tumblerd", "clamd", "x"]), st.sampled_from(["", "/bin/cat", "/x"]))
rules = st.builds(
    GuardRule,
    process=st.lists(st.sampled_from(["*", "cat", "c*", "/bin/*", "x"]), min_size=1, max_size=2).map(tuple),
    action=st.sampled_from(["allow", "refuse", "header"]),
    path=st.sampled_from(["", "/a/*", "*.jpg", "/b"]),
    min_bytes=st.sampled_from([0, 10]),
)
paths = st.sampled_from(["/a/b/c.jpg", "/b", "/b.jpg", "/c"])


@given(st.lists(rules, max_size=4), st.lists(rules, max_size=4), callers, paths, st.integers(0, 20))
def test_the_first_that_fits_decides(
    before: list[GuardRule], after: list[GuardRule], caller: Caller, path: str, size: int
) -> None:
    def found(given: Sequence[GuardRule]) -> GuardRule | None:
        return GuardRules(AccessSettings(guard=tuple(given), guard_sets=())).find(caller, path, size)

    assert found([*before, *after]) == (found(before) or found(after))
    first = found(before)
    assert first is None or (size >= first.min_bytes and any(found([each]) for each in before))


@given(rules, callers, paths, st.integers(0, 20))
def test_a_rule_that_says_more_fits_less(rule: GuardRule, caller: Caller, path: str, size: int) -> None:
    def fits(rule: GuardRule) -> bool:
        return GuardRules(AccessSettings(guard=(rule,), guard_sets=())).find(caller, path, size) is not None

    if fits(rule):
        assert fits(replace(rule, path=""))
        assert fits(replace(rule, min_bytes=0))
        assert fits(replace(rule, process=(*rule.process, "other")))


@pytest.mark.parametrize(
    ("process", "fits"),
    [
        ("cat", True),
        ("Cat", False),
        ("ca", False),
        ("c?t", True),
        ("/usr/bin/*", True),
        ("/usr/*", True),
        ("bin", False),
    ],
)
def test_a_process_is_meant_by_its_whole_name_or_its_whole_path(process: str, fits: bool) -> None:
    assert bool(Desk(guard=(GuardRule((process,), "refuse"),)).refused(1)) == fits


@pytest.mark.parametrize(
    ("path", "fits"), [("/a/b/c.jpg", True), ("/a/*", True), ("*.jpg", True), ("/a", False), ("/b/*", False)]
)
def test_a_path_is_one_of_the_tree(path: str, fits: bool) -> None:
    assert bool(Desk(guard=(GuardRule(("cat",), "refuse", path=path),)).refused(1, "/a/b/c.jpg")) == fits


def test_of_the_sets_only_the_thumbnailers_are_on() -> None:
    on = AccessSettings()
    assert on.guard_sets == ("thumbnailers",)
    for caller in (TUMBLER, Caller("ffmpegthumbnail"), Caller("totem-video-thu", "/usr/bin/totem-video-thumbnailer")):
        assert GuardRules(on).find(caller, "/a", 0) is not None, caller
    for name in ("clamscan", "tracker-extract", "baloo_file_extr", "cat"):
        assert GuardRules(on).find(Caller(name), "/a", 0) is None, name
    every = GuardRules(AccessSettings(guard_sets=tuple(SETS)))
    for name in ("clamscan", "updatedb", "tracker-extract", "localsearch-ext", "baloo_file_extr", "recollindex"):
        assert every.find(Caller(name), "/a", 0) is not None, name
    assert GuardRules(AccessSettings(guard_sets=())).find(TUMBLER, "/a", 0) is None


def test_the_page_names_the_sets_and_its_example_is_understood(tmp_path: Path) -> None:
    page = (Path(__file__).parents[4] / "docs/operating/mount.md").read_text()
    assert [each for each in SETS if f"`{each}` ({', '.join(f'`{name}`' for name in SETS[each])})" not in page] == []
    example = tmp_path / "mosaicfs.toml"
    example.write_text(page.partition("```toml\n")[2].partition("```")[0])
    settings = configure(environment={"HOME": str(tmp_path)}, config=str(example)).settings.access
    assert [rule.action for rule in settings.guard] == ["header"]
    assert settings != AccessSettings()


# --- what it says ----------------------------------------------------------------------------------------------------


def test_a_thumbnailer_is_refused_what_is_not_here_and_another_program_is_not() -> None:
    desk = Desk()
    assert [desk.refused(pid) for pid in (1, 2)] == [0, errno.EAGAIN]
    assert desk.guard.ask(2, "/a", 1, is_here=True) == ALLOWED
    assert desk.refused(0) == desk.refused(3) == 0, "nobody knows who asks"
    assert desk.guard.refusals == {"tumblerd": 1}


def test_a_rule_of_the_owner_comes_before_the_sets() -> None:
    desk = Desk(guard=(GuardRule(("tumblerd",), "allow", path="/photos/*"),))
    assert [desk.refused(2, path) for path in ("/photos/a", "/films/a")] == [0, errno.EAGAIN]
    desk.settings = AccessSettings(guard=(GuardRule(("cat",), "refuse", errno="EACCES", min_bytes=100),))
    assert [desk.refused(1, size=size) for size in (99, 100)] == [0, errno.EACCES], "settings may change"


def test_of_a_header_only_what_begins_in_it_is_read_and_the_rest_is_counted() -> None:
    desk = Desk(guard=(GuardRule(("cat",), "header", errno="EACCES"),))
    verdict = desk.guard.ask(1, "/a", 1 << 30, is_here=False)
    assert (verdict.header_bytes, desk.guard.refusals) == (HEADER_BYTES, {})
    verdict.look(HEADER_BYTES - 1)
    for offset in (HEADER_BYTES, 1 << 20):
        with pytest.raises(GuardedError) as refused:
            verdict.look(offset)
        assert errno_of(refused.value) == errno.EACCES
    assert desk.guard.refusals == {"cat": 2}
    ALLOWED.look(1 << 40)


def test_what_was_refused_is_known_until_it_is_opened() -> None:
    desk = Desk()
    assert desk.refused(2, "/a")
    assert [desk.guard.has_refused(path) for path in ("/a", "/b")] == [True, False]
    desk.guard.ask(1, "/a", 1, is_here=False)
    assert not desk.guard.has_refused("/a")


def test_a_program_that_changes_its_name_fills_no_memory() -> None:
    desk = Desk(guard=(GuardRule(("*",), "refuse"),))
    PIDS_NOW = {number: Caller(f"p{number}") for number in range(1, 2_000)}  # noqa: N806 - as `PIDS`
    guard = Guard(lambda: desk.settings, desk.told, caller=PIDS_NOW.get, clock=lambda: 0.0)
    for number in PIDS_NOW:
        with pytest.raises(GuardedError):
            guard.ask(number, f"/{number}", 1, is_here=False)
    assert (len(guard.refusals), guard.refusals.total()) == (101, 1_999)
    assert not guard.has_refused("/1")


# --- storms ----------------------------------------------------------------------------------------------------------


def test_a_program_that_opens_many_files_is_told_once_with_a_rule_to_copy() -> None:
    desk = Desk()
    assert not any(desk.refused(1, f"/{number}") for number in range(MOST_FILES))
    assert desk.told.said == {}
    assert desk.refused(1, "/one more") == 0
    [(key, message)] = desk.told.said.items()
    assert key == "hydration_storm:cat"
    assert "/usr/bin/cat" in message
    proposed = tomllib.loads(message[message.index("[[") :])
    desk.settings = AccessSettings(guard=tuple(GuardRule(**each) for each in proposed["access"]["guard"]))
    assert desk.refused(1) == errno.EAGAIN


def test_the_log_tells_of_a_program_in_a_folder_once_an_hour() -> None:
    desk = Desk()

    def told_of(folder: str) -> int:
        with capture_logs() as lines:
            for number in range(5 * MOST_FILES):
                desk.refused(1, f"{folder}/{number}")
        return len(lines)

    assert [told_of("/a"), told_of("/a"), told_of("/b")] == [1, 0, 1]
    desk.now += 3_601
    assert told_of("/a") == 1


def test_the_same_file_again_and_files_here_and_files_by_a_rule_are_no_storm() -> None:
    desk = Desk(guard=(GuardRule(("cat",), "allow", path="/allowed/*"),))
    for number in range(3 * MOST_FILES):
        assert desk.refused(1, "/the same") == desk.refused(1, f"/allowed/{number}") == 0
        assert desk.guard.ask(1, f"/here/{number}", 1, is_here=True) == ALLOWED
    assert desk.told.said == {}


def test_who_is_slow_is_no_storm() -> None:
    desk = Desk(storm_action="refuse")
    for number in range(10 * MOST_FILES):
        desk.now += 0.25
        assert desk.refused(1, f"/{number}") == 0
    assert desk.told.said == {}


def test_a_storm_may_be_refused_for_a_minute() -> None:
    desk = Desk(storm_action="refuse")
    told = [desk.refused(1, f"/{number}") for number in range(100)]
    assert told == [0] * MOST_FILES + [errno.EAGAIN] * (100 - MOST_FILES)
    assert desk.guard.ask(1, "/here", 1, is_here=True) == ALLOWED
    desk.now += 59
    assert desk.refused(1, "/new") == errno.EAGAIN
    desk.now += 2
    assert [desk.refused(1, f"/again {number}") for number in range(MOST_FILES)] == [0] * MOST_FILES
    assert desk.refused(1, "/too many") == errno.EAGAIN


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 80), st.floats(0, 1)), max_size=300))
def test_a_storm_is_more_than_fifty_files_of_one_program_within_ten_seconds(
    opened: list[tuple[int, int, float]],
) -> None:
    storms, now = Storms(), 0.0
    seen: dict[int, list[tuple[float, str]]] = {}
    for program, file, later in opened:
        now += later
        lately = seen.setdefault(program, [])
        lately.append((now, str(file)))
        files = {path for at, path in lately if at >= now - 10}
        begins = storms.begins(Caller(str(program)), str(file), now)
        assert begins == (len(files) > MOST_FILES)
        if begins:
            lately.clear()
