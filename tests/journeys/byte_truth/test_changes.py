"""A change at its source is soon seen in the mount, and whoever has a file open is never given two versions of it."""

from __future__ import annotations

import errno
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.journeys.byte_truth.pair import FAR, OWN, Pair
from tests.journeys.byte_truth.truth import HONEST

pytestmark = pytest.mark.patient

SEEN_S = 10.0
"""Half a second is the mount's and as much the watcher's; the rest is this machine's, which has others to serve."""

SIZE = 300_000
BEFORE, AFTER = random.Random("before").randbytes(SIZE), random.Random("after").randbytes(SIZE)
PAGE = 4_096


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """What is read of it is asked of the mount, and not of the pages that the system has."""
    handle = os.open(path, os.O_RDONLY)
    try:
        yield handle
    finally:
        with suppress(OSError):
            os.close(handle)


def again(handle: int, offset: int, length: int = PAGE) -> bytes:
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    return os.pread(handle, length, offset)


def test_what_is_written_renamed_and_deleted_is_soon_seen(pair: Pair) -> None:
    """Of each machine, a file for each change: one that changes again and again is looked at less and less often."""
    folders = [machine.files / "changes" for machine in (pair.nas, pair.laptop)]
    for folder in folders:
        folder.mkdir()
        for name in ("other", "longer", "shorter", "renamed", "deleted"):
            (folder / name).write_bytes(BEFORE)
    with pair.mounted() as tree:
        places = [tree / where / "changes" for where in (FAR, OWN)]

        def until(true: Callable[[Path], bool], what: str) -> None:
            for each in places:
                pair.laptop.until(lambda: true(each), f"{each}: {what}", SEEN_S)  # noqa: B023 - it ends before the next

        until(lambda at: len(_names(at)) == 5, "the files")
        for each in places:
            assert {file.read_bytes() for file in each.iterdir()} == {BEFORE}
            assert not (each / "new name").exists()
        for folder in folders:
            _change(folder)
        until(lambda at: _read(at / "other", BEFORE) == AFTER, "other bytes of the same size")
        until(lambda at: (at / "other").stat().st_mtime_ns // 1_000 == 1_700_000_000_123_456, "their time")
        until(lambda at: (at / "longer").stat().st_size == SIZE + 6, "another size")
        until(lambda at: (at / "shorter").stat().st_size == 10, "a smaller one")
        until(lambda at: not (at / "renamed").exists() and (at / "new name").exists(), "another name")
        until(lambda at: not (at / "deleted").exists(), "no file any more")
        for each in places:
            assert _names(each) == ["longer", "new name", "other", "shorter"]
            assert (each / "longer").read_bytes() == BEFORE + b"longer"
            assert (each / "shorter").read_bytes() == BEFORE[:10]
            assert (each / "new name").read_bytes() == BEFORE


def _change(folder: Path) -> None:
    (folder / "next").write_bytes(AFTER)
    os.utime(folder / "next", ns=(1, 1_700_000_000_123_456_789))
    (folder / "next").replace(folder / "other")
    with (folder / "longer").open("ab") as out:
        out.write(b"longer")
    os.truncate(folder / "shorter", 10)
    (folder / "renamed").rename(folder / "new name")
    (folder / "deleted").unlink()


def _names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


def test_a_handle_of_a_file_of_elsewhere_ends_with_its_version(pair: Pair) -> None:
    source = pair.nas.files / "handles"
    source.mkdir()
    for name in ("changed", "deleted"):
        (source / name).write_bytes(BEFORE)
    with pair.mounted() as tree:
        changed, deleted = (tree / FAR / "handles" / name for name in ("changed", "deleted"))
        pair.laptop.until(lambda: changed.exists() and deleted.exists(), "the files")
        with opened(changed) as handle, opened(deleted) as gone:
            assert again(handle, 0) == again(gone, 0) == BEFORE[:PAGE]
            (source / "changed").write_bytes(AFTER + b"!")
            (source / "deleted").unlink()
            pair.laptop.until(lambda: changed.stat().st_size == SIZE + 1, "the change", SEEN_S)
            for each, before in ((handle, 0), (gone, 0), (handle, 40 * PAGE)):
                pair.laptop.until(lambda each=each, at=before: _refusal(each, at) == errno.ESTALE, "its end", SEEN_S)  # type: ignore[misc]
            assert changed.read_bytes() == AFTER + b"!"
            pair.laptop.until(lambda: not deleted.exists(), "the deletion", SEEN_S)
            with pytest.raises(FileNotFoundError):
                deleted.read_bytes()


def test_a_handle_of_an_own_file_behaves_like_the_file(pair: Pair) -> None:
    source = pair.laptop.files / "own-handles"
    source.mkdir()
    for name in ("grown", "deleted"):
        (source / name).write_bytes(BEFORE)
    with pair.mounted() as tree:
        grown, deleted = (tree / OWN / source.name / name for name in ("grown", "deleted"))
        pair.laptop.until(lambda: grown.exists() and deleted.exists(), "the files")
        with opened(grown) as handle, opened(deleted) as gone:
            assert again(handle, 0) == again(gone, 0) == BEFORE[:PAGE]
            with (source / "grown").open("ab") as out:
                out.write(AFTER)
            (source / "deleted").unlink()
            pair.laptop.until(lambda: again(handle, SIZE) == AFTER[:PAGE], "what was added", SEEN_S)
            pair.laptop.until(lambda: not deleted.exists(), "the deletion", SEEN_S)
            assert again(gone, PAGE) == BEFORE[PAGE : 2 * PAGE]
            with (source / "grown").open("r+b") as out:
                out.write(b"other")
            assert again(handle, 0, 5) == b"other"
            assert (source / "grown").read_bytes() == grown.read_bytes()


def test_one_reader_never_sees_two_versions_of_a_file_of_elsewhere(pair: Pair, *, full: bool) -> None:
    """Each version is one letter all over, and replaces the one before at once."""
    source, rounds = pair.nas.files / "letters", 100 if full else 6
    source.mkdir()
    (source / "a").write_bytes(b"a" * SIZE)
    over = threading.Event()

    def write() -> None:
        chance = random.Random(3)
        for number in range(rounds):
            time.sleep(chance.random() * 2)
            (source / "next").write_bytes(_letter(number) * (SIZE + number))
            (source / "next").replace(source / "a")
        over.set()

    with pair.mounted() as tree:
        shown = tree / FAR / "letters" / "a"
        pair.laptop.until(shown.exists, "the file")
        writer = threading.Thread(target=write)
        writer.start()
        found = Counter[str]()
        while not over.is_set():
            found[_seen(shown)] += 1
        writer.join()
        pair.laptop.until(lambda: _seen(shown) == _letter(rounds - 1).decode(), "the last version", SEEN_S)
    assert len([each for each in found if len(each) == 1]) > 2, found


def _letter(number: int) -> bytes:
    return bytes([ord("b") + number % 24])


def _seen(shown: Path) -> str:
    """The letter of the version that was read in small pieces, or why it was not."""
    letters = set[int]()
    try:
        with opened(shown) as handle:
            size = os.fstat(handle).st_size
            for offset in range(0, size, SIZE // 8):
                letters |= set(again(handle, offset, SIZE // 8))
                time.sleep(0.005)
    except OSError as refused:
        if refused.errno not in HONEST | {errno.ENOENT}:
            raise
        return errno.errorcode[refused.errno]
    assert len(letters) == 1, f"versions {bytes(sorted(letters))!r} in one handle"
    return chr(letters.pop())


def _refusal(handle: int, offset: int) -> int:
    """The number with which it is refused; 0 where it is not."""
    try:
        assert again(handle, offset) == BEFORE[offset : offset + PAGE]
    except OSError as refused:
        return refused.errno or 0
    return 0


def _read(shown: Path, before: bytes) -> bytes:
    """What is there now: wholly what was before, or wholly what came. Empty where it is between the two."""
    try:
        found = shown.read_bytes()
    except OSError as refused:
        assert refused.errno in HONEST | {errno.ENOENT}  # noqa: PT017 - the one that came is not always one
        return b""
    assert found in (before, AFTER)
    return found
