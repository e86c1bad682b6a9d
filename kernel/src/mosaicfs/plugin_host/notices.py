"""What plugins tell the owner, as lines of the log.

Conditions that last, and channels that reach a person, are a service of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

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
