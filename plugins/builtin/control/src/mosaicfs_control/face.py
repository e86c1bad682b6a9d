"""The face of the duty `server`: the control plane over HTTP, for the owner on a Unix socket, for others over TCP.

Whatever could refuse the start is done before the first listener opens: keys, certificates, and whether anybody may log
in at all where other machines can reach us.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import time

import trio
from starlette.types import ASGIApp

from mosaicfs import Listener, is_loopback, safe_listeners, unix_paths
from mosaicfs.errors import ConfigError
from mosaicfs.identity.authority import Authority, server_names
from mosaicfs.model.kernel import Kernel, Started
from mosaicfs.model.times import Clock, time_text
from mosaicfs_control.auth.auth import Auth, open_auth
from mosaicfs_control.auth.credentials import Hashes
from mosaicfs_control.cross_origin import Origins
from mosaicfs_control.developer_mode import origins_of, told
from mosaicfs_control.entrance import Entrance, OwnersEntrance
from mosaicfs_control.events.events import open_events
from mosaicfs_control.events.feeding import Feeder
from mosaicfs_control.file_bytes.digests import Digests, open_digests
from mosaicfs_control.file_bytes.hashing import digest_job
from mosaicfs_control.forgetting import forget_files
from mosaicfs_control.front import Front, Surfaces
from mosaicfs_control.hosts import Hosts, Proxies, without_port
from mosaicfs_control.jobs.following import follow
from mosaicfs_control.jobs.jobs import Jobs, Run, open_jobs
from mosaicfs_control.labelling import label_files, rename_label
from mosaicfs_control.local_socket import is_owner, member_of, open_local_socket, socket_path
from mosaicfs_control.metrics.of_instance import OfInstance
from mosaicfs_control.metrics.surface import MetricsSurface
from mosaicfs_control.page.build import Build
from mosaicfs_control.page.surface import PageSurface
from mosaicfs_control.querying.fan_out import fan_out_of
from mosaicfs_control.querying.widgets import Widgets
from mosaicfs_control.reception import open_reception
from mosaicfs_control.refused_plugins import note_refused
from mosaicfs_control.rest.routing import Instance
from mosaicfs_control.rest.surface import RestSurface
from mosaicfs_control.routes.database import NAME
from mosaicfs_control.serving import Door, Server, opened_doors
from mosaicfs_control.stopping import Stopping
from mosaicfs_control.succeeding import succeeded
from mosaicfs_control.surface import BASE, ReplicationSurface
from mosaicfs_control.tls import ServedCertificates, keep_issued, own_pair
from mosaicfs_control.warming import warm

LISTEN = "server.listen"
FOR_A_YEAR = {"strict-transport-security": "max-age=31536000"}
"""Of the owner's certificate alone: a browser that must not go back to plain HTTP would never forgive us ours."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How the server can be reached, and what it shows of itself there."""

    listeners: Sequence[Listener]
    sockets: Sequence[Path]
    hosts: Hosts
    proxies: Proxies
    certificates: ServedCertificates
    origins: Origins


async def serve_instance(kernel: Kernel, started: Started) -> None:
    """What refuses the start is raised as it is, not in the groups of the nurseries that it passed."""
    try:
        await _serve_instance(kernel, started)
    except BaseExceptionGroup as group:
        raise _only(group) from None


def _only(group: BaseExceptionGroup[BaseException]) -> BaseException:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup) and len(found.exceptions) == 1:
        found = found.exceptions[0]
    return found


async def _serve_instance(kernel: Kernel, started: Started) -> None:
    stopping = Stopping()
    async with open_instance(kernel, stopping) as instance, trio.open_nursery() as nursery:
        reach = await _reach(kernel, instance)
        metrics = MetricsSurface(OfInstance(instance))
        replication = ReplicationSurface(kernel.store, stopping, instance.auth.endings)
        page = PageSurface() if kernel.settings.server.web else None
        surfaces = Surfaces(replication, RestSurface(instance), metrics, page)
        nursery.start_soon(warm, kernel.store)
        nursery.start_soon(keep_issued, partial(_issue, kernel, instance, reach.hosts))
        note_refused(kernel, instance.auth.audit)
        with told(instance):
            await _serve(instance, reach, surfaces, metrics.counted, started)


@asynccontextmanager
async def open_instance(
    kernel: Kernel, stopping: Stopping, *, clock: Clock = time, hashes: Hashes | None = None
) -> AsyncIterator[Instance]:
    """What the API shows and does, with the tasks behind it."""
    state = kernel.places.state_dir
    async with (
        open_auth(kernel, clock=clock, hashes=hashes) as auth,
        open_events(state) as events,
        open_digests(kernel.places.cache_dir, clock) as digests,
        open_jobs(state, events.publish, _resumed(kernel, digests)) as jobs,
        open_reception(kernel, auth, jobs) as reception,
        trio.open_nursery() as nursery,
    ):
        authority = await trio.to_thread.run_sync(Authority.open, auth.files, clock)
        cursor_key = auth.files.once("cursor.key", partial(secrets.token_bytes, 32))
        nursery.start_soon(Feeder(kernel.store, events).run)
        fan_out = fan_out_of(kernel, auth, authority)
        widgets = Widgets(fan_out, clock)
        nursery.start_soon(widgets.run)
        yield Instance(
            kernel=kernel,
            cursor_key=cursor_key,
            stopping=stopping,
            jobs=jobs,
            events=events,
            auth=auth,
            authority=authority,
            reception=reception,
            digests=digests,
            fan_out=fan_out,
            widgets=widgets,
            since=_since(state),
        )
        nursery.cancel_scope.cancel()


