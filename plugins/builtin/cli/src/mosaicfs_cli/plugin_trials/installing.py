"""Putting a plugin where this machine finds it: a file into the plugins folder, a distribution beside MosaicFS.

A file is looked at before it is put there, as a copy that nobody else can have written. A distribution runs code of
its own while it is installed, and so is the business of the installer that the owner uses anyway.
"""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mosaicfs import check_plugin, find_plugin, write_whole
from mosaicfs.errors import AskOwnerError, GiveUpError
from mosaicfs.model.plugin_kind import PluginGround

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject
    from mosaicfs.model.plugin_kind import FoundPlugin

PROGRAM = 0o755
TEXT = 0o644


class PluginUnfitError(GiveUpError):
    def __init__(self, word: str, trouble: str) -> None:
        super().__init__(f"{word} was not installed: {trouble}. Nothing was changed.")


class InstallerError(AskOwnerError):
    def __init__(self, command: str, trouble: str) -> None:
        super().__init__(f"`{command}` failed: {trouble}")


class Part(NamedTuple):
    """One file of a plugin, as it will lie in the plugins folder."""

    name: str
    content: bytes
    mode: int


def parts_of(found: FoundPlugin) -> list[Part]:
    """The file, and the sidecar of a program."""
    path = Path(found.place)
    files = [path, *([sidecar] if (sidecar := path.with_name(f"{path.name}.json")).is_file() else [])]
    return [Part(each.name, each.read_bytes(), PROGRAM if _is_program(each) else TEXT) for each in files]


def refuse_unfit(found: FoundPlugin, parts: list[Part], ground: PluginGround, options: JsonObject) -> None:
    """`PluginUnfitError` names the first check that fails."""
    with tempfile.TemporaryDirectory() as folder:
        for part in parts:
            _put(Path(folder), part)
        copy = find_plugin(str(Path(folder) / Path(found.place).name), ground)
        for check in check_plugin(copy, options):
            if check.status == "fail":
                raise PluginUnfitError(found.place, f"{check.title}: {check.detail}")


def refuse_taken(folder: Path, parts: list[Part]) -> None:
    for part in parts:
        if (folder / part.name).exists() and (folder / part.name).read_bytes() != part.content:
            raise PluginUnfitError(part.name, f"{folder / part.name} is there already, and differs; add --replace")


def put(folder: Path, parts: list[Part]) -> None:
    """The sidecar first: the program is never there without what it says of itself."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    for part in reversed(parts):
        _put(folder, part)


def installer(what: str) -> list[str]:
    """The command that puts a distribution beside this program."""
    if (uv := shutil.which("uv")) is not None:
        return [uv, "pip", "install", "--python", sys.executable, what]
    return [sys.executable, "-m", "pip", "install", what]


def run_installer(command: list[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603 - what the owner typed
    if done.returncode:
        raise InstallerError(" ".join(command), " ".join(_last(done.stderr)) or f"it ended with {done.returncode}")


def _last(text: str) -> Iterator[str]:
    yield from [line.strip() for line in text.splitlines() if line.strip()][-3:]


def _is_program(path: Path) -> bool:
    return bool(path.stat().st_mode & stat.S_IXUSR) and path.suffix == ""


def _put(folder: Path, part: Part) -> None:
    write_whole(folder / part.name, part.content, part.mode)
