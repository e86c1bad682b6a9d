"""What a bucket's service was asked since that was told last: each request may cost its owner something."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from mosaicfs.model.crawling import Usage


@dataclass(slots=True)
class Using:
    requests: Counter[str] = field(default_factory=Counter)
    throttled_s: float = 0.0

    def taken(self) -> Usage:
        """Told, and so over."""
        told = Usage(requests=dict(self.requests), throttled_s=self.throttled_s)
        self.requests.clear()
        self.throttled_s = 0.0
        return told
