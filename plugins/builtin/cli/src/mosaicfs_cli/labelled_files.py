"""Which files get a label or lose one: those that are named, or all that filters let through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli import showing
from mosaicfs_cli.errors import UsageError
from mosaicfs_cli.filters import filter_body, narrowing
from mosaicfs_cli.job_wait import follow
from mosaicfs_cli.naming import file_of
from mosaicfs_cli.reading import count, part, text
from mosaicfs_cli.rehearsing import agrees, print_rehearsal

if TYPE_CHECKING:
    from typing import Literal

    from mosaicfs.model.json import Json, JsonObject
    from mosaicfs_cli.client import Api
    from mosaicfs_cli.options import Call

BULK = "/api/labels/assignments/bulk"


def label_files(call: Call, api: Api, change: Literal["add", "remove"]) -> int:
    """As one job, which reads and writes each file at once, so that two who label it do not lose a label."""
    labels: list[Json] = list(labels_of(call, call.given.labels))
    files, number = _files(call, api)
    done = "labelled" if change == "add" else "without it" if len(labels) == 1 else "without them"
    what = f"{'give' if change == 'add' else 'take'} {', '.join(map(str, labels))} "
    what += f"{'to' if change == 'add' else 'from'} {showing.files(number)}"
    body: dict[str, Json] = {**files, change: labels}
    if call.given.dry_run:
        print_rehearsal(call, f"Would {what}.", {"files": number, **body})
        return 0
    if "filter" in files and not agrees(call, {}, f"{what.capitalize()}?"):
        return 0
    return follow(call, api, api.post(BULK, body), lambda job: _told(job, done))


def labels_of(call: Call, typed: str) -> list[str]:
    """`work,q3`, each once."""
    labels = list(dict.fromkeys(label for each in typed.split(",") if (label := each.strip())))
    if not labels:
        raise UsageError(call.verb, f"{typed!r} names no label")
    return labels


def _files(call: Call, api: Api) -> tuple[dict[str, Json], int]:
    """As members of the body, and how many they are."""
    names, filters = call.given.files, narrowing(call)
    if bool(names) == bool(filters):
        raise UsageError(call.verb, "say which files: FILE…, or filters and no FILE")
    if names:
        ids = dict.fromkeys(text(file_of(call, api, name), "file_id") for name in names)
        return {"file_ids": list(ids)}, len(ids)
    found = api.get("/api/search", [*filters, ("limit", "1")])
    return {"filter": filter_body(call)}, count(found, "total")


def _told(job: JsonObject, done: str) -> str:
    """`3 files labelled`."""
    counts = part(job, "counts")
    already = count(counts, "skipped")
    besides = f", {showing.counted(already)} {'was' if already == 1 else 'were'} so already" if already else ""
    return f"{showing.files(count(counts, 'done'))} {done}{besides}"
