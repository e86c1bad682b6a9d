"""What a check finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

Status = Literal["ok", "warn", "fail", "skip"]


class Check(NamedTuple):
    """`fix` is what to type; `repair` does it where that needs no root and loses nothing."""

    id: str
    title: str
    status: Status
    detail: str = ""
    fix: str = ""
    repair: Callable[[], None] | None = None

    @property
    def is_repairable(self) -> bool:
        return self.status in ("warn", "fail") and self.repair is not None

    def as_object(self) -> dict[str, str]:
        return {"id": self.id, "title": self.title, "status": self.status, "detail": self.detail, "fix": self.fix}
