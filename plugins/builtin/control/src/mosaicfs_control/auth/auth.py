"""All that knows who somebody is, put together over one store; the front asks its gate, routes ask the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import time

import trio

from mosaicfs.identity.key_files import KeyFiles, random_key
from mosaicfs.identity.sealing import Sealer
from mosaicfs.instance_id import instance_id
from mosaicfs.model.credential import Credential
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.node import Node
from mosaicfs.model.times import Clock
from mosaicfs_control.auth.audit import Audit
from mosaicfs_control.auth.auth_db import AuthDb, open_auth_db
from mosaicfs_control.auth.credentials import Credentials, Hashes
from mosaicfs_control.auth.downloads import Downloads
from mosaicfs_control.auth.endings import Endings
from mosaicfs_control.auth.following import follow
from mosaicfs_control.auth.gate import Gate
from mosaicfs_control.auth.hashing import Argon
from mosaicfs_control.auth.join_codes import JoinCodes
from mosaicfs_control.auth.jwt_keys import JwtKeys
from mosaicfs_control.auth.limits import Limits
from mosaicfs_control.auth.login import Login
from mosaicfs_control.auth.login_codes import LoginCodes
from mosaicfs_control.auth.machines import Machines
from mosaicfs_control.auth.nodes import KnownNodes
from mosaicfs_control.auth.nonces import Nonces
from mosaicfs_control.auth.sessions import Sessions
from mosaicfs_control.auth.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Auth:
    instance_id: str
    files: KeyFiles
    audit: Audit
    limits: Limits
    endings: Endings
    credentials: Credentials
    nodes: KnownNodes
    jwt_keys: JwtKeys
    tokens: Tokens
    sessions: Sessions
    login: Login
    login_codes: LoginCodes
    join_codes: JoinCodes
    downloads: Downloads
    machines: Machines
    gate: Gate


@asynccontextmanager
async def open_auth(kernel: Kernel, *, clock: Clock = time, hashes: Hashes | None = None) -> AsyncIterator[Auth]:
    """Before the first listener: keys are made at the first start, and `KeyUnsafeError` ends it."""
    state = kernel.places.state_dir
    files = KeyFiles(state / "keys")
    files.check()
    async with open_auth_db(state / "auth.db") as db, trio.open_nursery() as nursery:
        audit = Audit(state / "audit.log", clock)
        auth = _made(kernel, files, db, audit, clock=clock, hashes=hashes or Argon())
        nursery.start_soon(audit.run)
        await nursery.start(follow, kernel.store, (auth.credentials.followed, auth.nodes.followed))
        await auth.tokens.load()
        await auth.sessions.load()
        await auth.join_codes.load()
        await auth.gate.nonces.load()
        try:
            yield auth
        finally:
            with trio.CancelScope(shield=True):
                await auth.gate.nonces.close()
        nursery.cancel_scope.cancel()


def _made(kernel: Kernel, files: KeyFiles, db: AuthDb, audit: Audit, *, clock: Clock, hashes: Hashes) -> Auth:
    known_as = instance_id(kernel.places.state_dir)
    endings, limits = Endings(clock), Limits(clock)
    credentials = Credentials(kernel.store, Sealer(random_key(files, "instance.key"), known_as), hashes, clock)
    jwt_keys = JwtKeys(files, clock, lambda: audit.note("jwt_key_rotated"))
    jwt_keys.all()  # made now, before anything listens
    tokens = Tokens(db, jwt_keys, credentials, endings, instance_id=known_as, clock=clock)
    sessions, login_codes, machines = Sessions(db, tokens, clock), LoginCodes(clock), Machines(credentials, clock)

    def key_changed(key_id: str, now: Credential | None) -> None:
        if now is None or not credentials.is_enabled(key_id):
            machines.forget(key_id)
            endings.end_all_of(key_id)

    def node_changed(node_id: str, now: Node | None) -> None:
        """Also when it has another key: what the old one began ends."""
        if now is None or now.status == "disabled" or keys_of.get(node_id, now.public_key) != now.public_key:
            endings.end_all_of(node_id)
        keys_of[node_id] = None if now is None else now.public_key

    keys_of: dict[str, str | None] = {}
    credentials.changed = key_changed
    nodes = KnownNodes(kernel.store, node_changed)
    nonces = Nonces(db, clock)
    return Auth(
        instance_id=known_as,
        files=files,
        audit=audit,
        limits=limits,
        endings=endings,
        credentials=credentials,
        nodes=nodes,
        jwt_keys=jwt_keys,
        tokens=tokens,
        sessions=sessions,
        login=Login(credentials, tokens, sessions, login_codes, limits, audit),
        login_codes=login_codes,
        join_codes=JoinCodes(db, clock),
        downloads=Downloads(jwt_keys, tokens, credentials, known_as, clock),
        machines=machines,
        gate=Gate(known_as, credentials, nodes, tokens, sessions, machines, nonces, limits, audit, clock),
    )
