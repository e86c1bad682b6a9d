"""The certificates that TLS connections are served with: loaded again when they change, issued anew in time."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import structlog
import trio

from mosaicfs.errors import ConfigError, MosaicError
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.tls import server_context
from mosaicfs.model.configuration import Settings

LOOK_EVERY_S = 3600.0

Stamp: TypeAlias = tuple[tuple[int, int, int] | None, ...]

log = structlog.get_logger(__name__)


class ServedCertificates:
    """`own` is the owner's certificate and its key, for browsers; nodes are shown ours."""

    def __init__(self, files: KeyFiles, own: tuple[Path, Path] | None) -> None:
        self._files = files
        self._own = own
        self._stamp = self._look()
        self._context = server_context(files, own)

    @property
    def are_the_owners(self) -> bool:
        return self._own is not None

    def context(self) -> ssl.SSLContext:
        """Of the files as they are now. Half a pair, as a renewal may leave it for a moment, changes nothing yet."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._context = server_context(self._files, self._own)
                log.info("certificates_loaded")
            except (MosaicError, OSError) as cause:
                log.warning("certificates_unusable", cause=str(cause))
        return self._context

    def _look(self) -> Stamp:
        files = (self._files.place("server.key"), self._files.place("server.crt"), self._files.place("ca.crt"))
        return tuple(_stamp_of(path) for path in (*files, *(self._own or ())))


def own_pair(settings: Settings) -> tuple[Path, Path] | None:
    """`ConfigError` for one without the other."""
    certificate, key = settings.server.tls_certificate, settings.server.tls_key
    if bool(certificate) != bool(key):
        missing = "tls_key" if certificate else "tls_certificate"
        raise ConfigError(settings.place(f"server.{missing}"), f"server.{missing} is missing; both or none are given.")
    return (Path(certificate), Path(key)) if certificate else None


async def keep_issued(issue: Callable[[], Awaitable[bool]]) -> None:
    """Hourly; `issue` looks whether it is time, and answers whether it made a new one."""
    while True:
        await trio.sleep(LOOK_EVERY_S)
        try:
            if await issue():
                log.info("server_certificate_issued")
        except (MosaicError, OSError) as cause:
            log.warning("server_certificate_not_issued", cause=str(cause))


def _stamp_of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
