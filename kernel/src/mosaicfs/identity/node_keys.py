"""The keys of a node, by which others know it and to which they seal, and the key of the control plane."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from mosaicfs.identity.base64url import encoded
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.private_keys import pem, sealing_key, signing_key
from mosaicfs.identity.signatures import PUBLIC_KEY_FORM

NODE_KEY, NODE_SEALING_KEY, CONTROL_PLANE_KEY = "node.key", "node_sealing.key", "control_plane.key"


@dataclass(frozen=True, slots=True)
class NodeKeys:
    signing: Ed25519PrivateKey = field(repr=False)
    sealing: X25519PrivateKey = field(repr=False)

    @classmethod
    def new(cls) -> NodeKeys:
        """For a change of keys: in memory only, until the other side has taken them."""
        return cls(Ed25519PrivateKey.generate(), X25519PrivateKey.generate())

    @property
    def public_key(self) -> str:
        return public_text(self.signing)

    @property
    def sealing_key(self) -> str:
        return sealing_key_text(self.sealing)


def node_keys(files: KeyFiles) -> NodeKeys:
    """Made at the first call."""
    return NodeKeys(signing_key(files, NODE_KEY), sealing_key(files, NODE_SEALING_KEY))


def keep_node_keys(files: KeyFiles, keys: NodeKeys) -> None:
    """In place of those that were there. The signing key goes last: it is what the other side asks for."""
    files.write(NODE_SEALING_KEY, pem(keys.sealing))
    files.write(NODE_KEY, pem(keys.signing))


def control_plane_key(files: KeyFiles) -> Ed25519PrivateKey:
    """What signs requests to nodes; made at the first call."""
    return signing_key(files, CONTROL_PLANE_KEY)


def sealing_key_text(key: X25519PrivateKey) -> str:
    return f"x25519:{encoded(key.public_key().public_bytes_raw())}"


def public_text(key: Ed25519PrivateKey) -> str:
    return f"{PUBLIC_KEY_FORM}{encoded(key.public_key().public_bytes_raw())}"
