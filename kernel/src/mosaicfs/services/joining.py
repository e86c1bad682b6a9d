"""A machine becomes a node of an instance: it proves the server first, then itself, and only then keeps anything.

New keys lie in a folder of their own until the server has accepted them. Its answer is kept beside them before anything
of this machine is moved, so whoever is killed then goes on at the next try instead of asking for another code.
"""

from __future__ import annotations

import json
import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import trio

from mosaicfs import wire
from mosaicfs.errors import BadAddressError, ClockDiffersError, InstanceExistsError, PeerGarbledError
from mosaicfs.identity.authority import csr
from mosaicfs.identity.join_codes import normalised
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import NodeKeys, keep_node_keys, node_keys
from mosaicfs.identity.private_keys import pem, tls_key
from mosaicfs.identity.signatures import audience, proof
from mosaicfs.model.directory import VirtualDirectory
from mosaicfs.model.ids import prefix_of, tail_of
from mosaicfs.model.store import IdRange, IdRow, Store
from mosaicfs.model.times import BadTimeError, Clock, instant, now_text
from mosaicfs.services.calling import Server, ServerAddress, ask_server, pinned_server
from mosaicfs.services.founding import PLATFORMS

if TYPE_CHECKING:
    from mosaicfs.identity.signatures import Signer
    from mosaicfs.model.json import JsonObject
    from mosaicfs.paths import Places

SKEW_S = 300
JOINING = "joining"
CONTROL_PLANE_KEY = "control_plane.pub"
AUTHORITIES = "ca.crt"
TLS_KEY, TLS_CERTIFICATE = "node_tls.key", "node_tls.crt"

_ANSWER = "accepted.json"
_NODES = "/api/nodes"
_KEPT = ("log", "backups", JOINING)
_BEFORE = "before-join-"
_MICRO = 1_000_000
_MANY = 100_000
_MADE_BY_PEOPLE = (
    "virtual_directory",
    "label_assignment",
    "label_rule",
    "plugin",
    "storage_backend",
    "replication_rule",
    "peering_agreement",
    "federated_import",
    "pin",
)
"""Without these an instance counts as one that nobody has worked in."""


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """What is asked of the server: by a code that somebody gave, or by a signer with an access key of scope `full`.

    `node_id` is that of a node which comes back with new keys. `places` are this machine's.
    """

    address: ServerAddress
    places: Places
    code: str = ""
    signer: Signer | None = None
    name: str = ""
    node_id: str = ""
    create_directory: bool = True


class Accepted(msgspec.Struct, frozen=True):
    """The answer of `POST /api/nodes`."""

    node_id: str
    instance_id: str
    control_plane_key: str
    ca_certificates: tuple[str, ...]
    certificate: str
    server_time: str = ""


class Joined(NamedTuple):
    """`put_aside` is where the instance of before lies, if there was one."""

    node_id: str
    instance_id: str
    server_url: str
    put_aside: Path | None


class _Kept(msgspec.Struct, frozen=True):
    server_url: str
    answer: Accepted


def membership(places: Places) -> str:
    """`none`, `own` for an instance of this machine's, `joined` for a node of another machine's."""
    if (places.keys_dir / CONTROL_PLANE_KEY).exists():
        return "joined"
    own = (places.state_dir / "instance_id", places.database)
    return "own" if any(each.exists() for each in own) else "none"


class Own(NamedTuple):
    """What a store holds of an instance: ids of other nodes, and how many documents of each type people made."""

    nodes: tuple[str, ...]
    made: Mapping[str, int]


async def own_documents(store: Store, node_id: str) -> Own:
    nodes = [tail_of(row.id) for row in await _rows(store, "node")]
    counts = {kind: await _count(store, kind) for kind in _MADE_BY_PEOPLE}
    return Own(tuple(node for node in nodes if node != node_id), {kind: n for kind, n in counts.items() if n})


async def _count(store: Store, kind: str) -> int:
    """Directories that MosaicFS made itself, and that are as they were made, are nobody's work."""
    rows = await _rows(store, kind)
    if kind != "virtual_directory":
        return len(rows)
    from mosaicfs.services.new_directories import is_untouched  # noqa: PLC0415 - only who has an instance already pays

    nouns = [wire.decode(row.id, row.document.body) for row in rows if row.document is not None]
    return sum(isinstance(noun, VirtualDirectory) and not is_untouched(noun) for noun in nouns)


async def _rows(store: Store, kind: str) -> list[IdRow]:
    first = prefix_of(kind)
    within = IdRange(first, first + chr(0x10FFFF))
    return await store.ids(within, _MANY, include_docs=kind == "virtual_directory")


async def join_instance(wanted: JoinRequest, clock: Clock) -> Joined:
    """All steps. A failure before the server has accepted the node leaves this machine as it was."""
    if not wanted.address.fingerprint:
        raise BadAddressError(wanted.address.url, "the fingerprint is missing, which stands behind a #")
    server = await pinned_server(wanted.address)
    keep = KeyFiles(wanted.places.state_dir / JOINING)
    kept = _accepted_before(keep, server.url)
    if kept is None:
        kept = await _ask_to_join(wanted, server, keep, clock)
    return await trio.to_thread.run_sync(_take_over, kept, keep, wanted, clock)


def _accepted_before(keep: KeyFiles, url: str) -> _Kept | None:
    """What a killed run was told and had no time to act on."""
    text = keep.read(_ANSWER)
    if text is None:
        return None
    kept = msgspec.json.decode(text, type=_Kept)
    return kept if kept.server_url == url else None


