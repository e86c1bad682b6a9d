"""A mail server in a thread, as far as letters need one: STARTTLS or TLS, signing in, and refusals on demand."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SIGN_IN = base64.b64encode(b"\0me\0secret").decode()


@dataclass
class MailServer:
    """`refuse` maps the first word of a command to the answer that it gets."""

    port: int
    certificate: Path
    has_tls: bool = True
    refuse: dict[str, str] = field(default_factory=dict)
    letters: list[EmailMessage] = field(default_factory=list)
    in_clear: list[str] = field(default_factory=list)

    @property
    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    state: MailServer
    tls: ssl.SSLContext
    is_implicit: bool

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up in the middle is no news."""


class _Conversation(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.is_secret = self.server.is_implicit
        if self.is_secret:
            self._wrap()
        self._say("220 mail")
        while line := self.rfile.readline().decode().strip():
            word = line.partition(" ")[0].upper()
            if not self.is_secret:
                self.server.state.in_clear.append(line)
            if refusal := self.server.state.refuse.get(word):
                self._say(refusal)
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._answer(word, line)

    def _answer(self, word: str, line: str) -> None:
        offers_tls = self.server.state.has_tls and not self.is_secret
        match word:
            case "EHLO":
                self._say("250-mail\r\n250-STARTTLS\r\n250 AUTH PLAIN" if offers_tls else "250-mail\r\n250 AUTH PLAIN")
            case "STARTTLS":
                self._say("220 go")
                self._wrap()
                self.is_secret = True
            case "AUTH":
                self._say("235 in" if line.endswith(SIGN_IN) else "535 no")
            case "DATA":
                self._say("354 go")
                lines = iter(self.rfile.readline, b".\r\n")
                letter = message_from_bytes(b"".join(lines), policy=policy.default)
                assert isinstance(letter, EmailMessage)
                self.server.state.letters.append(letter)
                self._say("250 taken")
            case _:
                self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def _wrap(self) -> None:
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)

    def finish(self) -> None:
        self.request.close()
        super().finish()


@contextmanager
def mail_server(folder: Path, *, is_implicit: bool = False) -> Iterator[MailServer]:
    certificate = _certificate(folder)
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.tls.load_cert_chain(certificate)
        server.is_implicit = is_implicit
        server.state = MailServer(server.server_address[1], certificate)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.state
        finally:
            server.shutdown()
            thread.join()


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1)
    )
    made = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / "mail.pem"
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path