def _resumed(kernel: Kernel, digests: Digests) -> Mapping[str, Callable[[Jobs], Run]]:
    """Kinds of jobs that go on after a restart of the server."""
    store = kernel.store
    return {
        "digest": lambda jobs: digest_job(kernel, digests),
        "reindex": follow,
        "node_forget": lambda jobs: forget_files(store),
        "label_bulk": lambda jobs: label_files(store),
        "label_rename": lambda jobs: rename_label(store),
    }


async def _reach(kernel: Kernel, instance: Instance) -> Reach:
    """`ConfigError` and `KeyUnsafeError` before anything listens."""
    settings, server = kernel.settings, kernel.settings.server
    place = settings.place(LISTEN)
    listeners = safe_listeners(server.listen, place)
    _require_somebody(listeners, instance.auth, place)
    own, hosts = own_pair(settings), Hosts((), server.names)
    await _issue(kernel, instance, hosts)
    instance.auth.files.check()
    return Reach(
        listeners,
        unix_paths(server.listen, place),
        hosts,
        Proxies(server.trusted_proxies, settings.place("server.trusted_proxies")),
        ServedCertificates(instance.auth.files, own),
        origins_of(settings),
    )


def _require_somebody(listeners: Sequence[Listener], auth: Auth, place: str) -> None:
    """Beyond loopback somebody must be able to log in, or the server is of no use there and a riddle to its owner."""
    far = next((one for one in listeners if one.scheme == "https" and not is_loopback(one.host)), None)
    if far is not None and not auth.credentials.is_secured():
        trouble = "can be reached by other machines, and there is no access key yet. Type: mosaicfs init"
        raise ConfigError(place, f"{far.url} {trouble}")


async def _issue(kernel: Kernel, instance: Instance, hosts: Hosts) -> bool:
    """What is due of the authority, and then a certificate for the names of now, if it is time; they are the names
    that we answer to."""
    await succeeded(instance)
    names = server_names([without_port(name) for name in kernel.settings.server.names])
    hosts.learn(names)
    return await trio.to_thread.run_sync(instance.authority.server_pair, instance.auth.files, names)


async def _serve(
    instance: Instance,
    reach: Reach,
    surfaces: Surfaces,
    counted: Callable[[ASGIApp], ASGIApp],
    started: Started,
) -> None:
    kernel, auth, stopping = instance.kernel, instance.auth, instance.stopping
    headers = FOR_A_YEAR if reach.certificates.are_the_owners else {}
    far = Front(surfaces, Entrance(auth.gate, auth.audit, reach.hosts, reach.proxies, reach.origins), headers)
    near = Front(surfaces, OwnersEntrance(auth.gate, auth.audit))
    group = kernel.settings.server.socket_group
    admits = partial(is_owner, also=member_of(group)) if group else is_owner
    network = Server(counted(far), stopping.begin, certificates=reach.certificates.context)
    local = Server(counted(near), stopping.begin, admits=admits)
    path = socket_path(kernel.places.runtime_dir)
    async with AsyncExitStack() as opened:
        owners = [await opened.enter_async_context(open_local_socket(one, group)) for one in (path, *reach.sockets)]
        doors = await opened.enter_async_context(opened_doors(reach.listeners))
        instance.addresses.extend(door.url for door in doors)
        async with trio.open_nursery() as nursery:
            await nursery.start(_run_local, local, [Door(one) for one in owners])
            await network.run(doors, partial(_tell, started, doors, path, _has_page(surfaces)))


async def _run_local(local: Server, doors: Sequence[Door], task_status: trio.TaskStatus[None]) -> None:
    await local.run(doors, task_status.started)


def _tell(started: Started, doors: Sequence[Door], path: Path, has_page: bool) -> None:
    if not doors:
        started(socket=str(path))
        return
    url = doors[0].url
    page = {"web_page": f"{url}/"} if has_page else {}
    started(url=url, replication=f"{url}{BASE}/{NAME}", socket=str(path), **page)


def _has_page(surfaces: Surfaces) -> bool:
    """Another build may come later; what is said is said of now."""
    return surfaces.page is not None and Build().is_there


def _since(state: Path) -> str:
    """The id of an instance is made when its control plane first starts, and never again."""
    return time_text((state / "instance_id").stat().st_mtime_ns // 1000)
