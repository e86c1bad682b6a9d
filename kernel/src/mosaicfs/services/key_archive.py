"""The keys of a control plane as one locked file: with a backup of the documents, what another machine needs to be it.

Inside is a tar of `instance_id` and `keys/…`, so that it can be read without MosaicFS. What belongs to the node of this
machine stays here: a node's keys never leave it, and a machine that takes over is another node.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mosaicfs.errors import InstanceExistsError
from mosaicfs.identity.key_files import KeyFiles, KeyGivenError
from mosaicfs.identity.passphrase import NotLockedError, locked, unlocked
from mosaicfs.identity.succession import CA, CA_KEY, LINK, NEXT_KEY
from mosaicfs.model.times import Clock, now_text
from mosaicfs.paths import Places
from mosaicfs.services.joining import membership
from mosaicfs.services.renewing import TOKEN_KEYS, control_plane_keys

INSTANCE_ID = "instance_id"
OF_THE_NODE = frozenset({"node.key", "node_sealing.key", "node_tls.key", "node_tls.crt", "host.key"})
OF_THE_CONTROL_PLANE = (
    "instance.key",
    TOKEN_KEYS,
    CA_KEY,
    CA,
    NEXT_KEY,
    LINK,
    "server.key",
    "server.crt",
    "control_plane.key",
)
"""A service manager may give them instead. They belong together: none of before may stay beside restored ones."""

_FOLDER, _BEFORE = "keys/", "keys-before-"
_LARGEST = 1 << 20
_is_name = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*").fullmatch


@dataclass(frozen=True, slots=True)
class KeyArchive:
    """What an export holds."""

    instance_id: str
    keys: Mapping[str, bytes] = field(repr=False)

    def replaced(self, places: Places) -> list[str]:
        """What lies here, is another, and would be gone. `KeyGivenError` where it could not be exchanged."""
        if membership(places) == "joined":
            raise InstanceExistsError("This machine is a node of another control plane, and keeps no keys of one")
        files = KeyFiles(places.keys_dir)
        for name in self.keys:
            if files.is_given(name):
                raise KeyGivenError(files.place(name))
        found = [name for name in self._touched(files) if files.read(name) != self.keys.get(name)]
        there = _instance(places)
        return found if there in ("", self.instance_id) else [INSTANCE_ID, *found]

    def restore(self, places: Places, clock: Clock) -> Path | None:
        """Only while no server runs. Where other keys of before lie now, if there were any.

        Done again, it completes what was cut short.
        """
        places.make()
        aside = _put_aside(places, clock) if self.replaced(places) else None
        files = KeyFiles(places.keys_dir)
        with files.restoring():
            for name in self._touched(files):
                if name not in self.keys:
                    files.remove(name)
            for name, content in self.keys.items():
                files.write(name, content)
            KeyFiles(places.state_dir).write(INSTANCE_ID, f"{self.instance_id}\n".encode())
        return aside

    def _touched(self, files: KeyFiles) -> list[str]:
        return [name for name in files.names() if name in self.keys or name in OF_THE_CONTROL_PLANE]


def export_keys(places: Places, passphrase: str) -> tuple[bytes, list[str]]:
    """The locked file, and the names of what is in it. `NoControlPlaneError`, `KeyUnsafeError`."""
    files = control_plane_keys(places)
    names = sorted({*_names(files), *filter(files.is_given, OF_THE_CONTROL_PLANE)})
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        _add(tar, INSTANCE_ID, _instance(places).encode())
        for name in names:
            _add(tar, _FOLDER + name, files.read(name) or b"")
    return locked(packed.getvalue(), passphrase), names


def open_keys(content: bytes, passphrase: str, what: str) -> KeyArchive:
    """`what` is the name of the file. `WrongPassphraseError`, `NotLockedError`."""
    return unpacked(unlocked(content, passphrase, what), what)


def unpacked(content: bytes, what: str) -> KeyArchive:
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            found = {member.name: _read(tar, member, what) for member in tar}
    except tarfile.TarError:
        raise _foreign(what) from None
    instance = found.pop(INSTANCE_ID, b"").decode("ascii", "replace").strip()
    keys = {name.removeprefix(_FOLDER): content for name, content in found.items()}
    if not instance or not {CA_KEY, CA} <= keys.keys():
        raise _foreign(what)
    return KeyArchive(instance, keys)


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo, what: str) -> bytes:
    """Nothing that could land elsewhere than among the keys."""
    name = member.name.removeprefix(_FOLDER)
    is_ours = member.name == INSTANCE_ID or (name != member.name and _is_name(name) and name not in OF_THE_NODE)
    opened = tar.extractfile(member) if is_ours and member.isreg() and member.size <= _LARGEST else None
    if opened is None:
        raise _foreign(what)
    return opened.read()


def _foreign(what: str) -> NotLockedError:
    return NotLockedError(what, "it is not what “mosaicfs server keys export” writes")


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))


def _names(files: KeyFiles) -> list[str]:
    return [name for name in files.names() if name not in OF_THE_NODE]


def _instance(places: Places) -> str:
    try:
        return (places.state_dir / INSTANCE_ID).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def _put_aside(places: Places, clock: Clock) -> Path:
    files, aside = KeyFiles(places.keys_dir), KeyFiles(places.state_dir / f"{_BEFORE}{_stamp(clock)}")
    for name in _names(files):
        aside.write(name, files.read(name) or b"")
    aside.write(INSTANCE_ID, _instance(places).encode())
    return aside.folder


def _stamp(clock: Clock) -> str:
    return now_text(clock).replace(":", "-")
