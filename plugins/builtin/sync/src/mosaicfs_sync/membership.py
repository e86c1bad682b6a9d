"""What a machine kept when it joined an instance: who it is there, what it signs with, and whom it trusts."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from mosaicfs.errors import ConfigError
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import NODE_KEY, node_keys
from mosaicfs.identity.signatures import KeySigner, Signer, audience
from mosaicfs.instance_id import instance_id
from mosaicfs.model.kernel import Kernel

AUTHORITIES = "ca.crt"
CONTROL_PLANE_KEY = "control_plane.pub"
KEY = "agent.control_plane_url"


class Membership(NamedTuple):
    """`url` has neither a path nor a login. `audience` is the control plane, in the words of a signature."""

    url: str
    node_id: str
    instance_id: str
    files: KeyFiles
    signer: Signer

    @property
    def audience(self) -> str:
        return audience(self.instance_id)

    @property
    def trusted(self) -> str:
        """The authorities as PEM, as they are now: a heartbeat may bring a new one."""
        return (self.files.read(AUTHORITIES) or b"").decode("ascii", "replace")


def membership(kernel: Kernel) -> Membership:
    """`ConfigError` when the address is none, or this machine has not joined there."""
    settings = kernel.settings
    place, url = settings.place(KEY), _address(settings.place(KEY), settings.agent.control_plane_url)
    files = KeyFiles(kernel.places.state_dir / "keys")
    if missing := [name for name in (CONTROL_PLANE_KEY, NODE_KEY, AUTHORITIES) if files.read(name) is None]:
        cause = f"this machine has not joined {url}: {files.place(missing[0])} is not there"
        raise ConfigError(place, f"{cause}. Type: mosaicfs join, with the line that “mosaicfs nodes invite” prints.")
    signer = KeySigner(kernel.node_id, node_keys(files).signing)
    return Membership(url, kernel.node_id, instance_id(kernel.places.state_dir), files, signer)


def _address(place: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as cause:
        raise ConfigError(place, f"{cause}.") from None
    if parts.scheme != "https" or not parts.hostname:
        raise ConfigError(place, "a control plane is reached by https://HOST:PORT alone.")
    if parts.username is not None or parts.path.strip("/") or parts.query or parts.fragment:
        raise ConfigError(place, "only https://HOST:PORT may stand here; a node proves itself by its key.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"https://{host}:{port or 443}"
