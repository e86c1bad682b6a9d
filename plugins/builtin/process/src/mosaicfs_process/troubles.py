"""Errors that a process tells, as errors of ours: by their code, or where that is unknown by their kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mosaicfs.errors import (
    AccessRefusedError,
    ArchivedError,
    EntryChangedError,
    EntryGoneError,
    EntryUnreadableError,
    MosaicError,
    OptionsError,
    PluginBrokenError,
    QuotaFullError,
    SignInNeededError,
    SourceUnavailableError,
    ThrottledError,
    TimedOutError,
    UnsupportedError,
)

LONGEST = 500

Make = Callable[[str, str, str, float | None], MosaicError]
"""From the name of the plugin, what it was about, what it says, and how long it asks us to wait."""

_BY_CODE: Mapping[str, Make] = {
    "source_unavailable": lambda who, about, said, wait: _unavailable(who, said, wait),
    "throttled": lambda who, about, said, wait: ThrottledError(who, wait),
    "timed_out": lambda who, about, said, wait: TimedOutError(who, wait or 0),
    "access_refused": lambda who, about, said, wait: AccessRefusedError(about, said),
    "sign_in_needed": lambda who, about, said, wait: SignInNeededError(who),
    "quota_full": lambda who, about, said, wait: QuotaFullError(who),
    "archived": lambda who, about, said, wait: ArchivedError(about),
    "options": lambda who, about, said, wait: OptionsError(who, said),
    "entry_gone": lambda who, about, said, wait: EntryGoneError(about),
    "entry_changed": lambda who, about, said, wait: EntryChangedError(about),
    "entry_unreadable": lambda who, about, said, wait: EntryUnreadableError(about, said),
    "unsupported": lambda who, about, said, wait: UnsupportedError(said),
    "plugin_broken": lambda who, about, said, wait: PluginBrokenError(who, said),
}
_BY_KIND: Mapping[str, str] = {
    "try_later": "source_unavailable",
    "ask_owner": "access_refused",
    "give_up": "entry_unreadable",
}


def told_error(plugin: str, about: str, error: object) -> MosaicError:
    """`about` is a file or what else was asked. An error that makes no sense is one to try again after."""
    if not isinstance(error, Mapping) or error.get("kind") not in _BY_KIND:
        return garbled(plugin, "an error without one of the kinds try_later, ask_owner, give_up")
    make = _BY_CODE.get(str(error.get("code"))) or _BY_CODE[_BY_KIND[error["kind"]]]
    wait = error.get("retry_after_s")
    wait_s = float(wait) if isinstance(wait, int | float) and not isinstance(wait, bool) and wait >= 0 else None
    return make(called(plugin), about, _short(error.get("message")), wait_s)


def garbled(plugin: str, trouble: str) -> SourceUnavailableError:
    """What cannot be understood may have been cut off on its way; the job counts its tries."""
    return SourceUnavailableError(called(plugin), f"it answered with {trouble}")


def called(plugin: str) -> str:
    return f"the plugin {plugin}"


def _unavailable(who: str, said: str, wait_s: float | None) -> MosaicError:
    error = SourceUnavailableError(who, said)
    error.retry_after_s = wait_s
    return error


def _short(said: object) -> str:
    text = said.strip() if isinstance(said, str) else ""
    return (text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…") or "it does not say why"
