"""The certificate of this node and the authorities that it trusts, as the control plane hands out new ones."""

from __future__ import annotations

from collections.abc import Sequence
from time import time
from typing import Final

import msgspec
import structlog

from mosaicfs.errors import MosaicError, PeerGarbledError
from mosaicfs.identity.authority import csr, days_left, fingerprints
from mosaicfs.identity.certificates import is_for
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.private_keys import tls_key
from mosaicfs.identity.tls import client_context
from mosaicfs.model.notices import Notices
from mosaicfs.model.notification import Severity
from mosaicfs.model.times import Clock
from mosaicfs_sync.exchange import Asking
from mosaicfs_sync.membership import AUTHORITIES

TLS_KEY: Final = "node_tls.key"
TLS_CERTIFICATE: Final = "node_tls.crt"
NEAR_DAYS: Final = 21
DIRE_DAYS: Final = 7

_log = structlog.get_logger(component="certificates")


class CertificateAnswer(msgspec.Struct):
    certificate: str
    ca_certificates: tuple[str, ...] = ()


class Certificates:
    def __init__(self, files: KeyFiles, node_id: str, notices: Notices, clock: Clock = time) -> None:
        self._files = files
        self._key = f"certificate_expiring:{node_id}"
        self._notices = notices
        self._clock = clock

    def trust(self, authorities: Sequence[str]) -> bool:
        """All that are to be trusted from now on. True when they are others than before.

        What is no certificate is left out, and a list without one changes nothing: nobody could be trusted then.
        """
        good = [each.strip() + "\n" for each in authorities if _is_authority(each)]
        text = "".join(dict.fromkeys(good)).encode()
        if not text or text == self._files.read(AUTHORITIES):
            return False
        self._files.write(AUTHORITIES, text)
        _log.info("the authorities of the instance have changed", count=len(good))
        return True

    @property
    def trusted(self) -> tuple[str, ...]:
        """Fingerprints of all that are trusted now."""
        return fingerprints((self._files.read(AUTHORITIES) or b"").decode("ascii", "replace"))

    async def renew(self, server: Asking) -> bool:
        """With the key that is there. Whether the authorities changed with it; a failure is told and tried again."""
        key = tls_key(self._files, TLS_KEY)
        try:
            body = await server.ask("POST", "/api/agent/certificate", msgspec.json.encode({"csr": csr(key)}))
            answer = server.decoded(body, CertificateAnswer)
            if not is_for(answer.certificate, key):
                raise PeerGarbledError(server.address, "it sent a certificate of another key")
        except MosaicError as trouble:
            self._tell(str(trouble))
            return False
        self._files.write(TLS_CERTIFICATE, answer.certificate.encode())
        self._notices.clear(self._key)
        _log.info("this node has a new certificate")
        return self.trust(answer.ca_certificates)

    def _tell(self, cause: str) -> None:
        _log.info("the certificate of this node was not renewed", cause=cause)
        left = self._days_left()
        if left < NEAR_DAYS:
            severity: Severity = "error" if left < DIRE_DAYS else "warning"
            message = f"The certificate of this node ends in {left:.0f} days and was not renewed: {cause}"
            self._notices.observe(self._key, severity, "Certificate ends", message)

    def _days_left(self) -> float:
        try:
            return days_left((self._files.read(TLS_CERTIFICATE) or b"").decode("ascii", "replace"), self._clock)
        except ValueError:
            return 0.0


def _is_authority(pem: str) -> bool:
    try:
        client_context(pem)
    except (OSError, ValueError):
        return False
    return True
