"""A key file is whole or not there, made once, and good only while nobody else can read it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mosaicfs.identity.base64url import decoded
from mosaicfs.identity.key_files import KeyFiles, KeyGivenError, KeyUnsafeError, random_key


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


@pytest.fixture
def files(tmp_path: Path) -> KeyFiles:
    return KeyFiles(tmp_path / "keys")


def test_what_was_written_is_read_and_is_its_owners_alone(files: KeyFiles) -> None:
    assert files.read("a.key") is None
    files.write("a.key", b"first")
    files.write("a.key", b"second")
    assert files.read("a.key") == b"second"
    assert _mode(files.folder) == 0o700
    assert _mode(files.folder / "a.key") == 0o600
    files.check()


def test_a_wide_umask_changes_no_mode(files: KeyFiles) -> None:
    before = os.umask(0)
    try:
        files.write("a.key", b"x")
    finally:
        os.umask(before)
    assert (_mode(files.folder), _mode(files.folder / "a.key")) == (0o700, 0o600)
    files.check()


def test_nothing_there_is_nothing_unsafe(files: KeyFiles) -> None:
    files.check()
    files.remove("a.key")


def test_what_is_removed_is_made_anew(files: KeyFiles) -> None:
    files.write("a.key", b"x")
    files.remove("a.key")
    assert files.once("a.key", lambda: b"y") == b"y"


# --- who else can read it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o777])
def test_a_bit_for_others_is_refused_with_the_line_to_type(files: KeyFiles, mode: int) -> None:
    files.write("a.key", b"x")
    path = files.folder / "a.key"
    path.chmod(mode)
    asking: list[Callable[[], object]] = [
        lambda: files.read("a.key"),
        lambda: files.once("a.key", lambda: b"y"),
        files.check,
    ]
    for ask in asking:
        with pytest.raises(KeyUnsafeError, match=f"has mode {mode:04o}.*chmod 600 {path}"):
            ask()
    path.chmod(0o600)
    assert files.read("a.key") == b"x"


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o700])
def test_bits_for_the_owner_are_the_owners_business(files: KeyFiles, mode: int) -> None:
    files.write("a.key", b"x")
    (files.folder / "a.key").chmod(mode)
    assert files.read("a.key") == b"x"
    files.check()


def test_a_folder_that_others_can_enter_is_refused(files: KeyFiles) -> None:
    files.write("a.key", b"x")
    files.folder.chmod(0o750)
    with pytest.raises(KeyUnsafeError, match=f"chmod 700 {files.folder}"):
        files.check()


def test_the_line_can_be_typed_as_it_stands_whatever_the_folder_is_called(tmp_path: Path) -> None:
    files = KeyFiles(tmp_path / "my; keys $HOME")
    files.write("a.key", b"x")
    (files.folder / "a.key").chmod(0o644)
    with pytest.raises(KeyUnsafeError) as refused:
        files.check()
    line = str(refused.value).rpartition("type: ")[2]
    subprocess.run(["/bin/sh", "-c", line], check=True)
    files.check()


def test_a_key_of_another_user_is_refused(files: KeyFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    files.write("a.key", b"x")
    other = os.geteuid() + 1
    monkeypatch.setattr("os.geteuid", lambda: other)
    with pytest.raises(KeyUnsafeError, match=f"belongs to another user.*chown {other} .*a.key"):
        files.read("a.key")
    with pytest.raises(KeyUnsafeError, match="belongs to another user"):
        files.check()


def test_a_key_that_cannot_even_be_opened_is_refused_alike(files: KeyFiles) -> None:
    files.write("a.key", b"x")
    (files.folder / "a.key").chmod(0)
    script = """
        import os, sys
        from pathlib import Path
        from mosaicfs.identity.key_files import KeyFiles, KeyUnsafeError
        if os.geteuid() == 0:
            os.seteuid(65534)  # root may read everything
        try:
            KeyFiles(Path(sys.argv[1])).read("a.key")
        except KeyUnsafeError as refused:
            print(refused)
    """
    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(files.folder)], check=True, capture_output=True, text=True
    )
    assert "cannot be read by this user" in told.stdout
    assert "chmod 600" in told.stdout


def test_a_link_is_judged_by_what_it_leads_to(files: KeyFiles, tmp_path: Path) -> None:
    files.write("b.key", b"b")
    (tmp_path / "open").write_bytes(b"known to all")
    (tmp_path / "open").chmod(0o644)
    (files.folder / "a.key").symlink_to(tmp_path / "open")
    with pytest.raises(KeyUnsafeError, match="mode 0644"):
        files.read("a.key")


# --- given by the service manager ----------------------------------------------------------------------------------


def test_a_given_file_comes_first_and_its_mode_is_not_judged(
    files: KeyFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write("a.key", b"own")
    files.write("b.key", b"own")
    given = tmp_path / "given"
    given.mkdir()
    (given / "a.key").write_bytes(b"given")
    (given / "a.key").chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    assert files.read("a.key") == files.once("a.key", lambda: b"new") == b"given"
    assert files.read("b.key") == b"own"
    assert (files.is_given("a.key"), files.is_given("b.key")) == (True, False)
    assert files.place("a.key") == given / "a.key"
    with pytest.raises(KeyGivenError, match="given by the service manager"):
        files.write("a.key", b"new")
    assert (files.folder / "a.key").read_bytes() == b"own"


# --- at once, and killed -------------------------------------------------------------------------------------------

_MAKER = """
import sys, time
from pathlib import Path
from mosaicfs.identity.key_files import KeyFiles

