"""That a crawl of real files keeps to its limits, and goes on when what it waited for is over."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest
import trio

from mosaicfs.model.crawling import Change, Listed, Reason, Source
from mosaicfs.model.json import Json
from mosaicfs_disk import crawling, pacing
from mosaicfs_disk.crawling import crawl_folder
from mosaicfs_disk.pacing import Pace, io_pressure, on_battery
from mosaicfs_disk.rules import Rules

pytestmark = pytest.mark.patient

FOLDERS, EACH = 12, 5


class Counting:
    """A sink that knows how much came, and tells when the walk says that it is still there."""

    def __init__(self, marks: Mapping[str, bytes]) -> None:
        self.known = dict(marks)
        self.files = 0
        self.signs = 0
        self.sign = trio.Event()

    async def marks(self) -> Mapping[str, bytes]:
        return self.known

    async def folder(self, export_path: str, files: Sequence[Change | Listed], mark: bytes) -> None:
        await trio.lowlevel.checkpoint()
        self.files += len(files)
        self.known[export_path] = mark

    async def no_folder(self, export_path: str, reason: Reason = "gone") -> None: ...

    async def seen(self, files: int) -> None:
        self.files += files

    async def send(self, change: Change) -> None: ...

    def progress(self) -> None:
        self.signs += 1
        self.sign.set()
        self.sign = trio.Event()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number in range(FOLDERS * EACH):
        path = tmp_path / "root" / f"d{number // EACH}" / f"f{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path / "root"


async def crawl(root: Path, into: Counting, **rules: Json) -> None:
    prefix = str(root)
    await crawl_folder(Source(name=prefix, backend="disk", node_id="n", prefix=prefix, options=rules), into)


@pytest.mark.parametrize("pace", ["auto", "full", "half"])
async def test_no_more_files_a_second_than_allowed(root: Path, pace: str) -> None:
    """Only how long it takes at least can be told, and nothing can make that untrue but a defect."""
    first, most = Counting({}), 400
    began = time.monotonic()
    await crawl(root, first, pace=pace, max_files_per_s=most)
    assert time.monotonic() - began >= (FOLDERS - 1) * EACH / most
    assert first.files == FOLDERS * EACH
    again = Counting(first.known)
    began = time.monotonic()
    await crawl(root, again, pace=pace, max_files_per_s=most)
    assert time.monotonic() - began >= (FOLDERS - 1) * EACH / most
    assert again.files == FOLDERS * EACH


@pytest.mark.parametrize("cause", ["battery", "pressure"])
async def test_a_pause_ends_when_its_cause_does(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nursery: trio.Nursery, cause: str
) -> None:
    supply, pressure = tmp_path / "supplies" / "BAT0" / "status", tmp_path / "io"
    supply.parent.mkdir(parents=True)
    supply.write_text("Discharging\n" if cause == "battery" else "Full\n")
    pressure.write_text(f"some avg10={'77.20' if cause == 'pressure' else '0.00'} avg60=0.00 avg300=0.00 total=5\n")
    asked = partial(Pace, battery=partial(on_battery, tmp_path / "supplies"), pressure=partial(io_pressure, pressure))
    monkeypatch.setattr(crawling, "Pace", asked)
    for name, value in (("_LOOK_AGAIN_S", 0.0), ("_WAIT_S", 0.01), ("_ON_BATTERY_S", 0.01)):
        monkeypatch.setattr(pacing, name, value)
    into, over = Counting({}), trio.Event()

    async def run() -> None:
        await crawl(root, into, pace="half", pause_on_battery=True)
        over.set()

    nursery.start_soon(run)
    with trio.fail_after(30):
        while into.signs < 5:
            await into.sign.wait()
        stood_at = into.files
        while into.signs < 20:
            await into.sign.wait()
        assert into.files == stood_at < FOLDERS * EACH
        for path, text in ((supply, "Charging\n"), (pressure, "some avg10=1.00\n")):
            path.with_name("new").write_text(text)
            path.with_name("new").replace(path)
        await over.wait()
    assert into.files == FOLDERS * EACH


def test_after_a_pause_the_limit_is_the_same() -> None:
    now, paused = [0.0], [True]
    rules = Rules(max_files_per_s=100, pause_on_battery=True)
    pace = Pace(rules, is_full=True, clock=lambda: now[0], pressure=lambda: 0.0, battery=lambda: paused[0])
    now[0] = 3_600.0
    assert pace.wait_s(0) > 0
    paused[0] = False
    rested = 0.0
    for _ in range(100):
        while wait := pace.wait_s(0):
            now[0] += wait
            rested += wait
        now[0] += pace.wait_s(50)
    assert now[0] - 3_600.0 >= 100 * 50 / 100 - 2


def test_slow_files_are_made_up_for_within_a_second() -> None:
    now = [0.0]
    pace = Pace(Rules(max_files_per_s=100), is_full=True, clock=lambda: now[0], battery=lambda: False)
    for _ in range(200):
        now[0] += 0.4
        now[0] += pace.wait_s(50)
    assert now[0] == pytest.approx(100, abs=1)
