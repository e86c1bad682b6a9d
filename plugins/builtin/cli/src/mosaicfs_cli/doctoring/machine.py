"""The machine and what runs on it: versions of native parts, sockets and the addresses to listen on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mosaicfs import Listener, __version__, free_port
from mosaicfs.errors import MosaicError
from mosaicfs_cli.agent_socket import NAME, ask_agent
from mosaicfs_cli.asking import API_SOCKET
from mosaicfs_cli.client import Api
from mosaicfs_cli.doctoring.check import Check
from mosaicfs_cli.doctoring.mounts import check_mounts
from mosaicfs_cli.lock import holder

if TYPE_CHECKING:
    from mosaicfs import Configured

PARTS = ("apsw", "msgspec", "trio", "inotify-simple")
TIMEOUT_S = 5.0


def check_machine(configured: Configured) -> Iterator[Check]:
    yield _versions()
    yield from check_mounts(configured)
    runtime = configured.places.runtime_dir
    note = holder(runtime / "up.lock")
    if note is None:
        yield Check("running", "mosaicfs up", "skip", "not running", "mosaicfs up")
        for url in configured.settings.server.listen:
            yield _address(url)
        return
    yield Check("running", "mosaicfs up", "ok", f"pid {note.pid}")
    yield _api(runtime / API_SOCKET)
    yield _agent(runtime / NAME)


def _versions() -> Check:
    python = ".".join(map(str, sys.version_info[:3]))
    parts = ", ".join(f"{name} {found}" for name in PARTS if (found := _version(name)))
    return Check("versions", "versions", "ok", f"MosaicFS {__version__}, Python {python}, {parts}")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _address(url: str) -> Check:
    title = f"address {url}"
    try:
        parts = urlsplit(url)
        is_free = free_port(Listener(parts.hostname or "", parts.port or 0))
    except (OSError, ValueError) as cause:
        return Check("address", title, "fail", str(cause), "mosaicfs up --listen http://127.0.0.1:9000")
    if not is_free:
        return Check("address", title, "warn", "another program listens there; the next free one is taken")
    return Check("address", title, "ok")


def _api(path: Path) -> Check:
    try:
        Api(path, TIMEOUT_S).get("/api/system/info")
    except (MosaicError, OSError) as trouble:
        return Check("api", f"socket {path}", "fail", str(trouble), "mosaicfs down; mosaicfs up")
    return Check("api", f"socket {path}", "ok")


def _agent(path: Path) -> Check:
    try:
        ask_agent(path, "status", timeout_s=TIMEOUT_S)
    except (MosaicError, OSError) as trouble:
        return Check("agent", f"socket {path}", "fail", str(trouble), "mosaicfs down; mosaicfs up")
    return Check("agent", f"socket {path}", "ok")
