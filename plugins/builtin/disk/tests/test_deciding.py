"""The plain functions: patterns, names, types, mounts, pace, the clock of nights, requests that wait."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs_disk import schedule
from mosaicfs_disk.applying import topmost
from mosaicfs_disk.globs import BadGlobError, expanded, path_regex, patterns
from mosaicfs_disk.mime_types import mime_type_of
from mosaicfs_disk.mounts import parsed
from mosaicfs_disk.pacing import Pace
from mosaicfs_disk.requested import Request, Requested
from mosaicfs_disk.rules import Rules
from mosaicfs_disk.showing import raw_path, real_path, shown
from mosaicfs_disk.signatures import TYPES, type_of


@pytest.mark.parametrize(("glob", "fits", "fits_not"), [
    ("/*.pdf", "/a.pdf", "/x/a.pdf"),
    ("home/*/x", "/home/u/x", "/home/u/v/x"),
    ("**/*.md", "/x/y/b.md", "/x/b.mdx"),
    ("**/*.md", "/b.md", "/x/b.md/c"),
    ("**/archive/**", "/x/archive/b/c", "/x/archive"),
    ("**/archive/**", "/archive/a", "/x/archives/a"),
    ("/x/a**b", "/x/axxb", "/x/a/b"),
    ("/x/[!a]*", "/x/b", "/x/a"),
    (r"/x/\*", "/x/*", "/x/a"),
])  # fmt: skip
def test_paths_fit_patterns_as_the_tree_says(glob: str, fits: str, fits_not: str) -> None:
    regex = f"^(?:{path_regex(glob)})$"
    assert re2.search(regex, fits)
    assert not re2.search(regex, fits_not)


def test_patterns_are_sorted_by_what_they_are_about() -> None:
    found = patterns(["*.bak", "**/*.{a,b}", "**/cache/**", "/x/y", "/x/z/**"])
    assert (len(found.names), len(found.folder_names), len(found.paths), len(found.inside)) == (3, 1, 1, 1)


@pytest.mark.parametrize(("glob", "single"), [
    ("a{b,c{d,e}}f", ["abf", "acdf", "acef"]),
    ("a{b", ["a{b"]),
    (r"\{a,b}", [r"\{a,b}"]),
    ("[{]a,b}", ["[{]a,b}"]),
    ("{,x}", ["", "x"]),
])  # fmt: skip
def test_braces_are_expanded(glob: str, single: list[str]) -> None:
    assert expanded(glob) == single


@pytest.mark.parametrize("glob", ["{a,b}" * 9, "x" * 1_001])
def test_patterns_beyond_the_limits_are_refused(glob: str) -> None:
    with pytest.raises(BadGlobError):
        patterns([glob])


@given(st.text(st.sampled_from("ab*?[]!^{},\\/.-"), max_size=30))
def test_no_pattern_breaks_the_engine_in_a_way_of_its_own(glob: str) -> None:
    try:
        for single in expanded(glob):
            re2.compile(path_regex(single))
    except (BadGlobError, re2.error):
        return


@given(st.binary(min_size=1).filter(lambda name: b"\0" not in name))
def test_bytes_of_a_path_come_back(name: bytes) -> None:
    real = b"/".join([b"", name]).decode(errors="surrogateescape")
    assert real_path(shown(real), raw_path(real)) == real
    shown(real).encode()


@given(st.binary(max_size=5_000))
def test_every_answer_about_content_has_a_place_in_the_table(begin: bytes) -> None:
    assert type_of(begin) in TYPES


@pytest.mark.parametrize(("name", "mime"), [
    ("a.PDF", "application/pdf"), ("a.tar.gz", "application/gzip"), (".bashrc", None), ("a.", None),
    ("x.heic", "image/heic"),
])  # fmt: skip
def test_the_last_extension_counts(name: str, mime: str | None) -> None:
    assert mime_type_of(name) == mime


def test_a_path_lies_on_the_mount_nearest_above_it() -> None:
    table = parsed(
        [
            "1 0 8:1 / / rw shared:1 - ext4 /dev/sda1 rw",
            "2 1 0:40 / /mnt/my\\040share rw - nfs4 server:/x rw",
            "garbage",
        ]
    )
    share, root = table.of("/mnt/my share/a/b"), table.of("/mnt/other")
    assert share is not None
    assert root is not None
    assert (share.type, share.is_local, share.has_stable_inodes) == ("nfs4", False, False)
    assert (root.type, root.is_local, root.has_stable_inodes) == ("ext4", True, True)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_half_of_the_time_is_rest() -> None:
    clock = Clock()
    pace = Pace(Rules(), is_full=False, clock=clock, pressure=lambda: 0.0, battery=lambda: False)
    clock.now = 0.02
    assert pace.wait_s(1) == 0
    clock.now = 0.06
    assert pace.wait_s(1) == pytest.approx(0.06)
    pace.resume()
    assert pace.wait_s(0) == 0


def test_a_busy_disk_and_a_battery_are_waited_for() -> None:
    clock, pressure, battery = Clock(), [50.0], [False]
    rules = Rules(pause_on_battery=True)
    pace = Pace(rules, is_full=False, clock=clock, pressure=lambda: pressure[0], battery=lambda: battery[0])
    clock.now = 3.0
    pace.resume()
    assert pace.wait_s(1) == 1.0
    pressure[0], battery[0] = 0.0, True
    assert pace.wait_s(0) == 5.0
    battery[0] = False
    assert pace.wait_s(0) == 0


def test_files_a_second_are_limited_also_at_full_speed() -> None:
    clock = Clock()
    pace = Pace(Rules(max_files_per_s=100), is_full=True, clock=clock, pressure=lambda: 99.0, battery=lambda: False)
    clock.now = 1.0
    assert pace.wait_s(300) == pytest.approx(2.0)
    clock.now = 3.0
    assert pace.wait_s(0) == 0


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
    st.floats(0, 86_000),
    st.integers(0, 23),
)
def test_the_next_night_is_within_a_day(now: datetime, offset: float, hour: int) -> None:
    night = schedule.next_night(now, f"{hour:02}:00", offset)
    assert timedelta(0) < night - now <= timedelta(days=1)


def test_a_node_has_its_own_offset_and_keeps_it() -> None:
    assert schedule.offset_s("a", 1_800) == schedule.offset_s("a", 1_800) != schedule.offset_s("b", 1_800)
    assert 0 <= schedule.offset_s("a", 1_800) < 1_800
    assert schedule.slept(100, 20)
    assert not schedule.slept(21, 20)


async def test_requests_are_joined_to_those_that_do_their_work_too() -> None:
    requested = Requested()
    deep = requested.add("/a/b/c", "poll")
    assert requested.add("/a/b/c/d", "manual", is_full=True) is deep
    assert (deep.is_full, deep.trigger) == (True, "manual")
    whole = requested.add("", "scheduled")
    assert requested.add("/a/x", "poll") is whole
    assert await requested.next() == [whole, deep]
    assert len(requested) == 0
    polled = requested.add("", "poll")
    requested._waiting.insert(0, Request("/a", "manual"))
    assert (await requested.next())[0] is polled
    assert polled.trigger == "manual"


def test_folders_below_another_need_no_crawl_of_their_own() -> None:
    assert topmost(["/a/b", "/a", "/a!b", "/a/b/c"]) == ["/a", "/a!b"]
