"""What CouchDB-protocol servers answer, as typed values; only the members that replication reads.

Documents stay raw bytes here: one that is broken must not spoil the answer it came in. The values come by the hundred
thousand and never form a circle, so the garbage collector is told to leave them alone: it took half of the time.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType


class DatabaseFacts(Struct, gc=False):
    """The `mosaicfs` member of a database's information; other servers have none."""

    uuid: str
    epoch: str


class DatabaseAnswer(Struct, gc=False):
    db_name: str
    purge_seq: object = ""
    mosaicfs: DatabaseFacts | None = None


class WelcomeAnswer(Struct, gc=False):
    uuid: str = ""


class RevisionAnswer(Struct, gc=False):
    rev: str


class RowAnswer(Struct, gc=False):
    id: str
    changes: list[RevisionAnswer]
    deleted: bool = False
    doc: Raw | UnsetType = UNSET


class ChangesAnswer(Struct, gc=False):
    results: list[RowAnswer]
    last_seq: object
    pending: int | None = None


class MissingAnswer(Struct, gc=False):
    missing: list[str]
    possible_ancestors: list[str] = []


class RevisionError(Struct, gc=False):
    id: str = ""
    rev: str = ""
    error: str = ""
    reason: str = ""


class FoundRevision(Struct, gc=False):
    """One of the three; `missing` is the word of `open_revs`."""

    ok: Raw | UnsetType = UNSET
    error: RevisionError | None = None
    missing: str = ""


class FoundDocument(Struct, gc=False):
    id: str
    docs: list[FoundRevision]


class BulkGetAnswer(Struct, gc=False):
    results: list[FoundDocument]


class WrittenAnswer(Struct, gc=False):
    """`error` is a word, or True in PouchDB, which has the word in `name` and the reason in `message`."""

    id: str = ""
    rev: str = ""
    error: str | bool = ""
    reason: str = ""
    name: str = ""
    message: str = ""


class LocalAnswer(Struct, gc=False):
    rev: str = msgspec.field(name="_rev", default="")


class ApiErrorDetail(Struct, gc=False):
    server_time: str = ""


class ApiErrorAnswer(Struct, gc=False):
    code: str = ""
    message: str = ""
    detail: ApiErrorDetail | None = None


class ErrorAnswer(Struct, gc=False):
    """In CouchDB's way, or, with an object as `error`, in that of the API. Who refuses a proof tells its time."""

    error: str | bool | ApiErrorAnswer = ""
    reason: str = ""
    server_time: str = ""

    @property
    def said(self) -> str:
        """In one line."""
        if isinstance(self.error, ApiErrorAnswer):
            return f"{self.error.code}: {self.error.message}"[:300]
        return f"{self.error}: {self.reason}"[:300] if self.reason else str(self.error)[:300]

    @property
    def time(self) -> str:
        if isinstance(self.error, ApiErrorAnswer):
            return self.error.detail.server_time if self.error.detail else ""
        return self.server_time


def sequence(told: object) -> str:
    """Strings as they are; numbers, and the arrays of old clusters, as their JSON."""
    return told if isinstance(told, str) else msgspec.json.encode(told).decode()
