"""Handing a letter to a mail server. Blocking; nothing is sent over a line without TLS but to this machine itself."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Literal, NamedTuple

from mosaicfs.errors import AccessRefusedError, SourceUnavailableError, UnsupportedError
from mosaicfs.model.secret import Secret

LIMIT_S = 10.0


class Mailbox(NamedTuple):
    host: str
    port: int
    tls: Literal["starttls", "implicit"]
    user: str
    password: Secret

    @property
    def name(self) -> str:
        return f"The mail server {self.host}"


def post(mailbox: Mailbox, letter: EmailMessage, trusted: ssl.SSLContext | None = None) -> None:
    """`trusted` stands in for what the machine trusts."""
    with _speaking_smtp(mailbox), _line(mailbox, trusted or ssl.create_default_context()) as line:
        if mailbox.user:
            line.login(mailbox.user, mailbox.password.reveal())
        line.send_message(letter)


def _line(mailbox: Mailbox, trusted: ssl.SSLContext) -> smtplib.SMTP:
    if mailbox.tls == "implicit":
        return smtplib.SMTP_SSL(mailbox.host, mailbox.port, timeout=LIMIT_S, context=trusted)
    line = smtplib.SMTP(mailbox.host, mailbox.port, timeout=LIMIT_S)
    line.ehlo()
    if line.has_extn("starttls"):
        line.starttls(context=trusted)
        line.ehlo()
    elif not _is_loopback(mailbox.host):
        line.close()
        raise AccessRefusedError(mailbox.name, "it offers no TLS, and nothing is sent without")
    return line


@contextmanager
def _speaking_smtp(mailbox: Mailbox) -> Iterator[None]:
    """What a server says is for the log of the server: it may quote what it was sent."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as refusal:
        raise AccessRefusedError(mailbox.name, f"it refused the password ({refusal.smtp_code})") from None
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as refusal:
        raise _of_code(mailbox, "an address", _code(refusal)) from None
    except smtplib.SMTPNotSupportedError:
        raise AccessRefusedError(mailbox.name, "it takes no password on such a line") from None
    except smtplib.SMTPResponseException as refusal:
        if refusal.smtp_code >= 500:
            raise UnsupportedError(f"The letter, which {mailbox.name} refused ({refusal.smtp_code}),") from None
        raise SourceUnavailableError(mailbox.name, f"it answered {refusal.smtp_code}") from None
    except ssl.SSLCertVerificationError as untrusted:
        raise AccessRefusedError(mailbox.name, f"its certificate is not good: {untrusted.verify_message}") from None
    except (smtplib.SMTPException, OSError) as trouble:
        raise SourceUnavailableError(mailbox.name, str(trouble) or type(trouble).__name__) from None


def _of_code(mailbox: Mailbox, what: str, code: int) -> AccessRefusedError | SourceUnavailableError:
    if code >= 500:
        return AccessRefusedError(mailbox.name, f"it refused {what} ({code})")
    return SourceUnavailableError(mailbox.name, f"it does not take {what} now ({code})")


def _code(refusal: smtplib.SMTPRecipientsRefused | smtplib.SMTPSenderRefused) -> int:
    if isinstance(refusal, smtplib.SMTPSenderRefused):
        return refusal.smtp_code
    return max((code for code, _ in refusal.recipients.values()), default=500)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
