"""Files below `<state>/keys`: made once, whole or not there, and good only while nobody but their owner can read them.

A key that anybody else could read may be known already, so it is refused and not mended. What a key is for is said
where it is used. A service manager may give a file in `$CREDENTIALS_DIRECTORY`; it guards what lies there by its own
means, so modes are not judged there, and MosaicFS never writes there.
"""

from __future__ import annotations

import os
import secrets
import shlex
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

from mosaicfs.errors import AskOwnerError
from mosaicfs.identity.base64url import decoded, encoded
from mosaicfs.whole_file import DRAFTS, write_whole

KEY_BYTES = 32
_LOCK = ".lock"
_RESTORING = ".restoring"


class KeyUnsafeError(AskOwnerError):
    """`remedy` is the line to type, or what else to do."""

    def __init__(self, path: Path, trouble: str, remedy: str) -> None:
        super().__init__(f"The key {path} {trouble}. {remedy}")


class KeyGivenError(AskOwnerError):
    def __init__(self, path: Path) -> None:
        super().__init__(f"The key {path} is given by the service manager and cannot be changed here. Change it there.")


@dataclass(frozen=True, slots=True)
class KeyFiles:
    folder: Path

    def read(self, name: str) -> bytes | None:
        """None when there is no such file. A given file comes before an own one."""
        if (given := self._given(name)) is not None:
            return given.read_bytes()
        return _read(self.folder / name)

    def write(self, name: str, content: bytes) -> None:
        """In place of what was there. `KeyGivenError` where a given file would hide it."""
        self._refuse_given(name)
        with self._alone():
            write_whole(self.folder / name, content)

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        """What is there, or what `make` answers; of all processes that ask at once, one is asked to make it.

        `make` must not touch this folder: it is called while nobody else may write there.
        """
        if (found := self.read(name)) is not None:
            return found
        with self._alone():
            if (found := self.read(name)) is None:
                found = make()
                write_whole(self.folder / name, found)
        return found

    def remove(self, name: str) -> None:
        """Nothing happens when it is not there."""
        with self._alone():
            (self.folder / name).unlink(missing_ok=True)

    def names(self) -> list[str]:
        """Of the files that lie here themselves."""
        with suppress(FileNotFoundError):
            return sorted(each.name for each in self.folder.iterdir() if each.is_file() and each.name[0] != ".")
        return []

    @contextmanager
    def restoring(self) -> Iterator[None]:
        """Around the exchange of several keys that belong together: who is killed in it leaves a folder that `check`
        refuses, until it is done again."""
        self.write(_RESTORING, b"")
        yield
        self.remove(_RESTORING)

    def place(self, name: str) -> Path:
        """Where `read` finds it, or where `write` would put it."""
        return self._given(name) or self.folder / name

    def is_given(self, name: str) -> bool:
        return self._given(name) is not None

    def check(self) -> None:
        """`KeyUnsafeError` for the first file, or for the folder, that others could read or change; and for keys of
        which only some were restored."""
        if (self.folder / _RESTORING).exists():
            remedy = "Type again, with the same file: mosaicfs server keys import FILE"
            raise KeyUnsafeError(self.folder, "was being restored, and that did not come to its end", remedy)
        with suppress(FileNotFoundError):
            _refuse_unsafe(self.folder, self.folder.stat(), "700")
            for path in sorted(self.folder.iterdir()):
                with suppress(FileNotFoundError):
                    _refuse_unsafe(path, path.stat(), "600")

    def _given(self, name: str) -> Path | None:
        folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
        return path if folder and (path := Path(folder, name)).is_file() else None

    def _refuse_given(self, name: str) -> None:
        if (given := self._given(name)) is not None:
            raise KeyGivenError(given)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process or thread writes here meanwhile, so a draft that lies here is left over from a kill."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            flock(lock, LOCK_EX)
            for draft in self.folder.glob(DRAFTS):
                draft.unlink()
            yield
        finally:
            os.close(lock)


def random_key(files: KeyFiles, name: str) -> bytes:
    """32 bytes, made at the first call and kept as base64url: `instance.key`, `host.key`."""
    text = files.once(name, lambda: encoded(secrets.token_bytes(KEY_BYTES)).encode())
    try:
        key = decoded(text.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        remedy = "Put back the key that was there; a new one does not open what the old one sealed."
        raise KeyUnsafeError(files.place(name), f"does not hold {KEY_BYTES} bytes as base64url", remedy)
    return key


def _read(path: Path) -> bytes | None:
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except PermissionError:
        remedy = f"Start as the user that made it, or type as root: {_handing_over(path, '600')}"
        raise KeyUnsafeError(path, "cannot be read by this user", remedy) from None
    with os.fdopen(file, "rb") as opened:
        _refuse_unsafe(path, os.fstat(opened.fileno()), "600")
        return opened.read()


def _refuse_unsafe(path: Path, found: os.stat_result, mode: str) -> None:
    if found.st_uid != os.geteuid():
        remedy = f"If you trust what it holds, type as root: {_handing_over(path, mode)}"
        raise KeyUnsafeError(path, "belongs to another user", remedy)
    if stat.S_IMODE(found.st_mode) & 0o077:
        seen = f"has mode {stat.S_IMODE(found.st_mode):04o}, so others can get at it"
        raise KeyUnsafeError(path, seen, f"If nobody else has read it, type: chmod {mode} {shlex.quote(str(path))}")


def _handing_over(path: Path, mode: str) -> str:
    shown = shlex.quote(str(path))
    return f"chown {os.geteuid()} {shown} && chmod {mode} {shown}"
