"""From a mount point to a tree that answers, and back: what is looked at first, what runs beside, and how it ends.

It ends in order when it is cancelled, and by itself when somebody else unmounts it; both ways nothing stays behind.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from shutil import which
from typing import Final

import structlog
import trio

from mosaicfs.errors import ConfigError, NotShownError
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.node import Node
from mosaicfs.model.notices import Notices
from mosaicfs.wire import noun_in
from mosaicfs_mount.answering import Answering
from mosaicfs_mount.device.line import Line
from mosaicfs_mount.device.mounting import DEVICE, mount
from mosaicfs_mount.device.passing import Passing
from mosaicfs_mount.failing import CONDITION, FuseMissingError, told_of
from mosaicfs_mount.mount_points import (
    BusyError,
    MountPointError,
    absolute,
    holders,
    is_inside_ours,
    prepare,
    unmount,
)
from mosaicfs_mount.operations import Operations
from mosaicfs_mount.options import MountOptions, read_options, refuse_not_allowed
from mosaicfs_mount.tuning import tune

PATIENCE_S: Final = 10.0
_POLL_S: Final = 0.1

_log = structlog.get_logger(component="mount")


@dataclass(slots=True)
class MountFace:
    kernel: Kernel
    started: Started
    notices: Notices
    _stopping: bool = field(default=False, init=False)

    async def serve(self) -> None:
        """What refuses the mount is raised before anything is mounted."""
        with told_of(self.notices, Path(self.kernel.settings.mount.path)):
            await self._serve()

    async def _serve(self) -> None:
        options, path = self._chosen()
        refuse_what_is_missing()
        refuse_not_allowed(options)
        watched = [Path(each) for each in self.kernel.settings.agent.watch_paths]
        await trio.to_thread.run_sync(partial(prepare, path, watched, nonempty=options.nonempty))
        await self._refuse_own_folders()
        _allow_many_files()
        await self._warm(options)
        await self._mounted(path, options)

    def _chosen(self) -> tuple[MountOptions, Path]:
        settings = self.kernel.settings
        options = read_options(settings.mount.options, settings.place("mount.options"))
        if not settings.mount.path:
            raise ConfigError(settings.place("mount.path"), "no mount point was named.")
        return options, absolute(Path(settings.mount.path))

    async def _refuse_own_folders(self) -> None:
        """Whatever the mount reads from would ask the mount itself, if it lay below one of ours."""
        places = self.kernel.places
        node = noun_in(await self.kernel.store.get(node_doc_id(self.kernel.node_id)), Node)
        declared = [Path(each.local_mount_path) for each in (node.network_mounts if node is not None else None) or ()]
        for each in (places.cache_dir, places.state_dir, *declared):
            if (ours := is_inside_ours(each)) is not None:
                raise MountPointError(each, f"lies in the mount {ours.path}. Unmount it, or choose another directory")

    async def _warm(self, options: MountOptions) -> None:
        """The tree answers before anybody can ask."""
        try:
            await self.kernel.tree.listing(options.subtree)
        except NotShownError:
            if options.subtree != "/":
                raise

    # --- mounted -------------------------------------------------------------------------------------------------

    async def _mounted(self, path: Path, options: MountOptions) -> None:
        line = Line(await trio.to_thread.run_sync(mount, path, options.of_system))
        passing = Passing(line.descriptor)
        operations = Operations(self.kernel, options, line, passing, path=path, notices=self.notices)
        asked = trio.Event()
        answering = Answering(operations, line, passing, asked.set, options)
        try:
            await operations.following.begin()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._wait_for_stop, operations, path)
                nursery.start_soon(self._tell_started, asked, path, options)
                await self._run(operations, line, answering)
                nursery.cancel_scope.cancel()
        finally:
            with trio.CancelScope(shield=True):
                await operations.reading.close_all()
                await _unmounted(path, lazily=True)
            line.close()
        if not self._stopping:
            _log.info("somebody unmounted it", path=str(path))
            os.kill(os.getpid(), signal.SIGTERM)
            await trio.sleep_forever()

    async def _run(self, operations: Operations, line: Line, answering: Answering) -> None:
        """The line and what belongs to it. A stop does not reach it before the mount is gone."""
        with trio.CancelScope(shield=True) as self._scope:
            async with trio.open_nursery() as beside:
                beside.start_soon(operations.telling.run)
                beside.start_soon(operations.following.run)
                beside.start_soon(operations.arriving.run)
                beside.start_soon(operations.siblings.run)
                beside.start_soon(operations.waiting.watch)
                beside.start_soon(operations.names.walking.run)
                beside.start_soon(operations.status.tell)
                await line.run(answering, answering.prepare)
                beside.cancel_scope.cancel()

    _scope: trio.CancelScope = field(default_factory=trio.CancelScope, init=False)

    async def _tell_started(self, asked: trio.Event, path: Path, options: MountOptions) -> None:
        await asked.wait()
        tune(path, options.read_ahead_kb, self.kernel.settings.mount.max_requests)
        self.notices.clear(CONDITION)
        self.started(mount=str(path))

    # --- the end -------------------------------------------------------------------------------------------------

    async def _wait_for_stop(self, operations: Operations, path: Path) -> None:
        try:
            await trio.sleep_forever()
        finally:
            if not self._scope.cancel_called:
                with trio.CancelScope(shield=True):
                    await self._stop(operations, path)

    async def _stop(self, operations: Operations, path: Path) -> None:
        """No new opens; those who read may end; then it goes, and if somebody stays in it, it goes without them."""
        self._stopping = True
        operations.reading.stop()
        end = trio.current_time() + PATIENCE_S
        with trio.move_on_at(end):
            await operations.reading.idle.wait()
        while not await _unmounted(path, lazily=False):
            if trio.current_time() > end:
                held = await trio.to_thread.run_sync(holders, path)
                _tell(f"{path} is still in use{' by ' + ', '.join(held) if held else ''}; it goes when they end.")
                await _unmounted(path, lazily=True)
                break
            await trio.sleep(_POLL_S)
        self._scope.cancel()


def refuse_what_is_missing(device: Path = DEVICE) -> None:
    """`FuseMissingError` with the first thing that this machine lacks, and how to get it."""
    if sys.platform != "linux":
        raise FuseMissingError("This system has no FUSE. Use the web page, or mount an SMB export of a Linux machine.")
    if sys.maxsize < 2**62:
        raise FuseMissingError("The mount needs a system of 64 bits.")
    if not device.exists():
        raise FuseMissingError(f"{device} is missing. {_how_to_load()}")
    if os.geteuid() != 0 and which("fusermount3") is None:
        raise FuseMissingError(
            "fusermount3 is missing. Install the package fuse3 of your distribution, then try again."
        )


def _how_to_load() -> str:
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return "Start the container with --device /dev/fuse --cap-add SYS_ADMIN"
    return "Load it with: sudo modprobe fuse"


async def _unmounted(path: Path, *, lazily: bool) -> bool:
    try:
        await trio.to_thread.run_sync(partial(unmount, path, lazily=lazily))
    except BusyError:
        return False
    return True


def _tell(words: str) -> None:
    """Nothing is wrong, so it is no line of the log."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def _allow_many_files() -> None:
    """Each file that a program has open is open here too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
