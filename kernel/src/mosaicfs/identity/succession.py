"""Authorities of an instance, and how one follows another in its last year without anybody who trusts it noticing.

`ca.crt` holds all that are to be trusted, the one that signs first, and `ca.key` is that one's. The next is made a year
ahead and waits in `ca_next.key` until those who trust know it. Its predecessor vouches for it in `ca_link.crt`, which
servers show with their certificates, so that who was away meanwhile believes them as long as the predecessor lasts.

Every step is a file that is written whole, and what a step means is read from the files alone: who is killed between
two of them goes on at the next look.
"""

from __future__ import annotations

from functools import partial
from typing import Literal, NamedTuple, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from mosaicfs.identity.certificates import ca_certificate, days_between, link_certificate, made_at, pem_of
from mosaicfs.identity.key_files import KeyFiles, KeyUnsafeError
from mosaicfs.identity.private_keys import tls_key
from mosaicfs.model.times import Clock

CA_KEY, CA = "ca.key", "ca.crt"
NEXT_KEY, LINK = "ca_next.key", "ca_link.crt"
LAST_YEAR_DAYS, PATIENCE_DAYS, NEAR_END_DAYS = 365, 30, 30
SETTLED_DAYS = 1 / 24
"""A next one is not used before it is so old: one that a clock made which was wrong for a moment is forgotten again."""

Step: TypeAlias = Literal["", "made", "in_use", "forgotten"]
"""Of the next authority, but `forgotten` of whichever is no longer trusted."""


class Authorities(NamedTuple):
    """`others` are trusted beside the one that signs: the next, or the one before. `link` is for those who know only
    the one before."""

    signing: x509.Certificate
    key: EllipticCurvePrivateKey
    others: tuple[x509.Certificate, ...] = ()
    link: x509.Certificate | None = None

    @property
    def trusted(self) -> tuple[x509.Certificate, ...]:
        return (self.signing, *self.others)

    @property
    def links(self) -> tuple[x509.Certificate, ...]:
        """What stands between a leaf and who may be trusted."""
        return (self.link,) if self.link is not None else ()

    @property
    def next(self) -> x509.Certificate | None:
        return next((each for each in self.others if made_at(each) > made_at(self.signing)), None)


def read_authorities(files: KeyFiles, clock: Clock) -> Authorities:
    """The first is made at the first call. `KeyUnsafeError` when key and certificate do not belong together."""
    for _ in range(2):  # another process may have exchanged them between the two that were read
        _finish(files)
        if files.read(CA_KEY) is None and files.read(CA) is not None:
            raise _lost_key(files, "is not there, but its certificate is")
        key = tls_key(files, CA_KEY)
        found = _certificates(files.once(CA, partial(_first_made, key, clock)))
        if found and found[0].public_key() == key.public_key():
            return Authorities(found[0], key, found[1:], _link(files, key, clock))
    raise _lost_key(files, f"does not belong to {files.place(CA)}")


def succeed(files: KeyFiles, clock: Clock, *, is_known: bool) -> Step:
    """Do what is due now, one step a call; `is_known` says that all who should trust the next one do.

    Nothing is done where the service manager gave the authority: it is renewed there.
    """
    if files.is_given(CA) or files.is_given(CA_KEY):
        return ""
    now = read_authorities(files, clock)
    if now.next is not None:
        return _go_on(files, clock, now, now.next, is_known=is_known)
    if any(days_between(clock, each) <= 0 for each in now.others):
        files.write(CA, pem_of([now.signing, *(each for each in now.others if days_between(clock, each) > 0)]))
        files.remove(LINK)
        return "forgotten"
    if days_between(clock, now.signing) < LAST_YEAR_DAYS:
        _make(files, clock, now)
        return "made"
    return ""


def _first_made(key: EllipticCurvePrivateKey, clock: Clock) -> bytes:
    return pem_of([ca_certificate(key, clock)])


def _make(files: KeyFiles, clock: Clock, now: Authorities) -> None:
    key = tls_key(files, NEXT_KEY)
    made = ca_certificate(key, clock)
    if days_between(clock, now.signing) > 0:  # else nobody would believe what it vouches for
        files.write(LINK, pem_of([link_certificate(now.signing, now.key, key.public_key(), clock)]))
    files.write(CA, pem_of([*now.trusted, made]))


def _go_on(files: KeyFiles, clock: Clock, now: Authorities, waiting: x509.Certificate, *, is_known: bool) -> Step:
    age_days = (clock() - made_at(waiting)) / 86_400
    if waiting.not_valid_before_utc.timestamp() > clock() or files.read(NEXT_KEY) is None:
        files.write(CA, pem_of(each for each in now.trusted if each != waiting))
        files.remove(NEXT_KEY)
        return "forgotten"
    is_late = age_days >= PATIENCE_DAYS or days_between(clock, now.signing) <= NEAR_END_DAYS
    if age_days < SETTLED_DAYS or not (is_known or is_late):
        return ""
    files.write(CA, pem_of([waiting, *(each for each in now.trusted if each != waiting)]))
    _finish(files)
    return "in_use"


def _finish(files: KeyFiles) -> None:
    """Once the next authority stands first in `ca.crt`, its key is the one that signs."""
    waiting = files.read(NEXT_KEY)
    if waiting is None:
        return
    found = _certificates(files.read(CA) or b"")
    if found and found[0].public_key() == tls_key(files, NEXT_KEY).public_key():
        files.write(CA_KEY, waiting)
        files.remove(NEXT_KEY)


def _link(files: KeyFiles, key: EllipticCurvePrivateKey, clock: Clock) -> x509.Certificate | None:
    """None, too, for one that is over or speaks of another authority: of one that waits, or of one before last."""
    for found in _certificates(files.read(LINK) or b""):
        if found.public_key() == key.public_key() and days_between(clock, found) > 0:
            return found
    return None


def _certificates(text: bytes) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(text))
    except ValueError:
        return ()


def _lost_key(files: KeyFiles, trouble: str) -> KeyUnsafeError:
    remedy = (
        f"Put back {CA_KEY}. If it is lost, remove {files.place(CA)}, and a new authority is made; "
        "then every node must join again."
    )
    return KeyUnsafeError(files.place(CA_KEY), trouble, remedy)
