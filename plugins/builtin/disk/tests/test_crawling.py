"""Crawls of real folders, as a sink sees them that keeps marks."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import trio

from mosaicfs.errors import OptionsError, SourceUnavailableError
from mosaicfs.model.crawling import Change, CrawlEnd, Listed, Reason, Source
from mosaicfs.model.json import Json
from mosaicfs_disk import crawling, walking
from mosaicfs_disk.crawling import crawl_folder
from mosaicfs_disk.mounts import Mount, Mounts


class Folders:
    """A sink that knows folders, and what was sent in the last crawl."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.known: dict[str, bytes] = {}
        self.files: dict[str, Change] = {}
        self.forget()

    def forget(self) -> None:
        self.sent: list[str] = []
        self.gone: list[str] = []
        self.left: dict[str, Reason] = {}
        self.excluded: list[str] = []
        self.unchanged = 0

    async def marks(self) -> Mapping[str, bytes]:
        return dict(self.known)

    async def folder(self, export_path: str, files: Sequence[Change | Listed], mark: bytes) -> None:
        await trio.lowlevel.checkpoint()
        self.sent.append(export_path)
        self.known[export_path] = mark
        changes = [each.at(export_path) if isinstance(each, Listed) else each for each in files]
        here = {change.export_path: change for change in changes}
        there = {path for path in self.files if path.rpartition("/")[0] == export_path}
        self.files = {path: change for path, change in self.files.items() if path not in there} | here

    async def no_folder(self, export_path: str, reason: Reason = "gone") -> None:
        self.gone.append(export_path)
        self.left[export_path] = reason
        self.known = {path: mark for path, mark in self.known.items() if not f"{path}/".startswith(f"{export_path}/")}
        self.files = {path: change for path, change in self.files.items() if not path.startswith(f"{export_path}/")}

    async def seen(self, files: int) -> None:
        self.unchanged += files

    async def send(self, change: Change) -> None:
        self.excluded.append(change.export_path)

    def progress(self) -> None:
        """Nothing is kept of it."""

    async def crawl(self, **rules: Json) -> CrawlEnd:
        self.forget()
        prefix = str(self.root)
        options = {"pace": "full", **rules}
        return await crawl_folder(
            Source(name=prefix, backend="disk", node_id="n", prefix=prefix, options=options), self
        )

    @property
    def names(self) -> list[str]:
        return sorted(path.removeprefix(f"{self.root}/") for path in self.files)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "root"
    path.mkdir()
    return path


@pytest.fixture
def sink(root: Path) -> Folders:
    return Folders(root)


def put(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode(errors="surrogateescape"))


async def test_a_second_crawl_sends_nothing(root: Path, sink: Folders) -> None:
    put(root, "a.txt", ".hidden", "deep/er/b.txt", "deep/c")
    assert (await sink.crawl()).complete
    assert sink.names == [".hidden", "a.txt", "deep/c", "deep/er/b.txt"]
    await sink.crawl()
    assert (sink.sent, sink.gone, sink.unchanged) == ([], [], 4)


async def test_only_the_folder_that_changed_is_sent(root: Path, sink: Folders) -> None:
    put(root, "a.txt", "deep/b.txt")
    await sink.crawl()
    put(root, "deep/new.txt")
    (root / "deep/b.txt").unlink()
    await sink.crawl()
    assert sink.sent == [f"{root}/deep"]
    assert sink.names == ["a.txt", "deep/new.txt"]


async def test_times_are_exact_to_a_nanosecond(root: Path, sink: Folders) -> None:
    put(root, "a")
    os.utime(root / "a", ns=(0, 1_700_000_000_123_456_789))
    await sink.crawl()
    change = sink.files[f"{root}/a"]
    assert (change.mtime, change.mtime_ns) == ("2023-11-14T22:13:20.123456Z", 1_700_000_000_123_456_789)
    os.utime(root / "a", ns=(0, 1_700_000_000_123_456_790))
    await sink.crawl()
    assert sink.sent == [str(root)]


