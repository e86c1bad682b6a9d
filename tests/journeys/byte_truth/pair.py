"""Two machines, a faulty line between them, and the tree of one mounted: files of both in it, their sources at hand."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.journeys.byte_truth.faulty_line import FaultyLine
from tests.journeys.conftest import free_port
from tests.journeys.test_joined_node import Duty, TwoMachines

MIB = 1 << 20
THRESHOLD = MIB
"""From here on files are kept in blocks: small, so that both ways are gone."""

FAR, OWN = "far", "own"
Sources = list[tuple[Path, Path]]
"""Where a file is below the mount point, and the file itself."""


class Pair(TwoMachines):
    """`nas` has the files that are `far`, `laptop` those that are its `own`, and the mount."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        super().__init__(folder)
        self.line = FaultyLine(port)
        self.nas.environment |= {
            "MOSAICFS_AGENT_WATCH_PATHS": str(self.nas.files),
            "MOSAICFS_AGENT_DEFAULT_EXCLUDES": "false",
            "MOSAICFS_TRANSFER_LISTEN": f"127.0.0.1:{port}",
            "MOSAICFS_TRANSFER_ADVERTISE": f"127.0.0.1:{self.line.port}",
        }
        self.laptop.environment |= {
            "MOSAICFS_AGENT_DEFAULT_EXCLUDES": "false",
            "MOSAICFS_CACHE_BLOCK_THRESHOLD_BYTES": str(THRESHOLD),
            "MOSAICFS_CACHE_MIN_FREE_BYTES": "0",
        }
        self.cache = folder / "laptop" / "cache" / "mosaicfs"
        self._places = 0
        for machine, shown in ((self.nas, FAR), (self.laptop, OWN)):
            source = f"node-{machine.environment['MOSAICFS_AGENT_NAME']}:{machine.files}"
            for words in (("vfs", "mkdir", f"/{shown}"), ("vfs", "mount-add", f"/{shown}", source)):
                told = self.nas.run(*words)
                assert told.returncode == 0, told.stderr
        self.start_agent()
        self.start_source()
        self.nas.until(lambda: self.nas.ask("api", "GET", "/api/nodes/node-nas").get("transfer"), "where files are")

    def start_source(self) -> None:
        self.duties["source"] = Duty(self.nas, "agent")

    def kill_source(self) -> None:
        self.duties["source"].stop(signal.SIGKILL)

    def close(self) -> None:
        super().close()
        self.line.close()

    # --- files ---------------------------------------------------------------------------------------------------

    def plant(self, name: str, count: int, most: int = 3 * MIB) -> Sources:
        """So many random files, half of them far: empty ones, small ones, and some up to `most` bytes."""
        chance = random.Random(name)
        sources: Sources = []
        for machine, shown in ((self.nas, FAR), (self.laptop, OWN)):
            folder = machine.files / name
            folder.mkdir()
            for number in range(count // 2):
                file = folder / f"{number:04}.bin"
                file.write_bytes(chance.randbytes(_size(chance, number, most)))
                sources.append((Path(shown, name, file.name), file))
        return sources

    # --- mounts --------------------------------------------------------------------------------------------------

    @contextmanager
    def mounted(self, **environment: str) -> Iterator[Path]:
        """A mount of the laptop's, in a process that is started as people start it."""
        self._places += 1
        at = self.laptop.folder / f"tree{self._places}"
        at.mkdir()
        try:
            self.mount(at, **environment)
            yield at
        finally:
            self.unmount(at)

    def mount(self, at: Path, **environment: str) -> int:
        """Its pid."""
        before = dict(self.laptop.environment)
        self.laptop.environment |= environment
        try:
            return int(self.laptop.ask("mount", str(at))["pid"])
        finally:
            self.laptop.environment = before

    def unmount(self, at: Path) -> None:
        self.laptop.run("unmount", str(at))
        subprocess.run(["fusermount3", "-u", "-z", str(at)], capture_output=True, check=False)

    def wait_for(self, tree: Path, sources: Sources) -> Sources:
        """Until all of them are shown there, with their sizes; where they are."""
        shown = [(tree / below, source) for below, source in sources]
        self.laptop.until(lambda: all(_is_shown(*each) for each in shown), f"{len(shown)} files in the mount")
        return shown


def _is_shown(shown: Path, source: Path) -> bool:
    with suppress(OSError):
        return shown.stat().st_size == source.stat().st_size
    return False


def _size(chance: random.Random, number: int, most: int) -> int:
    """Every fifth is a large one; and those at the borders are always among them."""
    borders = (0, 1, 4_096, THRESHOLD - 1, THRESHOLD, THRESHOLD + 1)
    if number < len(borders):
        return min(borders[number], most)
    return chance.randrange(most) if number % 5 == 0 else chance.randrange(60_000)


def xattr(path: Path, name: str) -> str:
    return os.getxattr(path, f"user.mosaicfs.{name}").decode()
