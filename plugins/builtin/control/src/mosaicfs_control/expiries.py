"""What ends or is forgotten by itself: certificates that were not renewed, access keys that nobody uses.

Looked at once an hour. Renewing is done elsewhere; here its failure becomes visible in time.
"""

from __future__ import annotations

from collections.abc import Callable
from time import time
from typing import NoReturn

import anyio
import structlog

from mosaicfs import Store
from mosaicfs.errors import MosaicError
from mosaicfs.model.credential import Credential
from mosaicfs.model.node import Node
from mosaicfs.model.notices import LastingNotices
from mosaicfs.model.notification import Severity
from mosaicfs.model.questions import EnabledCredentials, NodesByStatus
from mosaicfs.model.times import Clock, instant
from mosaicfs_control.node_certificates import NodeCertificates
from mosaicfs_control.rest.reading import nouns_of

BETWEEN_S = 3_600.0
UNUSED_DAYS = 90
WARNED_DAYS = 21.0
GRAVE_DAYS = 7.0
SERVER = "control_plane"

_INACTIVE = "credential_inactive:"
_DAY_S = 86_400

_log = structlog.get_logger(component="expiries")


class Expiries:
    """`server_days` answers how long the server's own certificate is still good; None where it has none."""

    def __init__(
        self,
        store: Store,
        certificates: NodeCertificates,
        notices: LastingNotices,
        server_days: Callable[[], float | None] = lambda: None,
        clock: Clock = time,
    ) -> None:
        self._store = store
        self._certificates = certificates
        self._notices = notices
        self._server_days = server_days
        self._clock = clock
        self._told: dict[str, Severity] = {}

    async def run(self) -> NoReturn:
        """Until cancelled."""
        while True:
            try:
                await self.check()
            except MosaicError as trouble:
                _log.info("what expires cannot be looked at yet", error=str(trouble))
            await anyio.sleep(BETWEEN_S)

    async def check(self) -> None:
        await self._check_keys()
        self._check_certificate(SERVER, "this server", self._server_days())
        for _, node in await nouns_of(self._store, NodesByStatus(), Node):
            gone = node.status == "disabled"
            left = None if gone else await self._certificates.days_left(node.node_id)
            self._check_certificate(node.node_id, node.friendly_name, left)

    async def _check_keys(self) -> None:
        keys = [key for _, key in await nouns_of(self._store, EnabledCredentials(), Credential)]
        unused = {_inactive(key): key for key in keys if self._is_unused(key)}
        for condition in {*self._told, *map(_inactive, keys)} - unused.keys():
            if condition.startswith(_INACTIVE):
                self._clear(condition)
        for condition, key in unused.items():
            message = (
                f"“{key.name}” ({key.access_key_id}) was not used for {UNUSED_DAYS} days. Disable or delete it if "
                "nobody needs it any more."
            )
            self._observe(condition, "warning", "An access key is not used", message)

    def _is_unused(self, key: Credential) -> bool:
        used = instant(key.last_seen or key.created_at) / 1_000_000
        return self._clock() - used > UNUSED_DAYS * _DAY_S

    def _check_certificate(self, owner: str, name: str, left: float | None) -> None:
        condition = f"certificate_expiring:{owner}"
        if left is None or left > WARNED_DAYS:
            self._clear(condition)
            return
        message = (
            f"The certificate of {name} ends in {max(0, int(left))} days and was not renewed. Look into the log of "
            "that machine, and whether its clock is right; after the end nobody connects to it any more."
        )
        severity: Severity = "error" if left <= GRAVE_DAYS else "warning"
        self._observe(condition, severity, "A certificate is about to end", message)

    def _observe(self, key: str, severity: Severity, title: str, message: str) -> None:
        if self._told.get(key) != severity:
            self._told[key] = severity
            self._notices.observe(key, severity, title, message)

    def _clear(self, key: str) -> None:
        self._told.pop(key, None)
        if self._notices.holds(key):
            self._notices.clear(key)


def _inactive(key: Credential) -> str:
    return f"{_INACTIVE}{key.access_key_id}"