async def test_of_what_is_gone_the_topmost_folder_is_named(root: Path, sink: Folders) -> None:
    put(root, "stays", "gone/a", "gone/below/b", "gone/below/deeper/c")
    await sink.crawl()
    for path in sorted((root / "gone").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (root / "gone").rmdir()
    await sink.crawl()
    assert (sink.gone, sink.names) == ([f"{root}/gone"], ["stays"])


async def test_links_sockets_and_pipes_are_left_out(root: Path, sink: Folders) -> None:
    put(root, "file", "folder/b")
    (root / "link").symlink_to("file")
    (root / "folder link").symlink_to("folder")
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "socket"))
        await sink.crawl()
    assert sink.names == ["file", "folder/b"]


async def test_links_to_files_of_the_folder_can_be_indexed(root: Path, sink: Folders, tmp_path: Path) -> None:
    put(root, "file", "folder/b")
    put(tmp_path, "outside")
    (root / "link").symlink_to("file")
    (root / "folder link").symlink_to("folder")
    (root / "away").symlink_to(tmp_path / "outside")
    (root / "nowhere").symlink_to("missing")
    await sink.crawl(symlinks="files")
    assert sink.names == ["file", "folder/b", "link"]


async def test_loops_of_links_end(root: Path, sink: Folders) -> None:
    put(root, "a/file")
    (root / "a/loop").symlink_to("..")
    (root / "b").symlink_to("a")
    await sink.crawl(symlinks="follow")
    assert sink.names == ["a/file", "b/file"]


async def test_hard_links_are_files_of_their_own_without_identity(root: Path, sink: Folders) -> None:
    put(root, "one", "single")
    (root / "two").hardlink_to(root / "one")
    await sink.crawl()
    ids = {Path(path).name: change.native_id for path, change in sink.files.items()}
    assert (ids["one"], ids["two"]) == (None, None)
    assert ids["single"] is not None


async def test_names_that_are_not_utf8_are_shown_and_keep_their_bytes(root: Path, sink: Folders) -> None:
    put(root, "caf\udce9", "b\udcff/in", "ok")
    await sink.crawl()
    assert sink.names == ["b\\xFF/in", "caf\\xE9", "ok"]
    assert sink.files[f"{root}/ok"].raw_path is None
    assert sink.files[f"{root}/b\\xFF/in"].raw_path
    await sink.crawl()
    assert (sink.sent, sink.gone, sink.unchanged) == ([], [], 3)


async def test_of_two_names_that_look_alike_the_real_one_stays(root: Path, sink: Folders) -> None:
    put(root, "caf\udce9", "caf\\xE9")
    end = await sink.crawl()
    assert sink.files[f"{root}/caf\\xE9"].raw_path is None
    assert [skipped.reason for skipped in end.skipped] == ["name"]


async def test_names_with_control_characters_are_counted_and_escaped(root: Path, sink: Folders) -> None:
    put(root, "a\nb", "fine")
    end = await sink.crawl()
    assert sink.names == ["fine"]
    assert [(skipped.path, skipped.reason) for skipped in end.skipped] == [(f"{root}/a\\x0Ab", "name")]


