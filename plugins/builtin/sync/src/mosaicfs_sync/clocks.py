"""Whether this machine and the control plane agree on the time, and who is told when they do not.

Nothing here sets a clock or decides by one; a signature that is refused for its time is an error with both times in it.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from time import time
from typing import Final

import structlog

from mosaicfs.errors import AccessRefusedError
from mosaicfs.identity.signatures import SKEW_S
from mosaicfs.model.notices import Notices
from mosaicfs.model.times import BadTimeError, Clock, instant, now_text, time_text
from mosaicfs_sync.exchange import Reply, error_in

REJECTED: Final = "auth_timestamp_rejected"
SKEWED_S: Final = 120
RIGHT_AGAIN_S: Final = 60

_log = structlog.get_logger(component="sync")


class ClockRefusedError(AccessRefusedError):
    def __init__(self, what: str, ours: str, theirs: str) -> None:
        cause = f"its clock says {theirs}, that of this machine {ours}. Set the one that is wrong"
        super().__init__(what, cause)


class Clocks:
    """`server` is its address, for messages; `node_id` this node."""

    def __init__(self, server: str, node_id: str, notices: Notices, clock: Clock = time) -> None:
        self._server = server
        self._key = f"clock_skew:{node_id}"
        self._notices = notices
        self._clock = clock
        self._is_rejected = self._is_skewed = False
        self._has_looked = False

    def heard(self, reply: Reply) -> None:
        """`ClockRefusedError` for an answer that refuses a signature for its time."""
        if reply.is_unproven:
            if (theirs := _time_in(reply)) and self._is_apart(theirs):
                raise self._rejected(theirs)
        elif reply.is_good and (self._is_rejected or not self._has_looked):
            self._notices.clear(REJECTED)
            self._is_rejected, self._has_looked = False, True

    def compared(self, server_time: str) -> None:
        """At each heartbeat. A warning when it begins, not every half minute."""
        skew_s = self._skew_s(server_time)
        if skew_s is None:
            return
        if abs(skew_s) > SKEWED_S and not self._is_skewed:
            self._is_skewed = True
            ours = now_text(self._clock)
            _log.warning("the clocks differ", ours=ours, server=server_time, skew_s=round(skew_s))
            message = (
                f"The clock of this machine says {ours}, that of {self._server} {server_time}. From {SKEW_S} s on "
                "nothing is accepted any more. Set the one that is wrong."
            )
            self._notices.observe(self._key, "warning", "Clocks differ", message)
        elif abs(skew_s) < RIGHT_AGAIN_S:
            self._is_skewed = False
            self._notices.clear(self._key)

    def _rejected(self, theirs: str) -> ClockRefusedError:
        refused = ClockRefusedError(self._server, now_text(self._clock), theirs)
        if not self._is_rejected:
            _log.warning("a signature was refused for its time", ours=now_text(self._clock), server=theirs)
        self._is_rejected = True
        self._notices.observe(REJECTED, "error", "The clock of this machine is not that of the server", str(refused))
        return refused

    def _is_apart(self, theirs: str) -> bool:
        skew_s = self._skew_s(theirs)
        return skew_s is not None and abs(skew_s) > SKEW_S

    def _skew_s(self, theirs: str) -> float | None:
        try:
            return self._clock() - instant(theirs) / 1_000_000
        except BadTimeError:
            return None


def _time_in(reply: Reply) -> str:
    """What the server says in its answer, or else when it says that it answered."""
    answer = error_in(reply.body)
    if answer is not None and answer.time:
        return answer.time
    try:
        return time_text(round(parsedate_to_datetime(reply.date).timestamp() * 1_000_000))
    except (ValueError, TypeError):
        return ""
