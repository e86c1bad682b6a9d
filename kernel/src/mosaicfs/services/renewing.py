"""Keys and certificates of a control plane, changed on its own machine. A server that runs looks at them again."""

from __future__ import annotations

import secrets

import msgspec

from mosaicfs.errors import AskOwnerError
from mosaicfs.identity.authority import Authority, days_left, server_names
from mosaicfs.identity.base64url import encoded
from mosaicfs.identity.key_files import KEY_BYTES, KeyFiles
from mosaicfs.model.configuration import Settings
from mosaicfs.model.times import Clock, now_text
from mosaicfs.paths import Places

TOKEN_KEYS = "jwt.json"  # noqa: S105 - the name of a file
SERVER_CERTIFICATE = "server.crt"


class NoControlPlaneError(AskOwnerError):
    def __init__(self, places: Places) -> None:
        super().__init__(
            f"No control plane of this user keeps its keys in {places.keys_dir}. Make one with: mosaicfs init"
        )


class _Key(msgspec.Struct, frozen=True):
    kid: str
    key: str
    created_at: str


class _Ring(msgspec.Struct, frozen=True, omit_defaults=True):
    current: _Key
    previous: _Key | None = None


def rotate_token_key(places: Places, clock: Clock) -> str:
    """Another key signs tokens from now on; the one before verifies for a day. Its id."""
    files = control_plane_keys(places)
    new = _Key(secrets.token_hex(8), encoded(secrets.token_bytes(KEY_BYTES)), now_text(clock))
    found = files.read(TOKEN_KEYS)
    before = msgspec.json.decode(found, type=_Ring).current if found is not None else None
    files.write(TOKEN_KEYS, msgspec.json.encode(_Ring(new, before)))
    return new.kid


def renew_certificate(settings: Settings, places: Places, clock: Clock) -> float:
    """Issue the server's certificate anew, whatever is left of the present one. How many days the new one has."""
    files = control_plane_keys(places)
    authority = Authority.open(files, clock)
    before = files.read(SERVER_CERTIFICATE)
    files.remove(SERVER_CERTIFICATE)
    try:
        authority.server_pair(files, certified_names(settings))
    except BaseException:
        if before is not None:
            files.write(SERVER_CERTIFICATE, before)
        raise
    return days_left((files.read(SERVER_CERTIFICATE) or b"").decode("ascii"), clock)


def certified_names(settings: Settings) -> list[str]:
    """All names that the certificate speaks for. A name that was given with a port is known by itself."""
    given = (name.partition(":")[0] if name.count(":") == 1 else name for name in settings.server.names)
    return server_names(list(given))


def control_plane_keys(places: Places) -> KeyFiles:
    """`NoControlPlaneError`, and `KeyUnsafeError` where anybody else may have read them."""
    files = KeyFiles(places.keys_dir)
    files.check()
    if files.read("ca.key") is None:
        raise NoControlPlaneError(places)
    return files
