"""What a plugin says to what it is asked: an object, nothing, or an error of one of the three branches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

Handler = Callable[[dict[str, Any]], "dict[str, Any] | None"]
"""From an envelope or request to the answer. None means: not mine, or keep what I said before."""

Kind = Literal["try_later", "ask_owner", "give_up"]


class Failed(Exception):  # noqa: N818 - authors raise it, and read it as a sentence
    """Raise it from a handler. `code` is an error of `mosaicfs.errors` in snake case, without `Error`."""

    def __init__(self, kind: Kind, message: str, *, code: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code
        self.retry_after_s = retry_after_s

    def told(self) -> dict[str, Any]:
        known = {"kind": self.kind, "code": self.code, "message": str(self), "retry_after_s": self.retry_after_s}
        return {name: value for name, value in known.items() if value not in (None, "")}


def outcome(handler: Handler, asked: dict[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The answer and the error, one of them None. What nobody expected is tried again later."""
    try:
        return handler(asked), None
    except Failed as failed:
        return None, failed.told()
    except Exception as trouble:  # noqa: BLE001 - an author's mistake is told, and ends nothing else
        return None, Failed("try_later", f"{type(trouble).__name__}: {trouble}").told()
