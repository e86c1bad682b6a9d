"""Names that a control plane of this user knows, for a shell that completes: within 200 ms, or none at all.

Whoever waits for a completion has not asked for an error, so nothing is said when nobody answers.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

WITHIN_S = 0.2
MUCH = 1 << 20


class Kind(NamedTuple):
    """Where its items are asked for, and which members of one are its name and what that means."""

    path: str
    name: str
    meaning: str
    items: str = "items"


KINDS = MappingProxyType(
    {
        "node": Kind("/api/nodes?limit=500", "node_id", "friendly_name"),
        "job": Kind("/api/jobs?limit=50", "job_id", "kind"),
        "credential": Kind("/api/credentials?limit=500", "access_key_id", "name"),
        "label": Kind("/api/labels?limit=500", "label", "label"),
        "dir": Kind("/api/vfs/tree?path=%2F&depth=4", "virtual_path", "name", "children"),
    }
)

_safe = re.compile(r"[\w/][\w/.:-]*").fullmatch
"""What no shell takes for more than a word."""


def give_up_after(seconds: float = WITHIN_S) -> None:
    """The whole process, whatever it is doing, and without a word: a shell would tell of one that a signal ended."""
    signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
    signal.setitimer(signal.ITIMER_REAL, seconds)


def names(api_socket: Path, kind: str) -> Iterator[tuple[str, str]]:
    """Each name with what it means to a person, which is one printable line."""
    asked = KINDS[kind]
    for item in _items(api_socket, asked):
        name, meaning = item.get(asked.name), item.get(asked.meaning)
        if isinstance(name, str) and _safe(name):
            shown = meaning if isinstance(meaning, str) else ""
            yield name, "".join(letter for letter in shown if letter.isprintable())


def _items(api_socket: Path, kind: Kind) -> Iterator[dict[str, object]]:
    with suppress(OSError, ValueError):
        head, _, body = _asked(api_socket, kind.path).partition(b"\r\n\r\n")
        if head.split(b" ", 2)[1:2] == [b"200"]:
            yield from _within(json.loads(body), kind.items)


def _within(told: object, name: str) -> Iterator[dict[str, object]]:
    """Those of a list, and those in them."""
    found = told.get(name) if isinstance(told, dict) else None
    for each in found if isinstance(found, list) else ():
        if isinstance(each, dict):
            yield each
            yield from _within(each, name)


def _asked(api_socket: Path, path: str) -> bytes:
    """HTTP/1.0, so that nothing has to be known of chunks."""
    answer = b""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(WITHIN_S)
        connection.connect(str(api_socket))
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode("ascii"))
        while len(answer) < MUCH and not _is_whole(answer) and (piece := connection.recv(1 << 16)):
            answer += piece
    return answer


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
    return bool(end) and length is not None and len(body) >= int(length[1])
