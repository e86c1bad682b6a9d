"""The process that reads files of strangers: it has little memory, little time, no file to write to and no secrets.

It answers one file after the other until its stdin ends, or nobody has asked for a while. Whatever a library does to
it, a crash or a hang, costs the text of that one file.
"""

from __future__ import annotations

import os
import resource
import select
import unicodedata
from pathlib import Path
from time import monotonic, process_time

import msgspec

from mosaicfs_extraction.formats import Pieces
from mosaicfs_extraction.formats.choosing import format_of
from mosaicfs_extraction.formats.pdf import facts
from mosaicfs_extraction.refusal import reason_of
from mosaicfs_extraction.speech import LENGTH, Facts, FactsWanted, Text, TextWanted, Wanted, framed

MEMORY = 1 << 30
KEPT_KB = 300 << 10
"""Who has grown larger over a file makes room for another child."""
IDLE_S = 60.0
ENOUGH = 0.7
"""Of the time for a file: who has so much text by then hands it over, before it is cut off."""
_STDIN, _STDOUT = 0, 1


def main() -> None:
    _confine()
    decoder: msgspec.msgpack.Decoder[Wanted] = msgspec.msgpack.Decoder(Wanted)
    while (asked := _next()) is not None:
        wanted = decoder.decode(asked)
        _allow_seconds(wanted.limit_s)
        answer = _text(wanted) if isinstance(wanted, TextWanted) else _facts(wanted)
        _write(framed(msgspec.msgpack.encode(answer)))
        if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > KEPT_KB:
            return


def _confine() -> None:
    os.nice(10)
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(limit, (most, most))
    # Libraries that warn must not fill a pipe that nobody reads, nor tell names of files in a log.
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 2)
    os.close(quiet)


def _allow_seconds(seconds: float) -> None:
    """Of computing. Should the agent be gone too, this is what ends a file that never ends."""
    most = int(process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def _text(wanted: TextWanted) -> Text:
    try:
        pieces = format_of(wanted.mime_type, wanted.name)(Path(os.fsdecode(wanted.path)), wanted.max_chars)
        return text_of(pieces, wanted.max_chars, monotonic() + ENOUGH * wanted.limit_s)
    except Exception as trouble:  # noqa: BLE001 - whatever is wrong with a document, it has no text then
        return Text(unread=reason_of(trouble))


def _facts(wanted: FactsWanted) -> Facts:
    try:
        return facts(Path(os.fsdecode(wanted.path)))
    except Exception as trouble:  # noqa: BLE001 - as above
        return Facts(unread=reason_of(trouble))


def text_of(pieces: Pieces, max_chars: int, until: float) -> Text:
    """Composed characters, so that a word is the same however it was typed. What comes before an error is kept, and
    the first pages of what takes too long."""
    kept: list[str] = []
    length, truncated, unread = 0, False, ""
    try:
        for piece in pieces:
            if piece:
                kept.append(piece)
                length += len(piece) + 1
            if length > max_chars + 1 or monotonic() > until:
                truncated = True
                break
    except Exception as trouble:  # noqa: BLE001 - the last page may be broken
        truncated, unread = bool(kept), reason_of(trouble)
    body = unicodedata.normalize("NFC", "\n".join(kept))[:max_chars]
    return Text(body.replace("\0", " ").encode("utf-8", "replace").decode("utf-8"), truncated, unread)


def _next() -> bytes | None:
    """None at the end, or when it has been quiet for long: memory is not held for nothing."""
    if not select.select([_STDIN], [], [], IDLE_S)[0]:
        return None
    head = _exactly(LENGTH)
    return _exactly(int.from_bytes(head, "big")) if head else None


def _exactly(length: int) -> bytes:
    """Empty at the end of stdin."""
    taken = bytearray()
    while len(taken) < length:
        more = os.read(_STDIN, length - len(taken))
        if not more:
            return b""
        taken += more
    return bytes(taken)


def _write(content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(_STDOUT, view) :]


if __name__ == "__main__":
    main()
