"""`mosaicfs up`: everything that this machine can do, from nothing and without questions.

A port that is taken is no reason to stop, unless somebody asked for that port. What runs then is in `supervising`; here
it is decided what is to run, and whether it runs already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import (
    Call,
    Parser,
    add_changing,
    add_exclude,
    add_listen,
    add_mount_point,
    add_name,
    add_no_default_tree,
)

if TYPE_CHECKING:
    from mosaicfs import Configured
    from mosaicfs_cli.lock import Held
    from mosaicfs_cli.supervising.plan import Plan
    from mosaicfs_cli.supervising.telling import Person

EXAMPLES = (
    "mosaicfs up",
    "mosaicfs up ~/Documents ~/Pictures",
    "mosaicfs up ~/Documents --exclude '**/*.iso' --once",
    "mosaicfs up --listen http://127.0.0.1:9000 --json",
    "mosaicfs up --detach",
    "mosaicfs up ~/Documents --dry-run",
)


def arguments(parser: Parser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folders to watch from now on, beside those watched")
    add_listen(parser)
    add_exclude(parser)
    add_name(parser)
    add_no_default_tree(parser)
    add_mount_point(parser)
    parser.add_argument("--no-mount", action="store_true", help="do not mount the tree")
    parser.add_argument("--no-web", action="store_true", help="no web page")
    browser = parser.add_mutually_exclusive_group()
    browser.add_argument("--open", action="store_true", help="open the page in a browser; by itself the first run does")
    browser.add_argument("--no-open", action="store_true", help="open no browser")
    parser.add_argument("--detach", action="store_true", help="go on in the background and return when it is ready")
    parser.add_argument("--once", action="store_true", help="index, print the summary, stop")
    add_changing(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.errors import AlreadyRunningError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.lock import held, holder  # noqa: PLC0415 - as above
    from mosaicfs_cli.watched import named  # noqa: PLC0415 - as above

    paths = named(call.given.paths)
    configured = call.configured()
    lock = configured.places.runtime_dir / "up.lock"
    if call.given.dry_run:
        from mosaicfs_cli.supervising.rehearsing import rehearse  # noqa: PLC0415 - as above

        return rehearse(call, configured, *_to_watch(call, configured, paths), holder(lock))
    try:
        if call.given.detach:
            from mosaicfs_cli.supervising.detached import detach  # noqa: PLC0415 - as above

            return detach(call, configured, lock)
        watched, new = _to_watch(call, configured, paths)
        configured.places.make()
        with held(lock) as ours:
            return _supervise(call, configured, watched, new, ours)
    except AlreadyRunningError as running:
        from mosaicfs_cli.supervising.joining import join_running  # noqa: PLC0415 - as above

        return join_running(call, configured, paths, running)


def _to_watch(call: Call, configured: Configured, paths: list[str]) -> tuple[list[str], list[str]]:
    """All that is watched, and what of it is to be saved. A first run is one where nobody has said what to watch."""
    from os import geteuid  # noqa: PLC0415 - its help needs none of this

    from mosaicfs_cli.watched import added, of_person  # noqa: PLC0415 - as above

    known = list(configured.settings.agent.watch_paths)
    if "agent.watch_paths" not in configured.settings.given and not paths:
        paths = of_person(call.environment, is_root=geteuid() == 0)
    new = added(known, paths)
    return [*known, *new], new


def _supervise(call: Call, configured: Configured, watched: list[str], new: list[str], ours: Held) -> int:
    import trio  # noqa: PLC0415 - its help needs none of this

    from mosaicfs_cli.supervising.address import Address  # noqa: PLC0415 - as above
    from mosaicfs_cli.supervising.leftovers import end_leftovers  # noqa: PLC0415 - as above
    from mosaicfs_cli.supervising.plan import Plan  # noqa: PLC0415 - as above
    from mosaicfs_cli.supervising.supervisor import Supervisor  # noqa: PLC0415 - as above
    from mosaicfs_cli.supervising.telling import Program  # noqa: PLC0415 - as above

    end_leftovers(ours.left)
    is_new = not configured.places.database.exists()
    plan = Plan(
        call,
        configured,
        Address(configured.settings),
        tuple(watched),
        is_new,
        once=call.given.once,
        mounts=not (call.given.no_mount or call.given.once),
        page=not call.given.no_web,
    )
    _save(call, configured, new)
    teller = Program(str(plan.api_socket)) if call.json else _person(call, plan)
    code = trio.run(Supervisor(plan, ours, teller).run)
    teller.stopped()
    return code


def _person(call: Call, plan: Plan) -> Person:
    from mosaicfs_cli.supervising.telling import Person  # noqa: PLC0415 - its help needs none of this

    opens = call.given.open or (plan.is_new and not (plan.once or call.given.no_open or call.quiet))
    return Person(plan.api_socket, quiet=call.quiet, once=plan.once, opens_in=call.environment if opens else None)


def _save(call: Call, configured: Configured, new: list[str]) -> None:
    """A file that is there learns new folders only; a first one everything that was chosen."""
    from mosaicfs_cli.saving import add_watch_paths, create  # noqa: PLC0415 - its help needs none of this

    path = configured.places.config_file
    if path.exists():
        if new:
            add_watch_paths(path, new)
        return
    options = {key: value for key, value in vars(call.given).items() if key in SAVED and value}
    chosen = {"agent.watch_paths": new, **options} if new else options
    if chosen:
        create(path, chosen, SAVED)


SAVED = {
    "agent.watch_paths": "Folders whose files are indexed.",
    "agent.excluded_globs": "What is never indexed.",
    "agent.name": "Name of this node.",
    "server.listen": "Where the control plane listens.",
    "mount.path": "Where the tree is mounted.",
}
"""The keys that a first run may write, and the comment of each."""
