"""Sequences as the wire shows them: `N-EPOCH`, opaque to everybody but the store that gave them."""

from __future__ import annotations

from typing import NamedTuple

from mosaicfs.errors import BadQueryError


class Sequences(NamedTuple):
    epoch: str

    def token(self, number: int) -> str:
        return f"{number}-{self.epoch}"

    def number(self, since: str, end: int) -> int:
        """Where to begin. Another epoch or a number beyond the end is the beginning: to repeat rows is safe."""
        if since == "now":
            return end
        number, dash, epoch = since.partition("-")
        if not (number.isascii() and number.isdigit()):
            raise BadQueryError("bad_request", f"since={since[:100]!r} is no sequence of this database")
        if (dash and epoch != self.epoch) or int(number) > end:
            return 0
        return int(number)
