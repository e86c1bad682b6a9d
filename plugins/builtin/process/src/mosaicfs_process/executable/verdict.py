"""What a program has said when it is gone: its exit code and its one object, as an answer or an error of ours."""

from __future__ import annotations

import signal

import msgspec

from mosaicfs.errors import (
    AccessRefusedError,
    EntryUnreadableError,
    MosaicError,
    OptionsError,
    PluginBrokenError,
    SourceUnavailableError,
    TimedOutError,
)
from mosaicfs.model.json import Json
from mosaicfs_process.exchange import LONGEST_BYTES, Facts
from mosaicfs_process.executable.running import Ended
from mosaicfs_process.troubles import called, garbled, told_error

LAST_WORDS = 300


def answer_of(ended: Ended, plugin: str, about: str, limit_s: float) -> Facts | None:
    """None for `null`. Raises what went wrong; `about` is the file, or what else was asked."""
    if ended.overflowed:
        raise PluginBrokenError(plugin, f"it wrote more than {LONGEST_BYTES // 1_000_000} MB to stdout")
    if ended.overran:
        raise TimedOutError(called(plugin), limit_s)
    if ended.code:
        raise _by_code(ended, plugin, about)
    answer = _read(ended, plugin)
    if answer is not None and "error" in answer:
        raise told_error(plugin, about, answer["error"])
    return answer


def _by_code(ended: Ended, plugin: str, about: str) -> MosaicError:
    said = last_words(ended)
    match ended.code:
        case 65 | 66:
            return EntryUnreadableError(about, said)
        case 77:
            return AccessRefusedError(about, said)
        case 78:
            return OptionsError(plugin, said)
        case _:
            return SourceUnavailableError(called(plugin), f"it ended with {_ending(ended.code)} ({said})")


def _read(ended: Ended, plugin: str) -> Facts | None:
    try:
        answer: Json = msgspec.json.decode(bytes(ended.stdout))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as trouble:
        raise garbled(plugin, f"something that is no JSON: {trouble}") from None
    if answer is None or isinstance(answer, dict):
        return answer
    raise garbled(plugin, f"a {type(answer).__name__} in place of an object")


def last_words(ended: Ended) -> str:
    """The last line of stderr, where people look first too."""
    lines = ended.stderr.splitlines()
    return lines[-1].strip()[:LAST_WORDS].rstrip(".") if lines else f"{_ending(ended.code)}, without a word on stderr"


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
