"""The options of a mount, as `-o` and `mount.options` have them, separated by commas; what each means is decided here.

Some are of the mount command and change nothing here; one that would let somebody write is refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from mosaicfs.errors import ConfigError, GiveUpError, UnsupportedError

FSNAME = "mosaicfs"
FUSE_CONF = Path("/etc/fuse.conf")
NEVER_WRITABLE = 0o555

_ALWAYS_SO = frozenset({"ro", "nosuid", "nodev", "noexec", "default_permissions", "defaults"})
_OF_MOUNT = frozenset({"_netdev", "noauto", "auto", "nofail", "user", "users", "nouser", "noatime", "relatime", "exec"})


class BadOptionError(ConfigError):
    """In `mount.options`, or behind `-o`."""

    def __init__(self, place: str, option: str, trouble: str) -> None:
        super().__init__(place, f"the mount option {option} {trouble}.")


class NotAllowedError(UnsupportedError):
    """This user may not let others in."""

    def __init__(self, option: str, conf: Path) -> None:
        GiveUpError.__init__(
            self,
            f"The mount option {option} is for root, unless {conf} has the line user_allow_other. "
            "Add it as root, or leave the option out.",
        )


@dataclass(frozen=True, slots=True)
class MountOptions:
    """Seconds are how long the system may keep what it was told. None of an owner is who mounts."""

    allow_other: bool = False
    allow_root: bool = False
    uid: int | None = None
    gid: int | None = None
    umask: int = 0
    file_mode: int | None = None
    dir_mode: int | None = None
    entry_s: float = 3_600.0
    attr_s: float = 3_600.0
    negative_s: float = 5.0
    nonempty: bool = False
    subtree: str = "/"
    read_ahead_kb: int = 1_024
    fsname: str = FSNAME
    passthrough: bool = True

    @property
    def file_bits(self) -> int:
        return self._bits(self.file_mode, 0o440 if self.allow_other else 0o444) & ~0o111

    @property
    def directory_bits(self) -> int:
        return self._bits(self.dir_mode, 0o550 if self.allow_other else 0o555)

    def _bits(self, chosen: int | None, usual: int) -> int:
        return (usual if chosen is None else chosen) & ~self.umask & NEVER_WRITABLE

    @property
    def of_system(self) -> frozenset[str]:
        """That of root alone is seen to by who answers: the system lets in all or nobody."""
        asked = {"allow_other"} if self.allow_other or self.allow_root else set()
        fixed = {"ro", "nosuid", "nodev", "noexec", "default_permissions", "subtype=mosaicfs"}
        return frozenset({*fixed, f"fsname={self.fsname}", *asked})


def read_options(text: str, place: str = "mount.options") -> MountOptions:
    """`BadOptionError` names the first that cannot be."""
    options = MountOptions()
    for name, value in _pairs(text):
        if name in _ALWAYS_SO or name in _OF_MOUNT or name.startswith("x-"):
            continue
        if name not in _READERS:
            trouble = "is refused: MosaicFS changes no source" if name == "rw" else "is not known"
            raise BadOptionError(place, name, trouble)
        field, read = _READERS[name]
        try:
            options = replace(options, **{field: read(value)})  # type: ignore[arg-type]
        except ValueError as trouble:
            raise BadOptionError(place, f"{name}={value}" if value else name, f"is wrong: {trouble}") from None
    return options


def refuse_not_allowed(options: MountOptions, conf: Path = FUSE_CONF, uid: int | None = None) -> None:
    """`NotAllowedError` before anything is mounted, for the system would only say “no”."""
    asked = "allow_other" if options.allow_other else "allow_root" if options.allow_root else ""
    if not asked or (os.geteuid() if uid is None else uid) == 0:
        return
    try:
        lines = conf.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    if "user_allow_other" not in map(str.strip, lines):
        raise NotAllowedError(asked, conf)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for piece in text.split(","):
        name, _, value = piece.strip().partition("=")
        if name:
            yield name, value


def _flag(value: str) -> bool:
    if value:
        raise ValueError("it takes no value")
    return True


def _no_flag(value: str) -> bool:
    return not _flag(value)


def _number(value: str) -> int:
    if not value.isdigit():
        raise ValueError("it is a whole number")
    return int(value)


def _octal(value: str) -> int:
    try:
        bits = int(value, 8)
    except ValueError:
        bits = -1
    if not 0 <= bits <= 0o777:
        raise ValueError("it is an octal number such as 0440")
    return bits


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 1e9:
        raise ValueError("it is a number of seconds")
    return seconds


def _path(value: str) -> str:
    if not value.startswith("/") or {"", ".", ".."} & set(value.strip("/").split("/")) - (
        {""} if value == "/" else set()
    ):
        raise ValueError("it is an absolute path of the tree")
    return value.rstrip("/") or "/"


def _word(value: str) -> str:
    if not value or not value.isascii() or not value.isprintable() or "\\" in value:
        raise ValueError("it is a name in plain letters")
    return value


_READERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "allow_other": ("allow_other", _flag),
    "allow_root": ("allow_root", _flag),
    "uid": ("uid", _number),
    "gid": ("gid", _number),
    "umask": ("umask", _octal),
    "file_mode": ("file_mode", _octal),
    "dir_mode": ("dir_mode", _octal),
    "entry_timeout": ("entry_s", _seconds),
    "attr_timeout": ("attr_s", _seconds),
    "negative_timeout": ("negative_s", _seconds),
    "nonempty": ("nonempty", _flag),
    "subtree": ("subtree", _path),
    "read_ahead_kb": ("read_ahead_kb", _number),
    "fsname": ("fsname", _word),
    "no_passthrough": ("passthrough", _no_flag),
}
