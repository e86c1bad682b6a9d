"""The text of a unit. Each duty may do what it needs and no more; what is tight for whom is said here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from mosaicfs_cli.units.checksum import WRITTEN, checksum

Duty = Literal["up", "server", "agent", "mount"]
DUTIES: tuple[Duty, ...] = ("up", "server", "agent", "mount")
MOUNTING: tuple[Duty, ...] = ("up", "mount")

USER = "mosaicfs"
SYSTEM_FOLDERS = ("/var/lib/mosaicfs", "/var/cache/mosaicfs", "/run/mosaicfs")

_TITLES = {
    "up": "MosaicFS, all duties of this machine",
    "server": "MosaicFS control plane",
    "agent": "MosaicFS agent",
    "mount": "MosaicFS mount",
}
_MARK = f"# {WRITTEN}; change it with `systemctl edit`."


class Asked(NamedTuple):
    """`command` is the program and what follows it but the duty; `is_system` runs as a user of its own."""

    duty: Duty
    command: Sequence[str]
    is_system: bool


def words(duty: Duty) -> tuple[str, ...]:
    """By which the program runs that duty, for as long as it is wanted."""
    more = {"up": ("--no-open",), "mount": ("--foreground",)}
    return (duty, *more.get(duty, ()))


def unit_name(duty: Duty) -> str:
    return "mosaicfs.service" if duty == "up" else f"mosaicfs-{duty}.service"


def unit_text(asked: Asked) -> str:
    body = "\n".join(_lines(asked)) + "\n"
    return f"{_MARK} {checksum(body)}\n{body}"


def _lines(asked: Asked) -> Iterator[str]:
    yield "[Unit]"
    yield f"Description={_TITLES[asked.duty]}"
    yield "Documentation=man:mosaicfs(1)"
    yield "After=network.target" if asked.is_system else "After=default.target"
    yield from ("", "[Service]", "Type=notify")
    yield f"ExecStart={' '.join(map(_quoted, (*asked.command, *words(asked.duty), '--log-format=json')))}"
    yield "ExecReload=/bin/kill -HUP $MAINPID"
    yield from ("Restart=on-failure", "RestartSec=2", "RestartPreventExitStatus=2 3 5 11 12", "TimeoutStopSec=30")
    if asked.duty == "up":
        yield "WatchdogSec=60"
    yield "UMask=0077"
    if asked.is_system:
        yield from _places()
    if asked.duty not in MOUNTING:
        yield from _hardening(asked)
    yield from ("", "[Install]", f"WantedBy={'multi-user' if asked.is_system else 'default'}.target")


def _places() -> Iterator[str]:
    """Two units share the runtime directory, so it must outlive each."""
    yield from (f"User={USER}", f"Group={USER}")
    yield from ("StateDirectory=mosaicfs", "StateDirectoryMode=0700", "CacheDirectory=mosaicfs")
    yield from ("CacheDirectoryMode=0700", "RuntimeDirectory=mosaicfs", "RuntimeDirectoryMode=0700")
    yield "RuntimeDirectoryPreserve=yes"


def _hardening(asked: Asked) -> Iterator[str]:
    """Not for what mounts: `fusermount3` needs its rights, and a mount must be seen outside.

    A person's own manager may not make name spaces everywhere, so a person's unit has only what is done by filters.
    """
    yield from ("NoNewPrivileges=yes", "LockPersonality=yes", "RestrictRealtime=yes", "MemoryDenyWriteExecute=yes")
    yield "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK"
    yield from ("SystemCallArchitectures=native", "SystemCallFilter=@system-service", "SystemCallErrorNumber=EPERM")
    if not asked.is_system:
        return
    yield from ("RestrictSUIDSGID=yes", "RestrictNamespaces=yes", "PrivateTmp=yes", "PrivateDevices=yes")
    yield from ("ProtectSystem=strict", f"ReadWritePaths={' '.join(SYSTEM_FOLDERS)}")
    yield from ("ProtectKernelTunables=yes", "ProtectKernelModules=yes", "ProtectKernelLogs=yes")
    yield from ("ProtectControlGroups=yes", "ProtectClock=yes", "ProtectHostname=yes", "RemoveIPC=yes")
    if asked.duty == "agent":
        # It reads the files of everybody and changes none.
        yield from ("ProtectHome=read-only", "CapabilityBoundingSet=CAP_DAC_READ_SEARCH")
        yield "AmbientCapabilities=CAP_DAC_READ_SEARCH"
    else:
        yield from ("ProtectHome=yes", "ProtectProc=invisible", "PrivateUsers=yes", "CapabilityBoundingSet=")


def _quoted(word: str) -> str:
    """As systemd reads a command line: `%` and `$` stand for something there."""
    plain = word.replace("%", "%%").replace("$", "$$")
    if re.fullmatch(r"[A-Za-z0-9_./:=@%$+,~-]+", plain):
        return plain
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
