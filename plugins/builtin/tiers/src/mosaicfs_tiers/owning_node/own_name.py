"""Who this machine is to other nodes, and whom it believes: by its keys as they are now.

The control plane's own machine signs as the control plane, whose key every node was given when it joined. Keys are read
again when their files look otherwise, and looked at once a second: to ask for a small file costs less than a look.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass, field
from math import inf
from time import monotonic
from typing import TypeAlias

from mosaicfs.errors import AccessRefusedError
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import CONTROL_PLANE_KEY, NODE_KEY, control_plane_key
from mosaicfs.identity.private_keys import signing_key
from mosaicfs.identity.signatures import CONTROL_PLANE, KeySigner, Signer
from mosaicfs.identity.tls import client_context

AUTHORITIES = "ca.crt"
LOOK_S = 1.0

Stamp: TypeAlias = tuple[tuple[int, int, int] | None, ...]


@dataclass(slots=True)
class OwnName:
    """`instance_id` is looked up by who makes it: it never changes."""

    files: KeyFiles
    node_id: str
    instance_id: str
    _trusted: bytes = field(default=b"", repr=False)
    _trust: ssl.SSLContext | None = field(default=None, repr=False)
    _signer: Signer | None = field(default=None, repr=False)
    _signed_by: Stamp = ()
    _seen: Stamp = ()
    _looked_at: float = -inf

    def has_keys(self) -> bool:
        authorities, *own = self._look()
        return authorities is not None and any(own)

    def signer(self) -> Signer:
        stamp = self._look()
        if self._signer is None or stamp != self._signed_by:
            self._signer, self._signed_by = self._read_signer(), stamp
        return self._signer

    def trust(self) -> ssl.SSLContext:
        """Of the authorities as they are now: a heartbeat may have brought a new one."""
        trusted = self.files.read(AUTHORITIES) or b""
        if self._trust is None or trusted != self._trusted:
            try:
                self._trust = client_context(trusted.decode("ascii", "replace"))
            except (OSError, ValueError) as broken:
                cause = f"{self.files.place(AUTHORITIES)} cannot be read as certificates ({broken}). Join again"
                raise AccessRefusedError("other nodes", cause) from None
            self._trusted = trusted
        return self._trust

    def _read_signer(self) -> Signer:
        if self.files.read(CONTROL_PLANE_KEY) is not None:
            return KeySigner(CONTROL_PLANE, control_plane_key(self.files))
        return KeySigner(self.node_id, signing_key(self.files, NODE_KEY))

    def _look(self) -> Stamp:
        """At once while something is missing: who joins is not to wait."""
        now = monotonic()
        if now - self._looked_at >= LOOK_S or not (self._seen and self._seen[0] and any(self._seen[1:])):
            names = (AUTHORITIES, CONTROL_PLANE_KEY, NODE_KEY)
            self._seen, self._looked_at = tuple(_stamp_of(self.files, name) for name in names), now
        return self._seen


def _stamp_of(files: KeyFiles, name: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(files.place(name))  # noqa: PTH116 - the method of the path takes twice as long
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
