"""What is reached below a folder, by the one call and by parts: the same, and nothing is done to what is refused."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mosaicfs.local_files import opening
from mosaicfs.local_files.opening import LinkRefusedError, OtherMountError, open_below, open_folder, real_path_of

Read = Callable[[str], bytes]


@pytest.fixture(params=["openat2", "by parts"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "by parts":
        monkeypatch.setattr(opening, "has_openat2", lambda: False)
    elif not opening.has_openat2():
        pytest.skip("this system has no openat2")


@pytest.fixture
def seen() -> list[tuple[str, int]]:
    return []


@pytest.fixture
def read(way: None, tmp_path: Path, seen: list[tuple[str, int]]) -> Iterator[Read]:
    """Below `tmp_path`; what was reached is in `seen` and only regular files are admitted."""
    (tmp_path / "root").mkdir()
    folder = open_folder(str(tmp_path / "root"))

    def admit(path: str, found: os.stat_result) -> None:
        seen.append((path, stat.S_IFMT(found.st_mode)))
        if not stat.S_ISREG(found.st_mode):
            raise PermissionError(path)

    def read_below(path: str) -> bytes:
        descriptor = open_below(folder, path, admit)
        with os.fdopen(descriptor, "rb") as file:
            return file.read()

    before = len(list(Path("/proc/self/fd").iterdir()))
    yield read_below
    assert len(list(Path("/proc/self/fd").iterdir())) == before, "something was left open"
    os.close(folder)


def test_a_file_is_read_through_folders_and_links(read: Read, tmp_path: Path, seen: list[tuple[str, int]]) -> None:
    real = tmp_path / "root" / "a" / "f"
    real.parent.mkdir()
    real.write_bytes(b"bytes")
    (tmp_path / "root" / "up").symlink_to("./a/../a")
    (tmp_path / "root" / "away").symlink_to(tmp_path / "root" / "up")
    assert {read(path) for path in ("a/f", "up/f", "away/f", "away/../a/f")} == {b"bytes"}
    assert {path for path, _ in seen} == {str(real)}


def test_it_is_told_where_a_link_out_leads(read: Read, tmp_path: Path, seen: list[tuple[str, int]]) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "root" / "out").symlink_to("../secret")
    read("out")
    assert seen == [(str(tmp_path / "secret"), stat.S_IFREG)]


@pytest.mark.parametrize("name", ["fd/0", "root/etc/passwd", "cwd", "exe"])
def test_links_of_the_system_that_have_no_name_are_not_followed(read: Read, tmp_path: Path, name: str) -> None:
    """By parts they are names like others, so what they name is judged like others."""
    (tmp_path / "root" / "self").symlink_to("/proc/self")
    if opening.has_openat2():
        with pytest.raises(LinkRefusedError):
            read(f"self/{name}")


def test_links_without_an_end_end(read: Read, tmp_path: Path) -> None:
    (tmp_path / "root" / "a").symlink_to("b")
    (tmp_path / "root" / "b").symlink_to("a")
    with pytest.raises(LinkRefusedError):
        read("a")


def test_a_pipe_and_a_device_are_looked_at_and_not_opened(
    read: Read, tmp_path: Path, seen: list[tuple[str, int]]
) -> None:
    os.mkfifo(tmp_path / "root" / "pipe")
    (tmp_path / "root" / "tty").symlink_to("/dev/full")
    for name in ("pipe", "tty"):
        with pytest.raises(PermissionError):
            read(name)
    assert [kind for _, kind in seen] == [stat.S_IFIFO, stat.S_IFCHR]


@pytest.mark.parametrize("path", ["absent", "file/below", "absent/below"])
def test_what_is_not_there_is_not_found(read: Read, tmp_path: Path, path: str) -> None:
    (tmp_path / "root" / "file").write_bytes(b"")
    with pytest.raises((FileNotFoundError, NotADirectoryError)):
        read(path)


def test_a_name_that_is_not_utf_8_is_reached(read: Read, tmp_path: Path, seen: list[tuple[str, int]]) -> None:
    name = os.fsdecode(b"caf\xe9")
    (tmp_path / "root" / name).write_bytes(b"x")
    assert read(name) == b"x"
    assert seen[0][0] == str(tmp_path / "root" / name)


def test_a_folder_that_was_moved_is_known_by_its_new_name(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    folder = open_folder(str(tmp_path / "old"))
    (tmp_path / "old").rename(tmp_path / "new")
    assert real_path_of(folder) == str(tmp_path / "new")
    os.close(folder)


@pytest.fixture
def below_root() -> Iterator[int]:
    folder = open_folder("/")
    yield folder
    os.close(folder)


@pytest.mark.skipif(not opening.has_openat2(), reason="this system cannot tell")
@pytest.mark.parametrize("link", [None, "/proc/self/status", "proc"])
def test_what_lies_behind_a_mount_point_is_not_asked_by_who_wants_none(
    below_root: int, tmp_path: Path, link: str | None
) -> None:
    """A file of this very mount is reached, by links too."""
    path = "proc/self/status"
    if link is not None:
        (tmp_path / "link").symlink_to(link if link.startswith("/") else "/proc")
        path = str(tmp_path / "link").lstrip("/") + ("" if link.startswith("/") else "/self/status")
    with pytest.raises(OtherMountError):
        open_below(below_root, path, lambda path, found: pytest.fail("it was asked"), same_mount=True)
    os.close(open_below(below_root, path, lambda path, found: None))


@pytest.mark.usefixtures("way")
def test_a_file_of_the_same_mount_is_reached_where_the_system_can_tell(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "real").write_bytes(b"bytes")
    (tmp_path / "link").symlink_to("a/real")
    folder = open_folder(str(tmp_path))
    try:
        if opening.has_openat2():
            for path in ("a/real", "link", "a/../link"):
                os.close(open_below(folder, path, lambda path, found: None, same_mount=True))
        else:
            with pytest.raises(OtherMountError):
                open_below(folder, "a/real", lambda path, found: None, same_mount=True)
    finally:
        os.close(folder)
