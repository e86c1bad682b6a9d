"""Saving what was chosen in `mosaicfs.toml`: a new file with a comment a key, or one key of a file that is there.

In an existing file everything else stays as it is, byte for byte. The edit is made on the text; it is taken only if the
result means exactly what was wanted, so a way of writing that we did not think of is refused and never spoilt.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mosaicfs import write_whole
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
    write_whole(path, ("\n".join(lines) + "\n").encode())


def add_watch_paths(path: Path, new: Sequence[str]) -> None:
    """Add to `[agent] watch_paths`. `CannotSaveError` with the line to add when the file is written too strangely."""
    real = path.resolve()  # the file may be kept elsewhere and linked to
    text = real.read_bytes().decode()
    write_whole(real, with_watch_paths(path, text, new).encode(), real.stat().st_mode & 0o777)


def set_keys(path: Path, chosen: Chosen, says: Mapping[str, str]) -> None:
    """What was chosen, in a file of ours or in one that is there."""
    if not path.exists():
        create(path, chosen, says)
        return
    for key, value in chosen.items():
        set_key(path, key, value)


def set_key(path: Path, key: str, value: str | Sequence[str] | None) -> None:
    """One key; None takes it away. `CannotSaveError` when the file is written too strangely."""
    if not path.exists():
        if value is not None:
            create(path, {key: value}, {key: "Written by a command."})
        return
    real = path.resolve()
    text = real.read_bytes().decode()
    if (changed := with_key(path, text, key, value)) != text:
        write_whole(real, changed.encode(), real.stat().st_mode & 0o777)


def with_key(path: Path, text: str, key: str, value: str | Sequence[str] | None) -> str:
    """The text with that key so, whatever else is in it left alone."""
    section, _, name = key.partition(".")
    wanted: dict[str, Any] = tomllib.loads(text)
    if wanted.get(section, {}).get(name) == (value if value is None or isinstance(value, str) else list(value)):
        return text
    wanted.get(section, {}).pop(name, None)
    if value is not None:
        wanted.setdefault(section, {})[name] = value if isinstance(value, str) else list(value)
    line = "" if value is None else f"{name} = {_value(value)}"
    for candidate in _with_line(text, section, name, line):
        try:
            if _without_empty(tomllib.loads(candidate)) == _without_empty(wanted):
                return candidate
        except tomllib.TOMLDecodeError:
            continue
    raise CannotSaveError(path, f"{line or f'take out {name}'} under [{section}]")


def _with_line(text: str, section: str, name: str, line: str) -> Iterator[str]:
    """In place of the line that is there, below the header of its section, or in a section of its own."""
    rows = text.splitlines(keepends=True)
    for at, row in enumerate(rows):
        if row.replace(" ", "").startswith((f"{name}=", f"{section}.{name}=")):
            dotted = f"{section}." if row.lstrip().startswith(f"{section}.") else ""
            yield "".join([*rows[:at], f"{dotted}{line}\n" if line else "", *rows[at + 1 :]])
    ended = text if not text or text.endswith("\n") else f"{text}\n"
    for at in _places(ended, "\n"):
        yield f"{ended[: at + 1]}{line}\n{ended[at + 1 :]}"
    gap = "\n" if ended else ""
    yield f"{ended}{gap}[{section}]\n{line}\n"


def _without_empty(tables: Mapping[str, Any]) -> dict[str, Any]:
    return {name: table for name, table in tables.items() if table != {}}


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
