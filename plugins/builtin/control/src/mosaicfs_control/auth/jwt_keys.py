"""`keys/jwt.json`: what tokens are signed with, now and until a day after the last change of it.

`mosaicfs server rotate-jwt-key` may write the file while a server runs, so it is looked at whenever a key is asked for.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from mosaicfs.identity.base64url import decoded, encoded
from mosaicfs.identity.key_files import KEY_BYTES, KeyFiles, KeyUnsafeError
from mosaicfs.model.times import Clock, Time, instant, now_text

FILE = "jwt.json"
PREVIOUS_S = 86_400
"""How long the key before this one still verifies: as long as the tokens that it signed last."""


class JwtKey(msgspec.Struct, frozen=True):
    kid: str
    key: str
    created_at: Time

    @property
    def secret(self) -> bytes:
        return decoded(self.key)


class _Ring(msgspec.Struct, frozen=True, omit_defaults=True):
    current: JwtKey
    previous: JwtKey | None = None


@dataclass(slots=True)
class JwtKeys:
    files: KeyFiles
    clock: Clock
    rotated: Callable[[], None] = lambda: None
    """Called once when another key than before signs."""
    _seen: tuple[int, int, int] | None = None
    _ring: _Ring | None = field(default=None, repr=False)
    _place: str = field(init=False)
    _previous_until: float = 0.0

    def __post_init__(self) -> None:
        self._place = str(self.files.place(FILE))

    @property
    def current(self) -> JwtKey:
        return self._now().current

    def all(self) -> tuple[JwtKey, ...]:
        """Those that verify, the one that signs first."""
        ring = self._now()
        if ring.previous is None or self.clock() >= self._previous_until:
            return (ring.current,)
        return ring.current, ring.previous

    def by_id(self, kid: object) -> JwtKey | None:
        return next((key for key in self.all() if key.kid == kid), None)

    def rotate(self) -> None:
        """A new key signs from now on."""
        ring = _Ring(new_key(self.clock), self._now().current)
        self.files.write(FILE, msgspec.json.encode(ring))
        self._now()

    def _now(self) -> _Ring:
        mark = self._mark()
        if self._ring is not None and mark == self._seen:
            return self._ring
        content = self.files.once(FILE, lambda: msgspec.json.encode(_Ring(new_key(self.clock))))
        before, self._ring = self._ring, self._read(content)
        self._seen = mark or self._mark()
        self._previous_until = instant(self._ring.current.created_at) / 1_000_000 + PREVIOUS_S
        if before is not None and before.current != self._ring.current:
            self.rotated()
        return self._ring

    def _mark(self) -> tuple[int, int, int] | None:
        """Looked at before the file is read: one that changes in between is read again the next time."""
        with suppress(FileNotFoundError):
            found = os.stat(self._place)  # noqa: PTH116 - at every request, and a Path costs more than the look
            return found.st_mtime_ns, found.st_ino, found.st_size
        return None

    def _read(self, content: bytes) -> _Ring:
        try:
            ring = msgspec.json.decode(content, type=_Ring)
            keys = [key for key in (ring.current, ring.previous) if key is not None]
            if all(len(key.secret) == KEY_BYTES for key in keys):
                return ring
        except (msgspec.MsgspecError, ValueError):
            pass
        remedy = "Remove it and start again; then everybody signs in anew."
        raise KeyUnsafeError(self.files.place(FILE), "holds no keys for tokens", remedy)


def new_key(clock: Clock) -> JwtKey:
    return JwtKey(secrets.token_hex(8), encoded(secrets.token_bytes(KEY_BYTES)), now_text(clock))
