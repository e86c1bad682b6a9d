"""Fetching a file: its bytes into a part, the digest of the control plane beside ours, then its name."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mosaicfs.errors import DigestMismatchError, EntryChangedError, PeerGarbledError, RefusedError
from mosaicfs.wire.byte_requests import digest_in
from mosaicfs_cli import showing
from mosaicfs_cli.client import WHO, segment
from mosaicfs_cli.downloading import WHOLE, Download, Wanted
from mosaicfs_cli.errors import UsageError
from mosaicfs_cli.job_wait import FINAL, WAIT_S
from mosaicfs_cli.part import Part, opened_part, require_free
from mosaicfs_cli.reading import count, items, part, text
from mosaicfs_cli.terminal_line import TerminalLine

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Api

MOST_VERSIONS = 3
QUIET_S = 1.0
"""Who is done so soon needs no line about how far it is."""
SHOWN_S = 0.2


class Fetched(NamedTuple):
    """`digest` is `sha256:<hex>` of what was written; `verified` where the control plane has the same."""

    file_id: str
    path: Path
    bytes: int
    digest: str
    verified: bool


class How(NamedTuple):
    """`resumes`: what an earlier run has left is gone on with."""

    replaces: bool = False
    verifies: bool = True
    resumes: bool = False


Told = Callable[[int, int], None]
"""Hears how many bytes there are, and of how many."""


def fetch(api: Api, file: JsonObject, target: Path, how: How, told: Told = lambda done, size: None) -> Fetched:
    """Whole and, unless that is not wanted, compared. Where it fails, what has come is kept but for wrong bytes."""
    file_id = text(file, "file_id")
    require_free(target, replaces=how.replaces)
    with opened_part(target) as held:
        start = _start(file, held, how)
        for _ in range(MOST_VERSIONS):
            download = _taken(api, file_id, held, start, told)
            try:
                verified = how.verifies and _is_right(api, file_id, held, download)
            except RefusedError as refused:
                if refused.code != "precondition_failed":
                    raise
                start = WHOLE  # there is a newer version, and nobody can say any more whether this one came whole
                continue
            held.become_target(replaces=how.replaces)
            return Fetched(file_id, target, held.size, f"sha256:{held.sha256.hex()}", verified)
    raise EntryChangedError(file_id)


def _start(file: JsonObject, held: Part, how: How) -> Wanted:
    """A part of nobody knows which version is gone on with only where the digest will tell."""
    tag, size = text(file, "etag"), count(file, "size")
    is_known = held.tag == tag or (not held.tag and how.verifies)
    if not (how.resumes and tag and is_known and 0 < held.length() <= size):
        return WHOLE
    held.take_up()
    return Wanted(held.size, tag=tag)


def _taken(api: Api, file_id: str, held: Part, start: Wanted, told: Told) -> Download:
    download = Download(api, file_id, start)
    if start == WHOLE:
        held.put(0, b"")
    named = ""
    for at, piece in () if _is_complete(api, file_id, start) else download.pieces():
        if download.tag != named:
            named = download.tag
            held.name_version(named)
        held.put(at, piece)
        told(held.size, download.size)
    return download


def _is_complete(api: Api, file_id: str, start: Wanted) -> bool:
    """Behind the last byte there is no range to ask for."""
    if not start.start:
        return False
    file = api.get(f"/api/files/{segment(file_id)}")
    return text(file, "etag") == start.tag and count(file, "size") == start.start


def _is_right(api: Api, file_id: str, held: Part, download: Download) -> bool:
    """`DigestMismatchError` after the part is gone."""
    expected = digest_in(download.digest) or _digest(api, file_id, download.tag)
    if expected == held.sha256:
        return True
    held.drop()
    raise DigestMismatchError(file_id, WHO)


def _digest(api: Api, file_id: str, tag: str) -> bytes:
    """Where nobody knows it, the control plane reads the file once; of the version that came or not at all."""
    target = f"/api/files/{segment(file_id)}/digest"
    answer = api.ask("GET", target, headers={"If-Match": tag} if tag else {}, more_s=WAIT_S)
    if "hex" not in answer:
        answer = _result(api, answer)
    try:
        return bytes.fromhex(text(answer, "hex"))
    except ValueError:
        raise PeerGarbledError(WHO, "its digest is none") from None


def _result(api: Api, job: JsonObject) -> JsonObject:
    while text(job, "state") not in FINAL:
        job = api.get(f"/api/jobs/{segment(text(job, 'job_id'))}", [("wait_s", str(WAIT_S))], more_s=WAIT_S)
    if text(job, "state") != "done":
        error = next(items(job, "errors"), {})
        raise RefusedError(
            text(error, "code") or "source_failed",
            text(error, "message")
            or f"The digest was not found: the job {text(job, 'job_id')} was {text(job, 'state')}.",
        )
    return part(job, "result")


def target_of(verb: str, file: JsonObject, given: str) -> Path:
    """In a directory by the last component of its own name, which may come from anywhere."""
    place = Path(given)
    if not (given.endswith("/") or place.is_dir()):
        return place
    name = text(file, "name").replace("\\", "/").rpartition("/")[2]
    if name in ("", ".", "..") or "\0" in name:
        raise UsageError(verb, f"{text(file, 'file_id')} has no name to save it by; name a file with -o")
    return place / name


class Progress:
    """One line that says how far it is, for a terminal, once it has taken a while."""

    def __init__(self, name: str, *, is_wanted: bool) -> None:
        self._line = TerminalLine(is_wanted=is_wanted)
        self._name = name
        self._began = time.monotonic()
        self._shown = self._began + QUIET_S - SHOWN_S
        self._first: int | None = None

    def told(self, done: int, size: int) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = done
        if now - self._shown >= SHOWN_S:
            self._shown = now
            self._line.show(self._said(done, size, (done - self._first) / (now - self._began)))

    def end(self) -> None:
        self._line.show("")

    def _said(self, done: int, size: int, rate: float) -> str:
        left = f", {showing.duration(int((size - done) / rate))} left" if rate > 0 and size > done else ""
        return f"{self._name}  {showing.size(done)} of {showing.size(size)}, {showing.size(int(rate))}/s{left}"
