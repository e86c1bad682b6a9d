"""The agent's side: a few children, each with one file at a time, ended when one takes too long.

All of this blocks and belongs into threads. A child that died of a file is not an error: the file has no text, and the
reason is told.
"""

from __future__ import annotations

import atexit
import os
import select
import subprocess
import sys
import threading
import weakref
from time import monotonic
from typing import TypeVar

import msgspec
import structlog

from mosaicfs_extraction.refusal import KILLER, slow
from mosaicfs_extraction.speech import LENGTH, LONGEST, Facts, FactsWanted, Text, TextWanted, Wanted, framed

_CHILD = "mosaicfs_extraction.child"
_PIECE = 1 << 20
_Answer = TypeVar("_Answer", Text, Facts)
_log = structlog.get_logger(component="extraction")


class DeadChildError(Exception):
    """It ended before it answered."""


class Child:
    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - ourselves, with nothing from outside
            [sys.executable, "-I", "-m", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"LANG": "C.UTF-8", "PYTHONUTF8": "1"},
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for the agent, which ends its children in order
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, wanted: Wanted) -> bytes:
        """`DeadChildError`, or `TimeoutError` after which it must be ended."""
        assert self._process.stdin is not None
        until = monotonic() + wanted.limit_s
        try:
            self._process.stdin.write(framed(msgspec.msgpack.encode(wanted)))
        except OSError:
            raise DeadChildError from None
        length = int.from_bytes(self._exactly(LENGTH, until), "big")
        if length > LONGEST:
            raise DeadChildError
        return self._exactly(length, until)

    def _exactly(self, length: int, until: float) -> bytes:
        assert self._process.stdout is not None
        source, taken = self._process.stdout.fileno(), bytearray()
        while len(taken) < length:
            if not select.select([source], [], [], max(0.0, until - monotonic()))[0]:
                raise TimeoutError
            more = os.read(source, min(_PIECE, length - len(taken)))
            if not more:
                raise DeadChildError
            taken += more
        return bytes(taken)

    def end(self) -> None:
        """At once. It holds nothing that could be lost."""
        self._process.kill()
        with self._process:
            pass


class Children:
    """As many as are asked at the same time. `text_of` may be called in several threads."""

    def __init__(self) -> None:
        self._idle: list[Child] = []
        self._lock = threading.Lock()
        self._closed = False
        _all.add(self)

    def text_of(self, wanted: TextWanted) -> Text:
        answer = self._answer(wanted, Text)
        return answer if isinstance(answer, Text) else Text(unread=answer)

    def facts_of(self, wanted: FactsWanted) -> Facts:
        answer = self._answer(wanted, Facts)
        return answer if isinstance(answer, Facts) else Facts(unread=answer)

    def _answer(self, wanted: Wanted, kind: type[_Answer]) -> _Answer | str:
        """Or why there is none."""
        try:
            return msgspec.msgpack.decode(self._asked(wanted), type=kind)
        except TimeoutError:
            _log.info("a file takes too long to be read", limit_s=wanted.limit_s)
            return slow(wanted.limit_s)
        except (DeadChildError, msgspec.DecodeError):
            _log.info("a file broke the process that reads it")
            return KILLER

    def _asked(self, wanted: Wanted) -> bytes:
        child = self._taken()
        if child is not None:
            try:
                return self._by(child, wanted)
            except DeadChildError:
                pass  # it may have gone because nobody asked for a while: a new one is to say the same
        return self._by(Child(), wanted)

    def _by(self, child: Child, wanted: Wanted) -> bytes:
        try:
            answer = child.ask(wanted)
        except BaseException:
            child.end()
            raise
        self._give_back(child)
        return answer

    def _taken(self) -> Child | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _give_back(self, child: Child) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(child)
                return
        child.end()

    def close(self) -> None:
        with self._lock:
            self._closed, idle = True, self._idle
            self._idle = []
        for child in idle:
            child.end()


_all: weakref.WeakSet[Children] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for each in list(_all):
        each.close()
