"""The agent's side: one process a file, ended when it takes too long or says too much."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Literal

import msgspec
import trio
from msgspec import Struct

from mosaicfs.errors import EntryUnreadableError
from mosaicfs.model.json import JsonObject

LIMIT_S = 50.0
"""Below the time that a job has, so that the reason is told."""

Part = Literal["facts", "text"]


class Text(Struct, frozen=True):
    """`body` is empty where there is no text, or none that can be read."""

    body: str
    truncated: bool


async def document_facts(path: Path) -> JsonObject:
    """What a PDF says of itself; `{}` for one that cannot be read."""
    return msgspec.json.decode(await _answer("facts", path, "", 0) or b"{}", type=dict)


async def text_of(path: Path, mime_type: str, max_chars: int) -> Text:
    answer = await _answer("text", path, mime_type, max_chars)
    return msgspec.json.decode(answer, type=Text) if answer else Text("", truncated=False)


async def _answer(part: Part, path: Path, mime_type: str, max_chars: int) -> bytes:
    """Empty when the file broke the process: that is a fact about the file, and the same tomorrow."""
    program = [sys.executable, "-I", "-m", "mosaicfs_annotators.apart.child", part, mime_type, str(max_chars)]
    with trio.move_on_after(LIMIT_S):
        with path.open("rb") as file:
            done = await trio.run_process(
                program,
                stdin=file,
                capture_stdout=True,
                stderr=subprocess.DEVNULL,
                check=False,
                env={"LANG": "C.UTF-8", "PYTHONUTF8": "1"},
            )
        return done.stdout if done.returncode == 0 else b""
    raise EntryUnreadableError(path.name, f"reading it took more than {LIMIT_S:g} s")
