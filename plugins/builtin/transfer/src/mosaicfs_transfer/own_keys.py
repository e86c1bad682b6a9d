"""What this node proves itself with to those who ask: its certificate, its name in signatures, and whom it believes.

A machine that joined was given all of it. The control plane's own machine has the authority itself, so its node is
given a certificate here, and a new one in time. A machine without either hands out nothing.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from time import time
from typing import Literal, TypeAlias

import structlog

from mosaicfs.errors import MosaicError
from mosaicfs.identity.authority import Authority, csr, days_left
from mosaicfs.identity.certificates import is_for
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import CONTROL_PLANE_KEY, control_plane_key, public_text
from mosaicfs.identity.private_keys import tls_key
from mosaicfs.identity.signatures import read_public_key
from mosaicfs.identity.tls import server_context
from mosaicfs.model.times import Clock

PAIR = "node_tls"
TLS_KEY, TLS_CERTIFICATE = "node_tls.key", "node_tls.crt"
AUTHORITIES, AUTHORITY_KEY, HANDED_OVER = "ca.crt", "ca.key", "control_plane.pub"
RENEWED_DAYS = 30

Role: TypeAlias = Literal["joined", "own", "none"]
Stamp: TypeAlias = tuple[tuple[int, int, int] | None, ...]

_log = structlog.get_logger(component="transfer")


@dataclass(slots=True)
class OwnKeys:
    files: KeyFiles
    node_id: str
    clock: Clock = time
    _stamp: Stamp = ()
    _context: ssl.SSLContext | None = field(default=None, repr=False)

    def role(self) -> Role:
        """`joined` to another machine's instance, the control plane's `own` node, or alone."""
        if self.files.read(HANDED_OVER) is not None:
            return "joined" if self.files.read(TLS_CERTIFICATE) is not None else "none"
        has_authority = self.files.read(AUTHORITY_KEY) is not None and self.files.read(AUTHORITIES) is not None
        return "own" if has_authority and self.files.read(CONTROL_PLANE_KEY) is not None else "none"

    def control_plane(self) -> str:
        """The public key of the control plane. Empty, which fits nothing, where what was handed over is no key."""
        handed = self.files.read(HANDED_OVER)
        if handed is None:
            return public_text(control_plane_key(self.files))
        text = handed.decode("ascii", "replace").strip()
        try:
            read_public_key(text)
        except ValueError:
            _log.error("the key of the control plane cannot be read", place=str(self.files.place(HANDED_OVER)))
            return ""
        return text

    def renew(self) -> None:
        """See that the control plane's own node has a certificate; a joined one is given its own by heartbeats."""
        if self.role() != "own" or self.files.is_given(TLS_CERTIFICATE) or self._is_good():
            return
        key = tls_key(self.files, TLS_KEY)
        made = Authority.open(self.files, self.clock).node_certificate(csr(key), self.node_id)
        self.files.write(TLS_CERTIFICATE, made.encode())
        _log.info("this node has a new certificate")

    def context(self) -> ssl.SSLContext:
        """Of the files as they are now. Half a pair, as a renewal may leave it for a moment, changes nothing yet."""
        stamp = self._look()
        if self._context is None or stamp != self._stamp:
            try:
                context = server_context(self.files, pair=PAIR)
                context.set_alpn_protocols(["http/1.1"])
                self._context, self._stamp = context, stamp
            except (MosaicError, OSError) as cause:
                if self._context is None:
                    raise
                _log.warning("certificates unusable", cause=str(cause))
                self._stamp = stamp
        return self._context

    def _is_good(self) -> bool:
        text = (self.files.read(TLS_CERTIFICATE) or b"").decode("ascii", "replace")
        try:
            return days_left(text, self.clock) >= RENEWED_DAYS and is_for(text, tls_key(self.files, TLS_KEY))
        except ValueError:
            return False

    def _look(self) -> Stamp:
        return tuple(_stamp_of(self.files, name) for name in (TLS_KEY, TLS_CERTIFICATE, AUTHORITIES))


def _stamp_of(files: KeyFiles, name: str) -> tuple[int, int, int] | None:
    try:
        found = files.place(name).stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
