"""E-mail: the letter, the line it goes over, and what a server may refuse. The server is a real one, with TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from mosaicfs.errors import AccessRefusedError, OptionsError, SourceUnavailableError, UnsupportedError
from mosaicfs.model.json import JsonObject
from mosaicfs.model.secret import Secret
from mosaicfs.plugin_host.options import schema_of
from mosaicfs_notify.mail import plugin
from mosaicfs_notify.mail.letter import letter_of
from mosaicfs_notify.mail.posting import Mailbox, post
from mosaicfs_sdk.conformance.notify import NotifyConformance
from plugins.builtin.notify.tests.mail_server import MailServer, mail_server
from plugins.builtin.notify.tests.notices import notice

LETTER = partial(letter_of, sender="mosaic@example.org", recipient="me@example.org")
GIVEN: JsonObject = {"host": "h", "from": "a@example.org", "to": "b@example.org"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as state:
        yield state


def mailbox(server: MailServer, password: str = "secret") -> Mailbox:
    return Mailbox("127.0.0.1", server.port, "starttls", "me", Secret(password))


class TestConformance(NotifyConformance):
    plugin = plugin

    @pytest.fixture
    def options(self, server: MailServer) -> JsonObject:
        """Nobody trusts the certificate of a test; on this machine itself a line may be without."""
        server.has_tls = False
        sign_in: JsonObject = {"user": "me", "password": "secret"}
        return {**GIVEN, **sign_in, "host": "127.0.0.1", "port": server.port}

    @pytest.fixture
    def arrived(self, server: MailServer) -> Callable[[], list[str]]:
        return lambda: [letter.as_string() for letter in server.letters]


def test_a_letter_says_what_where_and_since_when_and_is_answered_by_nobody(server: MailServer) -> None:
    post(mailbox(server), LETTER(notice()), server.trusted)
    (letter,) = server.letters
    assert letter["Subject"] == "[MosaicFS] error node-nas: Target away"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert (letter["From"], letter["To"]) == ("mosaic@example.org", "me@example.org")
    assert letter.get_content_type() == "text/plain"
    text = letter.get_content()
    assert "usb <is> away." in text
    assert "https://nas.example/notifications" in text


def test_letters_about_one_condition_are_one_thread_and_a_second_try_is_the_same_letter() -> None:
    first, over = LETTER(notice()), LETTER(notice("resolved"))
    assert first["References"] == over["References"]
    assert LETTER(notice())["Message-ID"] == first["Message-ID"]
    assert over["Subject"] == "[MosaicFS] over node-nas: Target away"


def test_nothing_but_the_greeting_goes_over_a_line_without_tls(server: MailServer) -> None:
    post(mailbox(server), LETTER(notice()), server.trusted)
    assert {line.partition(" ")[0].upper() for line in server.in_clear} == {"EHLO", "STARTTLS"}


def test_tls_may_begin_with_the_first_byte(tmp_path: Path) -> None:
    with mail_server(tmp_path, is_implicit=True) as server:
        post(mailbox(server)._replace(tls="implicit"), LETTER(notice()), server.trusted)
    assert len(server.letters) == 1
    assert server.in_clear == []


def test_a_certificate_that_nobody_vouches_for_ends_it(server: MailServer) -> None:
    with pytest.raises(AccessRefusedError, match="certificate"):
        post(mailbox(server), LETTER(notice()))
    assert server.letters == []


def test_a_wrong_password_is_for_the_owner_and_not_in_the_words(server: MailServer) -> None:
    with pytest.raises(AccessRefusedError, match="535") as raised:
        post(mailbox(server, "hunter2"), LETTER(notice()), server.trusted)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("word", "answer", "error"),
    [
        ("RCPT", "550 unknown", AccessRefusedError),
        ("RCPT", "450 later", SourceUnavailableError),
        ("MAIL", "451 later", SourceUnavailableError),
        ("DATA", "554 spam", UnsupportedError),
        ("DATA", "452 full", SourceUnavailableError),
    ],
)
def test_what_a_refusal_means(server: MailServer, word: str, answer: str, error: type[Exception]) -> None:
    server.refuse[word] = answer
    with pytest.raises(error):
        post(mailbox(server), LETTER(notice()), server.trusted)


def test_a_server_that_is_away_is_tried_later(server: MailServer) -> None:
    with pytest.raises(SourceUnavailableError):
        post(mailbox(server)._replace(port=1), LETTER(notice()), server.trusted)


def test_options_are_called_as_a_letter_calls_them() -> None:
    options = schema_of(plugin.EmailOptions).read("email", GIVEN)
    assert (options.sender, options.recipient) == ("a@example.org", "b@example.org")
    with pytest.raises(OptionsError, match="to is missing"):
        schema_of(plugin.EmailOptions).read("email", {"host": "h", "from": "a@example.org"})
