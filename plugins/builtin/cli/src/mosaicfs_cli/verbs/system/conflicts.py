"""`mosaicfs system conflicts`: documents that two sides changed at once, and which version is to stay."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs system conflicts", "mosaicfs system conflicts ID --keep 3-91a4")

_COLUMNS = ("id", "document_type", "title", "versions")


def arguments(parser: Parser) -> None:
    parser.add_argument("id", nargs="?", metavar="ID", help="the conflict to end")
    parser.add_argument("--keep", metavar="VERSION", help="the version that stays")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.errors import NotFoundError, UsageError  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, print_table  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import items, text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api, given = api_of(call), call.given
    if bool(given.id) != bool(given.keep):
        raise UsageError(call.verb, "ID and --keep go together")
    if not given.id or given.dry_run:
        answer = api.get("/api/conflicts", [("limit", "500")])
        found = [each for each in items(answer) if not given.id or text(each, "id") == given.id]
        if given.id and not any(text(v, "version_id") == given.keep for each in found for v in items(each, "versions")):
            raise NotFoundError(f"Version {given.keep} of {given.id}")
        if given.id:
            print_rehearsal(call, f"Would keep {given.keep} of {given.id}.", found[0])
        elif call.json:
            print_json(answer)
        else:
            print_table(_COLUMNS, [_row(each) for each in found], with_header=not given.no_header)
        return 0
    answer = api.post(f"/api/conflicts/{segment(given.id)}/resolve", {"keep": given.keep})
    print_done(call, answer, f"{given.id} is what {given.keep} says.")
    return 0


def _row(conflict: object) -> tuple[str, ...]:
    from mosaicfs_cli.reading import items, text  # noqa: PLC0415 - its help needs none of this

    assert isinstance(conflict, dict)
    versions = (text(v, "version_id") + ("*" if v.get("winner") else "") for v in items(conflict, "versions"))
    return text(conflict, "id"), text(conflict, "document_type"), text(conflict, "title"), " ".join(versions)