def make():
    with open(sys.argv[2], "a") as made:
        made.write("x")
    time.sleep(0.1)
    return str(time.time_ns()).encode()

sys.stdin.read(1)
sys.stdout.write(KeyFiles(Path(sys.argv[1])).once("a.key", make).decode())
"""


def test_processes_at_once_make_one_key_and_ask_for_it_once(files: KeyFiles, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _MAKER, str(files.folder), str(tmp_path / "made")]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(3)]
    for process in running:
        assert process.stdin is not None
        process.stdin.write(b"x")
        process.stdin.flush()
    answers = {process.communicate()[0] for process in running}
    assert answers == {files.read("a.key")}
    assert (tmp_path / "made").read_text() == "x"


def test_threads_at_once_make_one_key(files: KeyFiles) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda number: files.once("a.key", lambda: str(number).encode()), range(8)))
    assert answers == {files.read("a.key")}


@pytest.mark.parametrize("last", ["os.fsync", "Path.replace"])
def test_a_kill_in_the_middle_leaves_what_was_there(files: KeyFiles, last: str) -> None:
    """Killed just before the named call. The next write finds the way free and the rest swept."""
    files.write("a.key", b"before")
    script = f"""
        import os, signal, sys
        from pathlib import Path
        from mosaicfs.identity.key_files import KeyFiles
        {last} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        KeyFiles(Path(sys.argv[1])).write("a.key", b"half of what")
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(files.folder)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert files.read("a.key") == b"before"
    assert len(_drafts(files)) == 1
    files.check()
    files.write("b.key", b"after")
    assert not _drafts(files)
    assert files.read("a.key") == b"before"


def test_a_maker_that_fails_leaves_nothing(files: KeyFiles) -> None:
    with pytest.raises(ZeroDivisionError):
        files.once("a.key", lambda: b"x" * (1 // 0))
    assert files.read("a.key") is None
    assert files.once("a.key", lambda: b"x") == b"x"


# --- 32 random bytes -----------------------------------------------------------------------------------------------


def test_a_random_key_is_kept_as_base64url(files: KeyFiles) -> None:
    key = random_key(files, "instance.key")
    assert len(key) == 32
    assert random_key(files, "instance.key") == key
    assert decoded((files.folder / "instance.key").read_text()) == key
    assert random_key(files, "host.key") != key


def test_a_line_end_that_an_editor_put_there_does_no_harm(files: KeyFiles) -> None:
    key = random_key(files, "instance.key")
    files.write("instance.key", (files.folder / "instance.key").read_bytes() + b"\n")
    assert random_key(files, "instance.key") == key


@pytest.mark.parametrize("content", [b"", b"AAAA", b"\xff" * 32, b"A" * 44, b"!" * 43])
def test_what_is_no_key_is_refused_rather_than_replaced(files: KeyFiles, content: bytes) -> None:
    files.write("instance.key", content)
    with pytest.raises(KeyUnsafeError, match="does not hold 32 bytes"):
        random_key(files, "instance.key")
    assert files.read("instance.key") == content


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def _drafts(files: KeyFiles) -> list[Path]:
    return list(files.folder.glob("*.draft"))