async def _ask_to_join(wanted: JoinRequest, server: Server, keep: KeyFiles, clock: Clock) -> _Kept:
    instance = await trio.to_thread.run_sync(_identity, server, clock)
    if wanted.node_id and instance != _own_instance(wanted.places):
        raise InstanceExistsError(
            f"{server.url} is not the instance of this machine, so its node cannot come back there. "
            "Join as a new one, without --rejoin"
        )
    return await trio.to_thread.run_sync(_register, wanted, server, instance, keep)


def _identity(server: Server, clock: Clock) -> str:
    """The id of the instance behind it, if both clocks agree."""
    told = ask_server(server, "GET", "/api/identity")
    instance, time = told.get("instance_id"), told.get("time")
    if not isinstance(instance, str) or not instance or not isinstance(time, str):
        raise PeerGarbledError(server.url, "it does not say which instance it is")
    _refuse_other_clock(server, time, clock)
    return instance


def _refuse_other_clock(server: Server, theirs: str, clock: Clock) -> None:
    """Every signature would be refused, so it is said now."""
    try:
        differs_s = abs(instant(theirs) / _MICRO - clock())
    except BadTimeError:
        raise PeerGarbledError(server.url, "its time is none") from None
    if differs_s > SKEW_S:
        raise ClockDiffersError(now_text(clock), theirs)


def _own_instance(places: Places) -> str:
    try:
        return (places.state_dir / "instance_id").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def _register(wanted: JoinRequest, server: Server, instance: str, keep: KeyFiles) -> _Kept:
    """Keys of an earlier try may be known to the server already, which takes none twice; so they are made anew."""
    wanted.places.make()
    shutil.rmtree(keep.folder, ignore_errors=True)
    keys = node_keys(keep)
    body = _body(wanted, keys, csr(tls_key(keep, TLS_KEY)))
    digest, who = sha256(body).hexdigest(), audience(instance)
    headers = {
        "Authorization": _authorization(wanted, who, digest),
        "MosaicFS-Proof": proof(keys, "POST", _NODES, who, digest),
    }
    answer = _read(server, ask_server(server, "POST", _NODES, body=body, headers=headers))
    if answer.instance_id != instance:
        raise PeerGarbledError(server.url, "it accepted the node for another instance")
    kept = _Kept(server.url, answer)
    keep.write(_ANSWER, msgspec.json.encode(kept))
    return kept


def _authorization(wanted: JoinRequest, who: str, digest: str) -> str:
    if wanted.signer is not None:
        return wanted.signer.authorization("POST", _NODES, who, digest)
    return f"MOSAICFS-JOIN Code={normalised(wanted.code)}"


def _body(wanted: JoinRequest, keys: NodeKeys, request: str) -> bytes:
    told = {
        "friendly_name": wanted.name or socket.gethostname(),
        "platform": PLATFORMS.get(sys.platform, "linux"),
        "public_key": keys.public_key,
        "sealing_key": keys.sealing_key,
        "csr": request,
        "create_directory": wanted.create_directory,
    }
    return json.dumps({**told, **({"node_id": wanted.node_id} if wanted.node_id else {})}).encode()


def _read(server: Server, answer: JsonObject) -> Accepted:
    try:
        accepted = msgspec.convert(answer, Accepted)
    except msgspec.ValidationError as cause:
        raise PeerGarbledError(server.url, str(cause)) from None
    if not accepted.ca_certificates:
        raise PeerGarbledError(server.url, "it names no authority")
    return accepted


def _take_over(kept: _Kept, keep: KeyFiles, wanted: JoinRequest, clock: Clock) -> Joined:
    """Put aside what was, then put the new in its place. Each step may be done twice.

    A node that comes back keeps its documents.
    """
    places, answer = wanted.places, kept.answer
    aside = None if wanted.node_id else _put_aside(places, clock)
    places.make()
    files = KeyFiles(places.keys_dir)
    keep_node_keys(files, node_keys(keep))
    files.write(TLS_KEY, pem(tls_key(keep, TLS_KEY)))
    files.write(TLS_CERTIFICATE, answer.certificate.encode())
    files.write(AUTHORITIES, "".join(_ended(each) for each in answer.ca_certificates).encode())
    state = KeyFiles(places.state_dir)
    state.write("node_id", f"{answer.node_id}\n".encode())
    state.write("instance_id", f"{answer.instance_id}\n".encode())
    # Last, because this is what says that the machine has joined.
    files.write(CONTROL_PLANE_KEY, answer.control_plane_key.encode())
    shutil.rmtree(keep.folder)
    return Joined(answer.node_id, answer.instance_id, kept.server_url, aside)


def _ended(pem: str) -> str:
    return pem if pem.endswith("\n") else f"{pem}\n"


def _put_aside(places: Places, clock: Clock) -> Path | None:
    """All that this machine kept for the instance of before; memories of the index speak of its store."""
    found = [each for each in _contents(places.state_dir) if not _stays(each.name) and _holds_something(each)]
    if not found:
        return None
    aside = places.state_dir / f"{_BEFORE}{now_text(clock).replace(':', '-')}"
    aside.mkdir(mode=0o700, exist_ok=True)
    for each in found:
        each.replace(aside / each.name)
    return aside


def _contents(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def _holds_something(path: Path) -> bool:
    return not path.is_dir() or any(path.iterdir())


def _stays(name: str) -> bool:
    return name in _KEPT or name.startswith(_BEFORE) or name.endswith(".lock")
