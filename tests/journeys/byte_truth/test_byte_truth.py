"""A read is right or it is an error, whatever happens to the line, the source, the mount and the cache meanwhile."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tests.journeys.byte_truth.faulty_line import FAULTS, Fault
from tests.journeys.byte_truth.pair import FAR, Pair, Sources, xattr
from tests.journeys.byte_truth.truth import ENDED, RIGHT, all_right, compare, read_together

pytestmark = pytest.mark.patient

HEALS_S = 45.0


def of(where: str, sources: Sources) -> Sources:
    return [each for each in sources if each[0].parts[0] == where]


def until_all_right(pair: Pair, shown: Sources) -> None:
    """What was broken is whole again, and then nothing of what went wrong has stayed."""
    pair.laptop.until(lambda: all_right(read_together(shown, 99)), "All files, read without an error", HEALS_S)


def test_random_ranges_of_random_files_are_those_of_their_sources(pair: Pair, *, full: bool) -> None:
    sources = pair.plant("plain", 2_000 if full else 150)
    with pair.mounted() as tree:
        shown = pair.wait_for(tree, sources)
        assert all_right(read_together(shown, 1)), "one's own through the disk, the others through their node"
        for place, source in shown:
            assert place.read_bytes() == source.read_bytes()
        far = [place for place, source in shown if place.parent.parent.name == FAR]
        pair.laptop.until(lambda: {xattr(each, "tier") for each in far} <= {"cache"}, "All of it in the cache")
        came = pair.line.received
        assert all_right(read_together(shown, 2)), "through the cache"
        assert pair.line.received - came < 100_000, "what is here is not fetched again"
    with pair.mounted() as tree:
        assert all_right(read_together(pair.wait_for(tree, sources), 3)), "through a mount that knows no pages"


def test_a_line_that_does_harm_costs_an_error_and_never_a_byte(pair: Pair, *, full: bool) -> None:
    kinds: tuple[Fault, ...] = (*FAULTS, "all")
    of_each = 200 if full else 15
    # What lies beside a file that is read may come with it, so each kind of harm has a folder of its own.
    sources = {fault: of(FAR, pair.plant(f"line {fault}", 2 * of_each)) for fault in kinds}
    with pair.mounted() as tree:
        shown = {fault: pair.wait_for(tree, some) for fault, some in sources.items()}
        for fault in kinds:
            some = shown[fault][: 4 if fault == "refuse" else None]
            pair.line.fault, harmed = fault, pair.line.harmed
            found = read_together(some, 1) + read_together(some, 2)
            pair.line.fault = ""
            assert fault == "refuse" or (found[RIGHT] and pair.line.harmed > harmed), found
        until_all_right(pair, [each for some in shown.values() for each in some])


def test_a_source_that_is_killed_and_comes_back_is_read_on(pair: Pair, *, full: bool) -> None:
    sources = of(FAR, pair.plant("killed", 400 if full else 60))
    with pair.mounted() as tree:
        shown = pair.wait_for(tree, sources)
        [(large, source), *_] = [each for each in shown if each[1].stat().st_size > 3 << 19]
        handle = os.open(large, os.O_RDONLY)
        try:
            compare(handle, source, 0, 1_000)
            for _ in range(3 if full else 1):
                pair.kill_source()
                assert read_together(shown[::2], 4)
                pair.start_source()
                assert read_together(shown[::3], 5)
            until_all_right(pair, shown)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            compare(handle, source, 0, 4 << 20)
        finally:
            os.close(handle)


def test_a_mount_that_is_killed_while_it_is_read_is_mounted_anew(pair: Pair, *, full: bool) -> None:
    sources = pair.plant("dead", 400 if full else 60)
    with pair.mounted() as tree:
        shown = pair.wait_for(tree, sources)
        large = next(place for place, source in shown if source.stat().st_size > 3 << 19)
        for _ in range(3 if full else 1):
            pid = _serving(pair, tree)
            handle = os.open(large, os.O_RDONLY)
            assert all_right(read_together(shown[:20], 6))
            os.kill(pid, signal.SIGKILL)
            pair.laptop.until(lambda: _is_dead(tree), "its end")
            assert not read_together(shown[:5], 7, ENDED)[RIGHT]
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            with pytest.raises(OSError, match=r"not connected|abort"):
                os.pread(handle, 10, 1 << 20)
            with suppress(OSError):
                os.close(handle)
            assert pair.mount(tree) != pid
            assert all_right(read_together(pair.wait_for(tree, sources), 8))


def test_a_cache_that_somebody_meddles_with_is_never_believed(pair: Pair, *, full: bool) -> None:
    sources = of(FAR, pair.plant("meddled", 400 if full else 60))
    with pair.mounted() as tree:
        shown = pair.wait_for(tree, sources)
        for place, source in shown:
            assert place.read_bytes() == source.read_bytes()
        pair.laptop.until(lambda: {xattr(place, "tier") for place, _ in shown} <= {"cache"}, "All of it in the cache")
        handles = [os.open(place, os.O_RDONLY) for place, _ in shown]
        try:
            for number, (place, _) in enumerate(shown):
                _meddle(pair.cache, xattr(place, "id"), number)
            for handle, (_, source) in zip(handles, shown, strict=True):
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
                compare(handle, source, 0, 4 << 20)
        finally:
            for handle in handles:
                os.close(handle)
        assert all_right(read_together(shown, 9)), "by those who open it now"
    with pair.mounted() as tree:
        assert all_right(read_together(pair.wait_for(tree, sources), 10)), "and after a new start"


def test_a_cache_without_its_index_begins_anew(pair: Pair, *, full: bool) -> None:
    sources = of(FAR, pair.plant("no-index", 200 if full else 40))
    with pair.mounted() as tree:
        assert all_right(read_together(pair.wait_for(tree, sources), 11))
    for file in pair.cache.glob("index.db*"):
        file.unlink()
    with pair.mounted() as tree:
        shown = pair.wait_for(tree, sources)
        assert all_right(read_together(shown, 12))
        for place, source in shown:
            assert place.read_bytes() == source.read_bytes()


def _meddle(cache: Path, file_id: str, number: int) -> None:
    """A byte is another one, or some are missing, or there are too many, or the file is gone."""
    key = file_id.removeprefix("file::")
    data = cache / key[-2:] / key
    size = data.stat().st_size
    if number % 4 == 0:
        data.unlink()
    elif number % 4 == 1:
        with data.open("ab") as out:
            out.write(b"more")
    elif number % 4 == 2:
        os.truncate(data, size // 2)
    elif size:
        with data.open("r+b") as out:
            first = out.read(1)
            out.seek(0)
            out.write(bytes([first[0] ^ 1]))


def _is_dead(tree: Path) -> bool:
    """How full it is, the system always asks; what it is, it may still know."""
    try:
        os.statvfs(tree)
    except OSError as cause:
        return cause.errno in ENDED
    return False


def _serving(pair: Pair, tree: Path) -> int:
    """Who serves it: it says so when it is asked to mount what is mounted."""
    return int(pair.laptop.ask("mount", str(tree))["pid"])
