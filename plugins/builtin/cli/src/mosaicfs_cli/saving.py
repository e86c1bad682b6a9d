"""Saving what was chosen in `mosaicfs.toml`: a new file with a comment a key, or one key of a file that is there.

In an existing file everything else stays as it is, byte for byte. The edit is made on the text; it is taken only if the
result means exactly what was wanted, so a way of writing that we did not think of is refused and never spoilt.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mosaicfs_cli.errors import CannotSaveError

SECTION, KEY = "agent", "watch_paths"

Chosen = Mapping[str, str | Sequence[str]]
"""Values by `section.key`."""


def create(path: Path, chosen: Chosen, says: Mapping[str, str]) -> None:
    """A file of ours alone with only what was chosen; `says` has the comment of each key."""
    lines = ["# Configuration of MosaicFS. All keys: docs/operating/configuration.md"]
    sections = dict.fromkeys(key.partition(".")[0] for key in chosen)
    for section in sections:
        lines += ["", f"[{section}]"]
        for key, value in chosen.items():
            if key.partition(".")[0] == section:
                lines += [f"# {says[key]}", f"{key.partition('.')[2]} = {_value(value)}"]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(path, "\n".join(lines) + "\n", 0o600)


def add_watch_paths(path: Path, new: Sequence[str]) -> None:
    """Add to `[agent] watch_paths`. `CannotSaveError` with the line to add when the file is written too strangely."""
    real = path.resolve()  # the file may be kept elsewhere and linked to
    text = real.read_bytes().decode()
    _write(real, with_watch_paths(path, text, new), real.stat().st_mode & 0o777)


def with_watch_paths(path: Path, text: str, new: Sequence[str]) -> str:
    """The text with the paths added, whatever else is in it left alone."""
    wanted: dict[str, Any] = tomllib.loads(text)
    known = wanted.get(SECTION, {}).get(KEY, [])
    wanted.setdefault(SECTION, {})[KEY] = [*known, *new]
    for candidate in _candidates(text, new):
        try:
            if tomllib.loads(candidate) == wanted:
                return candidate
        except tomllib.TOMLDecodeError:
            continue
    raise CannotSaveError(path, f"{KEY} = {_value([*known, *new])} under [{SECTION}]")


def _candidates(text: str, new: Sequence[str]) -> Iterator[str]:
    """Ways to put it: into the list that is there, below the header, beside dotted keys, in a section of its own."""
    listed = ", ".join(map(_quoted, new))
    for at in _places(text, "]"):
        before = text[:at].rstrip(" \t")
        if before.endswith("\n"):
            rows = "".join(f"    {_quoted(each)},\n" for each in new)
            yield f"{before}{rows}{text[at:]}"
            yield f"{before}    , {rows.lstrip()}{text[at:]}"
        yield f"{text[:at]}{listed}{text[at:]}"
        yield f"{text[:at]}, {listed}{text[at:]}"
        yield f"{before.rstrip(',')}, {listed}{text[at:]}"
    newline = "\r\n" if "\r\n" in text else "\n"
    line = f"{KEY} = {_value(new)}{newline}"
    ended = text if not text or text.endswith("\n") else text + newline
    for at in _places(ended, "\n"):
        yield f"{ended[: at + 1]}{line}{ended[at + 1 :]}"
    gap = newline if ended else ""
    yield f"{ended}{gap}[{SECTION}]{newline}{line}"
    yield f"{SECTION}.{line}{text}"


def _places(text: str, sign: str) -> Iterator[int]:
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + 1)


def _value(value: str | Sequence[str]) -> str:
    return _quoted(value) if isinstance(value, str) else f"[{', '.join(map(_quoted, value))}]"


def _quoted(text: str) -> str:
    """JSON and TOML quote alike, but for one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(path: Path, text: str, mode: int) -> None:
    """Whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        part.chmod(mode)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