async def test_paths_of_any_depth_do_not_stop_it(root: Path, sink: Folders) -> None:
    here = os.open(root, os.O_RDONLY)
    for _ in range(60):
        for name in ("other", "x" * 100):
            os.mkdir(name, dir_fd=here)
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
        below = os.open("x" * 100, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    end = await sink.crawl()
    assert all(len(path) <= 4_096 for path in sink.files)
    assert 30 < len(sink.files) < 60
    assert end.skipped


async def test_more_folders_deep_than_handles(root: Path, sink: Folders) -> None:
    path = root
    for _ in range(250):
        path = path / "d"
        put(path, "a/file", "z/file")
    await sink.crawl()
    assert len(sink.files) == 500


async def test_defaults_and_our_own_are_left_out(root: Path, sink: Folders) -> None:
    put(root, "a.part", "keep.txt", "node_modules/x/y.js", ".DS_Store", "src/__pycache__/a.pyc", "~$x.docx")
    put(root, ".mosaicfs-folder", "state/mosaicfs.db", "my/excluded/z", "desktop.ini/file")
    await sink.crawl(own_paths=[f"{root}/state"], excluded_paths=[f"{root}/my/excluded"])
    assert sink.names == ["keep.txt"]


async def test_patterns_of_the_owner(root: Path, sink: Folders) -> None:
    put(root, "a.bak", "b/c.bak", "b/d", f"deep/{'x' * 70}/out.log", "deep/in.log", "deep/x/y/z")
    globs: list[Json] = ["*.bak", "**/deep/*/out.log", f"{root}/deep/x/**"]
    await sink.crawl(excluded_globs=globs)
    assert sink.names == ["b/d", "deep/in.log"]


async def test_a_folder_that_becomes_excluded_goes_for_that_reason(root: Path, sink: Folders) -> None:
    put(root, "a/x", "b/deep/y", "c/z")
    await sink.crawl()
    for path in ("a/x", "a"):
        (root / path).unlink() if (root / path).is_file() else (root / path).rmdir()
    await sink.crawl(excluded_globs=["b"])
    assert sink.left == {f"{root}/a": "gone", f"{root}/b": "excluded"}


async def test_what_becomes_excluded_goes_for_that_reason(root: Path, sink: Folders) -> None:
    put(root, "a.bak", "b")
    await sink.crawl()
    await sink.crawl(excluded_globs=["*.bak"])
    assert (sink.names, sink.excluded) == (["b"], [f"{root}/a.bak"])


async def test_a_bad_pattern_is_the_owners_matter(root: Path, sink: Folders) -> None:
    with pytest.raises(OptionsError, match=r"excluded_globs"):
        await sink.crawl(excluded_globs=["[z-a]"])


async def test_ignore_files_hold_for_their_folder_and_below(root: Path, sink: Folders) -> None:
    put(root, "a.tmp", "in/a.tmp", "in/b.txt", "in/deep/c.tmp", "in/deep/out/d", "in/deep/keep.tmp")
    (root / "in/.mosaicignore").write_text("*.tmp\nout/\n")
    (root / "in/deep/.mosaicignore").write_text("!keep.tmp\n")
    await sink.crawl()
    assert sink.names == ["a.tmp", "in/.mosaicignore", "in/b.txt", "in/deep/.mosaicignore", "in/deep/keep.tmp"]


async def test_an_unreadable_folder_changes_nothing_below_it(
    root: Path, sink: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, "a", "bad/b", "bad/deep/c")
    await sink.crawl()
    bad = (root / "bad").stat().st_ino

    def listed(fd: int) -> list[os.DirEntry[str]]:
        if os.fstat(fd).st_ino == bad:
            raise PermissionError(13, "Permission denied")
        return walking_listed(fd)

    walking_listed = walking.listed
    monkeypatch.setattr(walking, "listed", listed)
    end = await sink.crawl()
    assert (sink.gone, sink.names, end.complete) == ([], ["a", "bad/b", "bad/deep/c"], False)
    assert [(skipped.path, skipped.reason) for skipped in end.skipped] == [
        (f"{root}/bad", "unreadable: Permission denied")
    ]


async def test_a_missing_root_is_unavailable(root: Path, sink: Folders) -> None:
    sink.root = root / "missing"
    with pytest.raises(SourceUnavailableError):
        await sink.crawl()
    assert sink.gone == []


async def test_a_crawl_can_be_limited_to_a_folder(root: Path, sink: Folders) -> None:
    put(root, "a", "in/b", "in/deep/c", "other/d")
    await sink.crawl()
    put(root, "in/new", "other/new")
    (root / "in/deep/c").unlink()
    (root / "in/deep").rmdir()
    end = await sink.crawl(below=f"{root}/in")
    assert sink.names == ["a", "in/b", "in/new", "other/d"]
    assert (sink.gone, end.complete) == ([f"{root}/in/deep"], False)


async def test_a_folder_that_is_gone_when_its_crawl_begins(root: Path, sink: Folders) -> None:
    put(root, "a", "in/deep/c")
    await sink.crawl()
    (root / "in/deep/c").unlink()
    (root / "in/deep").rmdir()
    (root / "in").rmdir()
    await sink.crawl(below=f"{root}/in/deep")
    assert sink.gone == [f"{root}/in"]


async def test_an_excluded_folder_is_not_crawled_by_name(root: Path, sink: Folders) -> None:
    put(root, "node_modules/a/b")
    await sink.crawl(below=f"{root}/node_modules/a")
    assert sink.names == []


async def test_where_a_disk_was_mounted_an_empty_folder_says_nothing(
    root: Path, sink: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, "a", "usb/b", "usb/deep/c")
    usb = Mount(f"{root}/usb", "8:1", "ext4", "/dev/sdb1")
    monkeypatch.setattr(crawling, "mounts", lambda: Mounts({usb.point: usb}))
    await sink.crawl()
    monkeypatch.setattr(crawling, "mounts", lambda: Mounts({}))
    (root / "usb").rename(root.parent / "away")
    (root / "usb").mkdir()
    end = await sink.crawl()
    assert (sink.gone, len(sink.files), end.complete) == ([], 3, False)
    (root / "usb").rmdir()
    (root.parent / "away").rename(root / "usb")
    monkeypatch.setattr(crawling, "mounts", lambda: Mounts({usb.point: usb}))
    await sink.crawl()
    assert (sink.sent, sink.unchanged) == ([], 3)


@pytest.mark.parametrize(("kind", "crossing", "entered"), [
    ("ext4", "local", True),
    ("ext4", "none", False),
    ("nfs4", "local", False),
    ("nfs4", "all", True),
    ("fuse.sshfs", "local", False),
    ("fuse.mosaicfs", "all", False),
    ("proc", "all", False),
])  # fmt: skip
async def test_other_file_systems(
    root: Path, sink: Folders, monkeypatch: pytest.MonkeyPatch, kind: str, crossing: str, *, entered: bool
) -> None:
    put(root, "a", "other/b")
    other = Mount(f"{root}/other", "0:99", kind, "there")
    monkeypatch.setattr(crawling, "mounts", lambda: Mounts({other.point: other}))
    await sink.crawl(cross_filesystems=crossing)
    assert ("other/b" in sink.names) == entered


async def test_types_by_extension_and_by_content(root: Path, sink: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, "a.PDF", "notes", "b.unheard-of")
    (root / "picture").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    await sink.crawl()
    types = {Path(path).name: change.mime_type for path, change in sink.files.items()}
    assert types == {"a.PDF": "application/pdf", "notes": "text/plain", "b.unheard-of": "text/plain",
                     "picture": "image/png"}  # fmt: skip
    opened: list[str] = []
    monkeypatch.setattr("mosaicfs_disk.comparing.sniffed", lambda name, fd: opened.append(name))
    put(root, "new")
    await sink.crawl()
    assert opened == ["new"]
    assert sink.files[f"{root}/picture"].mime_type == "image/png"


async def test_a_crawl_can_be_cancelled(root: Path, sink: Folders) -> None:
    put(root, *(f"{number}/file" for number in range(300)))

    class Stuck(Folders):
        async def folder(self, export_path: str, files: Sequence[Change | Listed], mark: bytes) -> None:
            stuck.set()
            await trio.sleep_forever()

    stuck = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(Stuck(root).crawl)
        await stuck.wait()
        nursery.cancel_scope.cancel()
