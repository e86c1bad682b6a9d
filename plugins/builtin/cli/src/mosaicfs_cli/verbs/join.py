"""`mosaicfs join URL#FINGERPRINT`: this machine becomes a node of that instance. Asks for the code; starts nothing."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_changing, add_name, add_watch

EXAMPLES = (
    "mosaicfs join https://nas.example.org:8443#8c1f…    # the line of: mosaicfs nodes invite",
    "mosaicfs join https://nas.example.org:8443#8c1f… --name attic --watch /srv/media --start",
    "mosaicfs join https://nas.example.org:8443#8c1f… --rejoin",
)


def arguments(parser: Parser) -> None:
    parser.add_argument("url", metavar="URL#FINGERPRINT", help="address, and the fingerprint of its authority")
    add_name(parser)
    add_watch(parser)
    parser.add_argument("--no-directory", action="store_true", help="no directory of the tree for this node's files")
    parser.add_argument("--code-stdin", action="store_true", help="read the code from stdin (or: MOSAICFS_JOIN_CODE)")
    parser.add_argument("--rejoin", action="store_true", help="new keys for the node that this machine is")
    parser.add_argument(
        "--discard", action="store_true", help="put an instance of its own aside, with what was made there"
    )
    parser.add_argument("--start", action="store_true", help="start it afterwards, in the background")
    add_changing(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.joining import join  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_json, print_note  # noqa: PLC0415 - as above

    joined = join(call, call.given.url, _code)
    if joined is None:
        return 0
    if call.json:
        print_json({"node_id": joined.node_id, "instance_id": joined.instance_id, "server_url": joined.server_url})
    elif not call.quiet:
        if joined.put_aside is not None:
            print_note(f"What this machine kept for its instance of before is in {joined.put_aside}")
        further = "" if call.given.start else " Start it with: mosaicfs up"
        print_note(f"This machine is the node {joined.node_id} of {joined.server_url}.{further}")
    return _start(call) if call.given.start else 0


def _code(call: Call) -> str:
    """From the environment, from stdin, or typed without an echo. Never an argument: others could see it."""
    import sys  # noqa: PLC0415 - its help needs none of this

    from mosaicfs_cli.questions import ask_secret  # noqa: PLC0415 - as above

    if call.given.code_stdin:
        return sys.stdin.readline().strip()
    otherwise = "Give it in MOSAICFS_JOIN_CODE, or with --code-stdin."
    return call.environment.get("MOSAICFS_JOIN_CODE") or ask_secret(call, "Join code", otherwise=otherwise)


def _start(call: Call) -> int:
    """`mosaicfs up` in the background."""
    import subprocess  # noqa: PLC0415 - its help needs none of this

    from mosaicfs_cli.supervising.plan import PROGRAM  # noqa: PLC0415 - as above

    options = [*(["--config", call.given.config] if call.given.config else []), *(["--json"] if call.json else [])]
    environment = {name: value for name, value in call.environment.items() if name != "MOSAICFS_JOIN_CODE"}
    return subprocess.run([*PROGRAM, "up", "--detach", *options], env=environment, check=False).returncode  # noqa: S603 - our own program
