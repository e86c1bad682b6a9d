"""What plugins tell the owner: without their secrets, and where there is no store, as lines of the log.

Conditions that last, and channels that reach a person, are a service of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from mosaicfs.model.notices import Notices
from mosaicfs.model.notification import Remedy, Severity

_log = structlog.get_logger(component="notices")


@dataclass(frozen=True, slots=True)
class LoggedNotices:
    plugin: str

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: Sequence[Remedy] = ()) -> None:
        tell = {"info": _log.info, "warning": _log.warning, "error": _log.error}[severity]
        tell(title, condition=f"plugin:{self.plugin}:{key}", message=message)

    def clear(self, key: str) -> None:
        _log.info("condition is over", condition=f"plugin:{self.plugin}:{key}")


@dataclass(frozen=True, slots=True)
class DiscreetNotices:
    """`discreet` takes secrets out of what a plugin has written into its words. What is no text stays as it is."""

    notices: Notices
    discreet: Callable[[str], str]

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: Sequence[Remedy] = ()) -> None:
        self.notices.observe(key, severity, self._words(title), self._words(message), actions)

    def clear(self, key: str) -> None:
        self.notices.clear(key)

    def _words(self, text: Any) -> Any:
        return self.discreet(text) if isinstance(text, str) else text
