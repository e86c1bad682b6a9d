"""What the service of a backend was asked since the agent began, as its plugin tells at the end of each crawl.

Only a plugin knows it; where it tells nothing, nothing is counted. What a poll that failed has asked is told by the
next one that ends well.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from mosaicfs.model.crawling import Usage
from mosaicfs.model.times import BadTimeError, instant

MOST_KINDS: Final = 50
"""Each is a series for whoever collects metrics."""


class Used(NamedTuple):
    requests: Mapping[str, int] = MappingProxyType({})
    throttled_s: float = 0.0
    signed_in_until: str | None = None

    def and_now(self, told: Usage) -> Used:
        """What makes no sense is left out: a plugin may be mistaken."""
        requests = dict(self.requests)
        for kind, count in told.requests.items():
            if count > 0 and (kind in requests or len(requests) < MOST_KINDS):
                requests[kind] = requests.get(kind, 0) + count
        until = told.signed_in_until if _is_time(told.signed_in_until) else self.signed_in_until
        return Used(requests, self.throttled_s + max(0.0, told.throttled_s), until)


NOTHING_USED: Final = Used()


def _is_time(text: str | None) -> bool:
    try:
        return text is not None and bool(instant(text))
    except BadTimeError:
        return False
