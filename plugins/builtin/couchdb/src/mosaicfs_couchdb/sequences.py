"""Sequences between the two worlds: CouchDB's `N-TOKEN`, ours `N-EPOCH-TOKEN`, opaque to everybody else."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from mosaicfs.errors import BadQueryError

BEGINNING: Final = "0"
NOW: Final = "now"
_ours = re.compile(r"([0-9]{1,16})(?:-([0-9a-f]{8})(?:-([A-Za-z0-9_-]+))?)?").fullmatch


class Sequences(NamedTuple):
    epoch: str

    def token(self, seq: str | int) -> str:
        number, _, rest = str(seq).partition("-")
        return f"{number}-{self.epoch}-{rest}" if rest else f"{number}-{self.epoch}"

    def couch(self, since: str) -> str:
        """What CouchDB is asked with. A bare number says too little to it, so that is the beginning: rows repeat."""
        if since == NOW:
            return NOW
        parts = _ours(since)
        if parts is None:
            raise BadQueryError("bad_request", f"since={since[:100]!r} is no sequence of this database")
        number, epoch, rest = parts.groups()
        if epoch != self.epoch:
            return BEGINNING
        return f"{number}-{rest}" if rest else number


def number(seq: str | int) -> int:
    """The part that can be compared, of ours or of CouchDB's."""
    return int(str(seq).partition("-")[0])
