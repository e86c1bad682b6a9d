"""A notice as a letter. All letters about one condition are one thread in a mail program."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from mosaicfs.model.notification import Notice
from mosaicfs.model.times import instant

DOMAIN = "mosaicfs.invalid"
_WORDS = {"resolved": "over", "reminder": "still", "test": "test", "summary": "summary"}


def letter_of(notice: Notice, sender: str, recipient: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"] = sender, recipient
    letter["Subject"] = subject_of(notice)
    letter["Date"] = format_datetime(datetime.fromtimestamp(instant(notice.sent_at) / 1e6, UTC))
    letter["Message-ID"] = f"<{notice.delivery_id}@{DOMAIN}>"
    thread = f"<{notice.thread}@{DOMAIN}>"
    letter["References"] = letter["In-Reply-To"] = thread
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-MosaicFS-Delivery"] = notice.delivery_id
    letter.set_content(text_of(notice))
    return letter


def subject_of(notice: Notice) -> str:
    noun = notice.notification
    word = _WORDS.get(notice.transition, noun.severity)
    return f"[MosaicFS] {word} {noun.source.node_id}: {noun.title}"


def text_of(notice: Notice) -> str:
    noun = notice.notification
    lines = [noun.message, ""]
    if notice.transition not in ("test", "summary"):
        lines.append(f"Since {noun.activated_at}, last seen {noun.last_seen}, {noun.occurrence_count} times.")
    if notice.link:
        lines.append(notice.link)
    return "\n".join([*lines, f"-- \nMosaicFS {notice.sender.name}", ""])
