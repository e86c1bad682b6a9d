"""Where nodes report: heartbeats that come over the network, and everything that follows from them.

What of it is written down is the kernel's `Reception`; that is what the agent of this machine calls by itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from time import time

import anyio
from msgspec import Struct

import mosaicfs
from mosaicfs import Conditions, Reception, last_sign_of
from mosaicfs.errors import AccessRefusedError
from mosaicfs.identity.authority import SERVER, Authority, days_left
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import control_plane_key, public_text
from mosaicfs.model.heartbeat import OLDEST_PROTOCOL, Heartbeat
from mosaicfs.model.ids import CONTROL_PLANE, node_doc_id
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.node import Node
from mosaicfs.model.notices import LastingNotices
from mosaicfs.model.times import BadTimeError, Clock, instant, now_text
from mosaicfs_control.auth.auth import Auth
from mosaicfs_control.expiries import Expiries
from mosaicfs_control.jobs.job import Job
from mosaicfs_control.jobs.jobs import Jobs
from mosaicfs_control.node_certificates import NodeCertificates
from mosaicfs_control.node_health import NodeHealth
from mosaicfs_control.requests import Requests
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import ApiError
from mosaicfs_control.stalled_nodes import StalledNodes
from mosaicfs_control.standing_conflicts import StandingConflicts
from mosaicfs_control.state_room import StateRoom
from mosaicfs_control.trusted_authorities import TrustedAuthorities

SKEWED_S = 120
RIGHT_AGAIN_S = 60
CLOSING_S = 5.0


class HeartbeatAnswer(Struct, frozen=True, omit_defaults=True):
    """`ca_certificates` are all that are to be trusted; `certificate_renew` asks the node for a new request."""

    server_time: str
    ca_certificates: tuple[str, ...] | None = None
    certificate_renew: bool = False


@dataclass(frozen=True, slots=True)
class NodeReception:
    """One for a control plane. `joining` is held while keys and ids of nodes are given out."""

    kernel: Kernel
    control_plane_key: str
    notices: LastingNotices
    health: NodeHealth
    requests: Requests
    certificates: NodeCertificates
    trusted: TrustedAuthorities
    clock: Clock = time
    joining: anyio.Lock = field(default_factory=anyio.Lock)

    async def receive(self, heartbeat: Heartbeat, authority: Authority) -> HeartbeatAnswer:
        """Of a node that has proven who it is. `ApiError` 403 for one that is not, or no longer, of this instance."""
        store, node_id = self.kernel.store, heartbeat.node_id
        if noun_of(await store.get(node_doc_id(node_id)), Node) is None:
            raise ApiError("forbidden", f"{node_id} is not a node of this instance. Join it: mosaicfs join")
        try:
            await Reception(store, self.clock, keeps_reports=False).receive(heartbeat)
        except AccessRefusedError as cause:
            raise ApiError("forbidden", str(cause)) from None
        if heartbeat.status == "offline":
            self.health.forget(node_id)
        else:
            self.health.heard(node_id)
        self._judge_clock(heartbeat)
        self._judge_protocol(heartbeat)
        await self.requests.reported(node_id, heartbeat.jobs)
        await self.trusted.told(node_id, heartbeat.ca_fingerprints)
        renew = await self.certificates.is_due(node_id, authority.fingerprint)
        return HeartbeatAnswer(now_text(self.clock), authority.trusted_pem, renew)

    def refused_for_time(self, node_id: str, skew_s: float) -> None:
        """A signature of a known node was good, but for its time, which is so far ahead."""
        message = (
            f"The clock of {node_id} is {abs(skew_s):.0f} s {'ahead of' if skew_s > 0 else 'behind'} this server's, so "
            "its requests are refused. Set the clock of the machine that is wrong; MosaicFS never does."
        )
        self.notices.observe(f"auth_timestamp_rejected:{node_id}", "error", "A node's clock is wrong", message)

    def _judge_clock(self, heartbeat: Heartbeat) -> None:
        """What comes in was accepted, so its signature's time is right again."""
        self._clear(f"auth_timestamp_rejected:{heartbeat.node_id}")
        key = f"clock_skew:{heartbeat.node_id}"
        try:
            skew_s = self.clock() - instant(heartbeat.time) / 1_000_000
        except BadTimeError:
            return
        if abs(skew_s) > SKEWED_S and not self.notices.holds(key):
            message = (
                f"The clocks of {heartbeat.node_id} and of this server differ by {abs(skew_s):.0f} s. From 300 s on "
                "its requests are refused. Set the clock of the machine that is wrong."
            )
            self.notices.observe(key, "warning", "Clocks differ", message)
        elif abs(skew_s) < RIGHT_AGAIN_S:
            self._clear(key)

    def _judge_protocol(self, heartbeat: Heartbeat) -> None:
        key = f"upgrade_needed:{heartbeat.node_id}"
        if heartbeat.protocol >= OLDEST_PROTOCOL:
            self._clear(key)
        elif not self.notices.holds(key):
            message = (
                f"{heartbeat.node_id} runs MosaicFS {heartbeat.version}, which speaks protocol {heartbeat.protocol}; "
                f"this server ({mosaicfs.__version__}) supports {OLDEST_PROTOCOL} and newer. What it says may not be "
                "understood. Install the same version there."
            )
            self.notices.observe(key, "warning", "A node must be upgraded", message)

    def _clear(self, key: str) -> None:
        if self.notices.holds(key):
            self.notices.clear(key)


@asynccontextmanager
async def open_reception(kernel: Kernel, auth: Auth, jobs: Jobs, clock: Clock = time) -> AsyncIterator[NodeReception]:
    """With the tasks that judge nodes. Jobs of nodes are asked for, told of and taken back through it."""
    store, conditions = kernel.store, Conditions(CONTROL_PLANE, clock=clock)
    notices = conditions.of(CONTROL_PLANE)
    await conditions.load(store)
    last_sign = partial(last_sign_of, kernel.places.runtime_dir, "agent")
    health = NodeHealth(store, kernel.node_id, notices, clock, last_sign)
    requests = Requests(store, kernel.node_id, jobs.reported, clock)
    certificates = NodeCertificates(store, clock)
    expiries = Expiries(store, certificates, notices, partial(_server_days, auth.files, clock), clock)
    room = StateRoom(kernel.places.state_dir, notices)
    conflicts = StandingConflicts(store, notices, clock)
    stalled = StalledNodes(store, kernel.node_id, notices, clock)
    key = public_text(control_plane_key(auth.files))
    trusted = TrustedAuthorities(store)
    reception = NodeReception(kernel, key, notices, health, requests, certificates, trusted, clock)

    async def withdraw(job: Job) -> None:
        await requests.withdraw(job.node_id or "", [job.job_id])

    jobs.withdraw = withdraw
    auth.gate.on_skew.append(reception.refused_for_time)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(conditions.run, store)
            for watch in (health, requests, expiries, room, conflicts, stalled):
                tasks.start_soon(watch.run)
            yield reception
            tasks.cancel_scope.cancel()
    finally:
        with anyio.move_on_after(CLOSING_S, shield=True):
            await conditions.flush(store)


def _server_days(files: KeyFiles, clock: Clock) -> float | None:
    """None where nothing is served over TLS."""
    pem = files.read(SERVER)
    try:
        return None if pem is None else days_left(pem.decode(), clock)
    except ValueError:
        return None
