"""`mosaicfs up` where it runs already: new folders are handed to it, and the same block is printed once more."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mosaicfs.errors import MosaicError
from mosaicfs_cli import showing
from mosaicfs_cli.agent_socket import NAME, ask_agent
from mosaicfs_cli.errors import AlreadyRunningError, CannotChangeError, NothingRunningError
from mosaicfs_cli.lock import Note, holder
from mosaicfs_cli.output import print_json, print_note
from mosaicfs_cli.reading import items, part
from mosaicfs_cli.saving import add_watch_paths, create
from mosaicfs_cli.supervising.mounting import read_unavailable
from mosaicfs_cli.supervising.page_link import linked
from mosaicfs_cli.supervising.plan import API_SOCKET
from mosaicfs_cli.supervising.progress import Progress, Watched, read_progress
from mosaicfs_cli.supervising.telling import block, heading
from mosaicfs_cli.watched import added

if TYPE_CHECKING:
    from pathlib import Path

    from mosaicfs import Configured
    from mosaicfs_cli.options import Call

PATIENCE_S = 20.0
CHANGING = {
    "server.listen": "--listen",
    "agent.excluded_globs": "--exclude",
    "agent.name": "--name",
    "mount.path": "--mount-point",
}


def join_running(call: Call, configured: Configured, paths: list[str], running: AlreadyRunningError) -> int:
    """0 when what runs is told and knows the paths. `running` is raised again when it does not answer."""
    note = _ready_note(configured)
    if note is None:
        raise running
    if changing := [option for key, option in CHANGING.items() if getattr(call.given, key)]:
        raise CannotChangeError(changing, note.pid)
    new = added(configured.settings.agent.watch_paths, paths)
    if new:
        _save(configured, new)
    socket = configured.places.runtime_dir / NAME
    for path in paths:
        _hand_over(socket, path)
    _tell(call, configured, note, [*configured.settings.agent.watch_paths, *new])
    return 0


def _hand_over(socket: Path, path: str) -> None:
    """It is saved by now, so an agent that is away for a moment finds it when it comes back."""
    try:
        ask_agent(socket, "watch", path=path)
    except NothingRunningError:
        print_note(f"The agent does not answer now; it watches {path} from its next start.")


def _ready_note(configured: Configured) -> Note | None:
    """It may be starting this very moment."""
    end = time.monotonic() + PATIENCE_S
    while note := holder(configured.places.runtime_dir / "up.lock"):
        if part(note.facts, "facts"):
            return note
        if time.monotonic() > end:
            break
        time.sleep(0.1)
    return None


def _save(configured: Configured, new: list[str]) -> None:
    path = configured.places.config_file
    if path.exists():
        add_watch_paths(path, new)
    else:
        create(path, {"agent.watch_paths": new}, {"agent.watch_paths": "Folders whose files are indexed."})


def _tell(call: Call, configured: Configured, note: Note, watched: list[str]) -> None:
    facts = part(note.facts, "facts")
    about = {**part(note.facts, "about"), "new": False}
    missing = read_unavailable(items(note.facts, "unavailable"))
    if call.json:
        socket = str(configured.places.runtime_dir / API_SOCKET)
        print_json({"event": "started", "pid": note.pid, **about, "already_running": True})
        for each in missing:
            print_json({"event": "unavailable", **each._asdict()})
        print_json({"event": "ready", "mount": None, **facts, "socket": socket, "watch_paths": watched})
    elif not call.quiet:
        title = heading(about, f", already running, pid {note.pid}, since {showing.clock(note.since)}")
        facts = linked(facts, configured.places.runtime_dir / API_SOCKET)
        block(title, facts, _fares(configured, watched), missing)


def _fares(configured: Configured, watched: list[str]) -> list[tuple[str, str]]:
    try:
        progress = read_progress(ask_agent(configured.places.runtime_dir / NAME, "status", timeout_s=5.0))
    except MosaicError:
        progress = Progress()
    known = {each.path: each for each in progress.watched}
    return [(path, _fare(progress, known[path]) if path in known else "") for path in watched]


def _fare(progress: Progress, watched: Watched) -> str:
    if progress.phase != "idle" and progress.path == watched.path:
        return f"indexing, {showing.files(progress.seen)} so far"
    return showing.files(watched.files) if watched.state == "present" else watched.state
