"""The first node of an instance: what `mosaicfs init` makes before anything listens, without a network.

Everything is made at most once, and a second try goes on where a first one was killed. The access key is last, because
its secret is told only once.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from typing import NamedTuple

import trio
from msgspec import structs

import mosaicfs
from mosaicfs import wire
from mosaicfs.errors import InstanceExistsError
from mosaicfs.identity.access_keys import AccessKey, hash_of, new_access_key, signing_key
from mosaicfs.identity.authority import Authority
from mosaicfs.identity.key_files import KeyFiles, random_key
from mosaicfs.identity.node_keys import NodeKeys, control_plane_key, node_keys
from mosaicfs.identity.sealing import Sealer
from mosaicfs.instance_id import instance_id
from mosaicfs.model.configuration import Settings
from mosaicfs.model.credential import Credential, Permissions
from mosaicfs.model.heartbeat import Platform
from mosaicfs.model.ids import credential_id, node_doc_id
from mosaicfs.model.node import Node
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock, now_text
from mosaicfs.node_id import node_id
from mosaicfs.paths import Places
from mosaicfs.services.renewing import certified_names
from mosaicfs.services.revising import revise

INSTANCE_KEY = "instance.key"
FIRST_KEY = "First access key"
_UNFINISHED = "founding"
"""A file that lies in the state directory until everything is made."""

PLATFORMS: Mapping[str, Platform] = {"linux": "linux", "darwin": "darwin", "win32": "windows"}


class Founded(NamedTuple):
    """`access_key` holds the secret, which is kept nowhere."""

    instance_id: str
    node_id: str
    access_key: AccessKey
    ca_fingerprint: str


def refuse_founded(places: Places) -> None:
    """`InstanceExistsError` where this machine belongs to an instance, its own or another's."""
    if (places.state_dir / _UNFINISHED).exists():
        return
    for there in (places.state_dir / "instance_id", places.database):
        if there.exists():
            raise InstanceExistsError(
                f"This machine has an instance already, in {places.state_dir}. "
                "Start it with: mosaicfs server; or take --if-needed"
            )


def begin(places: Places) -> None:
    """Before the store is opened, which leaves a trace."""
    refuse_founded(places)
    places.make()
    (places.state_dir / _UNFINISHED).touch(0o600)


async def found(
    store: Store, settings: Settings, places: Places, clock: Clock, *, default_tree: bool = True
) -> Founded:
    """Make the instance in a store that is its own; `InstanceExistsError` where another one is in it.

    Key files of another mode stop it, `KeyUnsafeError`.
    """
    from mosaicfs.services.first_tree import plant_tree  # noqa: PLC0415 - once in the life of an instance

    files, unfinished = KeyFiles(places.keys_dir), places.state_dir / _UNFINISHED
    files.check()
    node = node_id(places.state_dir, settings.agent.name)
    await _refuse_used(store, node, files, settings)
    keys, authority = await trio.to_thread.run_sync(_made, files, settings, clock)
    instance = instance_id(places.state_dir)
    await introduce(store, node, keys, settings, clock)
    await plant_tree(store, settings, node, defaults=default_tree, clock=clock)
    key = await first_key(store, Sealer(random_key(files, INSTANCE_KEY), instance), clock)
    unfinished.unlink(missing_ok=True)
    return Founded(instance, node, key, authority.fingerprint)


async def _refuse_used(store: Store, node: str, files: KeyFiles, settings: Settings) -> None:
    """A store on a server outlives the machine that made an instance in it. Only what we began may be gone on with."""
    info = await store.info()
    if info.live + info.deleted == 0:
        return
    own = await store.get(node_doc_id(node))
    known = None if own is None or own.deleted else wire.decode(own.id, own.body)
    ours = (await trio.to_thread.run_sync(node_keys, files)).public_key
    if not (isinstance(known, Node) and known.public_key == ours):
        raise InstanceExistsError(
            f"The database at {settings.store.url or settings.store.driver} holds another instance already; its "
            "documents were left alone. Name another server in [store] url, or let this machine join it: mosaicfs join"
        )


def _made(files: KeyFiles, settings: Settings, clock: Clock) -> tuple[NodeKeys, Authority]:
    control_plane_key(files)
    authority = Authority.open(files, clock)
    authority.server_pair(files, certified_names(settings))
    return node_keys(files), authority


async def introduce(store: Store, node: str, keys: NodeKeys, settings: Settings, clock: Clock) -> None:
    """Put the public keys of this machine's own node into its document, made anew where there is none."""

    def with_keys(before: Node | None) -> Node:
        known = before or _new_node(node, settings, clock)
        return structs.replace(known, public_key=keys.public_key, sealing_key=keys.sealing_key)

    await revise(store, node_doc_id(node), CONTROL, Node, with_keys)


def _new_node(node: str, settings: Settings, clock: Clock) -> Node:
    return Node(
        node_id=node,
        friendly_name=settings.agent.name or socket.gethostname(),
        platform=PLATFORMS.get(sys.platform, "linux"),
        version=mosaicfs.__version__,
        status="offline",
        last_heartbeat=now_text(clock),
        vfs_capable=False,
        capabilities=(),
        watch_paths=settings.agent.watch_paths,
    )


async def first_key(store: Store, sealer: Sealer, clock: Clock) -> AccessKey:
    """A key of scope `full`, as the API would make it."""
    key = new_access_key()
    doc_id = credential_id(key.access_key_id)
    hashed = await trio.to_thread.run_sync(hash_of, key.secret)
    sealed = sealer.seal(signing_key(*key), f"{doc_id}#sealed_signing_key")
    made = Credential(
        access_key_id=key.access_key_id,
        secret_key_hash=hashed,
        sealed_signing_key=sealed,
        permissions=Permissions(scope="full"),
        name=FIRST_KEY,
        enabled=True,
        created_at=now_text(clock),
    )
    await revise(store, doc_id, CONTROL, Credential, lambda _: made)
    return key
