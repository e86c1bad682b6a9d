"""The secrets of a storage backend, opened on the node that runs it, just before they are used.

They lie in a file that only this machine can open, or sealed for this node in a plugin document that is called after
the backend's `credentials_ref`. Each is bound to the host that it was first used with: a document that names another
host is not enough to have them sent there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
import trio

from mosaicfs.errors import OptionsError
from mosaicfs.identity.key_files import KeyFiles, random_key
from mosaicfs.identity.node_keys import NODE_SEALING_KEY
from mosaicfs.identity.private_keys import sealing_key
from mosaicfs.identity.sealed_secrets import open_sealed, secret_place
from mosaicfs.identity.sealing import Sealer
from mosaicfs.model.document import Document
from mosaicfs.model.ids import plugin_id, shared_plugin_id
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.names import is_plugin_name
from mosaicfs.model.plugin import Plugin, SharedPlugin
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.store import Store
from mosaicfs.whole_file import write_whole
from mosaicfs.wire import noun_in

FOLDER = "storage-backends"
FILE = "credentials.enc"
HOST_KEY = "host.key"
HOSTS = ("endpoint", "host", "api_base", "auth_base")
"""Options that say whom secrets are sent to."""

_BOUND = "bound.json"


class _Bound(msgspec.Struct):
    """Digests of the hosts, and of the secrets that were first used with them."""

    hosts: str
    secrets: str


# Before several threads need it: `wire.nouns` says why.
_decode_bound = msgspec.json.Decoder(_Bound).decode


class _Found(NamedTuple):
    file: bytes | None
    own: Document | None
    shared: Document | None


@dataclass(frozen=True, slots=True)
class Credentials:
    store: Store
    state_dir: Path
    node_id: str

    async def options_of(self, backend: StorageBackend) -> JsonObject:
        """`backend_config` with the secrets beside; `OptionsError` where they may not be used."""
        if backend.credentials_ref is None:
            return backend.backend_config
        ref = self._ref(backend)
        secrets = self._opened(ref, await self._found(ref))
        if secrets:
            await trio.to_thread.run_sync(self._bind, ref, backend, secrets)
        return {**backend.backend_config, **secrets}

    async def stamp(self, backend: StorageBackend) -> str:
        """Another one when the secrets may have changed."""
        if backend.credentials_ref is None or not is_plugin_name(backend.credentials_ref):
            return ""
        found = await self._found(backend.credentials_ref)
        revs = (each.rev if each is not None else "" for each in (found.own, found.shared))
        return " ".join((sha256(found.file or b"").hexdigest(), *revs))

    def _ref(self, backend: StorageBackend) -> str:
        ref = backend.credentials_ref or ""
        if not is_plugin_name(ref):
            raise OptionsError(f"the backend {backend.name}", f"credentials_ref {ref[:100]!r} is no name of secrets")
        return ref

    async def _found(self, ref: str) -> _Found:
        own, shared = await self.store.get_many([plugin_id(self.node_id, ref), shared_plugin_id(ref)])
        return _Found(await trio.to_thread.run_sync(_read, self.state_dir, ref), own, shared)

    def _opened(self, ref: str, found: _Found) -> dict[str, str]:
        """The nearest wins."""
        if found.file is not None:
            return _open_file(self.state_dir, self.node_id, ref, found.file)
        own, shared = noun_in(found.own, Plugin), noun_in(found.shared, SharedPlugin)
        if own is not None and own.settings:
            return self._unsealed(plugin_id(self.node_id, ref), own.settings)
        if shared is not None:
            mine = {
                name: value.get(self.node_id) for name, value in shared.settings.items() if isinstance(value, Mapping)
            }
            return self._unsealed(shared_plugin_id(ref), mine)
        return {}

    def _unsealed(self, doc_id: str, settings: Mapping[str, Json]) -> dict[str, str]:
        sealed = {
            name: text
            for name, value in settings.items()
            if isinstance(value, Mapping) and isinstance(text := value.get("sealed"), str)
        }
        if not sealed:
            return {}
        key = sealing_key(KeyFiles(self.state_dir / "keys"), NODE_SEALING_KEY)
        return {name: open_sealed(key, text, secret_place(doc_id, name, self.node_id)) for name, text in sealed.items()}

    # --- whom they are for -----------------------------------------------------------------------------------------

    def _bind(self, ref: str, backend: StorageBackend, secrets: Mapping[str, str]) -> None:
        file = self.state_dir / FOLDER / ref / _BOUND
        hosts = {name: backend.backend_config.get(name) for name in HOSTS}
        now = _Bound(_digest([backend.backend, hosts]), _digest([ref, dict(sorted(secrets.items()))]))
        before = _bound_in(file)
        if before is not None and before.secrets == now.secrets and before.hosts != now.hosts:
            raise OptionsError(
                f"the backend {backend.name}",
                "the address that its secrets are sent to was changed; enter them again for the new one",
            )
        if before != now:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(file, msgspec.json.encode(now))


# --- the file of this machine --------------------------------------------------------------------------------------


def keep_secrets(state_dir: Path, node_id: str, ref: str, secrets: Mapping[str, str]) -> None:
    """In a file that only this machine can open, beside those that are there."""
    before = _read(state_dir, ref)
    known = {} if before is None else _open_file(state_dir, node_id, ref, before)
    sealed = _sealer(state_dir, node_id).seal(msgspec.json.encode({**known, **secrets}), _about(ref))
    place = state_dir / FOLDER / ref / FILE
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(place, sealed.encode())


def _read(state_dir: Path, ref: str) -> bytes | None:
    try:
        return (state_dir / FOLDER / ref / FILE).read_bytes()
    except FileNotFoundError:
        return None


def _open_file(state_dir: Path, node_id: str, ref: str, file: bytes) -> dict[str, str]:
    plain = _sealer(state_dir, node_id).open(file.decode("ascii", "replace"), _about(ref))
    return msgspec.json.decode(plain, type=dict[str, str])


def _sealer(state_dir: Path, node_id: str) -> Sealer:
    return Sealer(random_key(KeyFiles(state_dir / "keys"), HOST_KEY), node_id, "mosaicfs host seal 1")


def _about(ref: str) -> str:
    return f"{FOLDER}/{ref}/{FILE}"


def _bound_in(file: Path) -> _Bound | None:
    """One that makes no sense counts as none that fits: the secrets must be entered again."""
    try:
        return _decode_bound(file.read_bytes())
    except FileNotFoundError:
        return None
    except msgspec.DecodeError:
        return _Bound("", "")


def _digest(value: object) -> str:
    return sha256(msgspec.json.encode(value, order="sorted")).hexdigest()
