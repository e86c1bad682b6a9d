"""Putting the file of a service where it is looked for, and what else a service of the system needs."""

from __future__ import annotations

import difflib
import os
import pwd
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mosaicfs import write_whole
from mosaicfs.errors import ConflictError, GiveUpError, UnsupportedError
from mosaicfs_cli.units.checksum import is_edited
from mosaicfs_cli.units.systemd import NotRootError
from mosaicfs_cli.units.unit import USER, Duty, unit_name

SYSCTL = """\
# Written by `mosaicfs service install`: how many folders can be watched at once.
fs.inotify.max_user_watches = 524288
"""


class UnitEditedError(ConflictError):
    def __init__(self, path: Path, difference: str, instead: str) -> None:
        GiveUpError.__init__(self, f"{path} was edited by hand and is left as it is. {instead}")
        self.difference = difference


class ProgramHiddenError(UnsupportedError):
    def __init__(self, place: str) -> None:
        trouble = f"{place} lies in a home directory, which a service of the system cannot see."
        GiveUpError.__init__(self, f"{trouble} Install MosaicFS elsewhere, such as in /opt, or leave out --system")


@dataclass(frozen=True, slots=True)
class Ground:
    """Where units lie. `root` is `/` but in tests."""

    environment: Mapping[str, str]
    is_system: bool
    root: Path = Path("/")

    def unit(self, duty: Duty) -> Path:
        if self.is_system:
            return self.root / "etc/systemd/system" / unit_name(duty)
        return self._config_home() / "systemd/user" / unit_name(duty)

    def launch_agent(self, label: str) -> Path:
        return Path(self.environment.get("HOME") or Path.home()) / "Library/LaunchAgents" / f"{label}.plist"

    @property
    def sysctl(self) -> Path:
        return self.root / "etc/sysctl.d/60-mosaicfs.conf"

    def is_lingering(self) -> bool:
        name = self.environment.get("USER") or pwd.getpwuid(os.getuid()).pw_name
        return (self.root / "var/lib/systemd/linger" / name).exists()

    def _config_home(self) -> Path:
        named = Path(self.environment.get("XDG_CONFIG_HOME", ""))
        return named if named.is_absolute() else Path(self.environment.get("HOME") or Path.home()) / ".config"


def require_root(*, is_system: bool) -> None:
    if is_system and os.geteuid() != 0:
        raise NotRootError


def require_visible(*places: str) -> None:
    """The program, and the Python that runs it."""
    for place in places:
        if {"home", "root"} & set(Path(place).parts[1:2]):
            raise ProgramHiddenError(place)


def foreseen(path: Path, text: str) -> Literal["written", "updated", "unchanged"]:
    """What `put` would do. `UnitEditedError` for one that is not ours any more, with what differs."""
    if not path.exists():
        return "written"
    there = path.read_text(encoding="utf-8", errors="replace")
    if there == text:
        return "unchanged"
    if is_edited(there):
        lines = difflib.unified_diff(there.splitlines(), text.splitlines(), str(path), "new", lineterm="")
        raise UnitEditedError(path, "\n".join(lines), "Remove it first if the new one should be there.")
    return "updated"


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode(), 0o644)


def require_ours(path: Path) -> None:
    """`UnitEditedError` before one that was edited is taken away."""
    if path.exists() and is_edited(path.read_text(encoding="utf-8", errors="replace")):
        raise UnitEditedError(path, "", f"Remove it by hand: rm {path}")


def prepare_system(ground: Ground) -> None:
    """The user of the service, and room for watches. What is there already stays."""
    try:
        pwd.getpwnam(USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--home-dir", "/var/lib/mosaicfs", "--no-create-home"]
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", USER], check=True)  # noqa: S603
    if not ground.sysctl.exists():
        put(ground.sysctl, SYSCTL)
        subprocess.run(["sysctl", "--quiet", "--load", str(ground.sysctl)], check=False)  # noqa: S603, S607
