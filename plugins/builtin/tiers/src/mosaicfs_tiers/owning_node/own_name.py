"""Who this machine is to other nodes, and whom it believes: read from its keys when a line is opened.

The control plane's own machine signs as the control plane, whose key every node was given when it joined.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

from mosaicfs.errors import AccessRefusedError
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import CONTROL_PLANE_KEY, NODE_KEY, control_plane_key
from mosaicfs.identity.private_keys import signing_key
from mosaicfs.identity.signatures import CONTROL_PLANE, KeySigner, Signer
from mosaicfs.identity.tls import client_context

AUTHORITIES = "ca.crt"


@dataclass(slots=True)
class OwnName:
    """`instance_id` is looked up by who makes it: it never changes."""

    files: KeyFiles
    node_id: str
    instance_id: str
    _trusted: bytes = field(default=b"", repr=False)
    _trust: ssl.SSLContext | None = field(default=None, repr=False)

    def has_keys(self) -> bool:
        names = (CONTROL_PLANE_KEY, NODE_KEY)
        return self.files.place(AUTHORITIES).exists() and any(self.files.place(name).exists() for name in names)

    def signer(self) -> Signer:
        if self.files.read(CONTROL_PLANE_KEY) is not None:
            return KeySigner(CONTROL_PLANE, control_plane_key(self.files))
        return KeySigner(self.node_id, signing_key(self.files, NODE_KEY))

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
