"""Text in the editor of the person at the terminal, again and again until it can be used or is given up.

Whatever happens, what was typed is not lost: unless all went well, the file stays and is named.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, TypeVar

from mosaicfs.errors import AskOwnerError, GiveUpError, UnsupportedError
from mosaicfs_cli.drafts import without_comments
from mosaicfs_cli.errors import BadDraftError
from mosaicfs_cli.output import print_note

if TYPE_CHECKING:
    from mosaicfs_cli.options import Call

T = TypeVar("T")

_DEFAULT = "vi"


class EditorFailedError(AskOwnerError):
    def __init__(self, editor: str, code: int) -> None:
        super().__init__(f"The editor {editor} ended with {code}. Nothing was changed.")


class NoEditorError(UnsupportedError):
    def __init__(self, editor: str) -> None:
        GiveUpError.__init__(self, f"The editor {editor} cannot be started. Set VISUAL or EDITOR to one that is here.")


class Edited:
    """A text in a file of its own."""

    def __init__(self, call: Call, text: str) -> None:
        handle, name = mkstemp(prefix="mosaicfs-", suffix=".json")
        self._command = editor(call)
        self.path = Path(name)
        self.is_kept = False
        self._first = text
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)

    def text(self) -> str:
        return self.path.read_text(encoding="utf-8", errors="replace")

    @property
    def is_as_it_was(self) -> bool:
        return without_comments(self.text()).strip() == without_comments(self._first).strip()

    def until(self, read: Callable[[str], T], comments: Callable[[BadDraftError], list[str]]) -> T:
        """What `read` makes of the text. Wrong text is opened again; the same wrong text twice is given up."""
        wrong = ""
        while True:
            _open(self._command, self.path)
            text = self.text()
            try:
                return read(text)
            except BadDraftError as error:
                typed = _typed(text)
                if typed.strip() in (wrong, ""):
                    raise
                wrong = typed.strip()
                lines = [f"# {line}".rstrip() for line in comments(error)]
                self.path.write_text("".join(f"{line}\n" for line in lines) + typed, encoding="utf-8")


@contextmanager
def edited(call: Call, text: str) -> Iterator[Edited]:
    """The file stays where it ends badly and something was typed."""
    file = Edited(call, text)
    try:
        yield file
    except BaseException:
        keep(file)
        raise
    finally:
        if not file.is_kept:
            file.path.unlink(missing_ok=True)


def keep(file: Edited) -> None:
    """For whoever wants to go on with it, if there is anything to go on with."""
    if file.path.exists() and not file.is_as_it_was:
        file.is_kept = True
        print_note(f"Your text is kept in {file.path}")


def editor(call: Call) -> list[str]:
    """`$VISUAL` before `$EDITOR`, with their options."""
    named = call.environment.get("VISUAL") or call.environment.get("EDITOR") or _DEFAULT
    try:
        return shlex.split(named) or [_DEFAULT]
    except ValueError:
        raise GiveUpError(f"The editor {named!r} cannot be read as a command. Set VISUAL or EDITOR.") from None


def _open(command: list[str], path: Path) -> None:
    sys.stdout.flush()
    try:
        code = subprocess.run([*command, str(path)], check=False).returncode  # noqa: S603 - their own editor
    except (FileNotFoundError, PermissionError):
        raise NoEditorError(command[0]) from None
    if code:
        raise EditorFailedError(command[0], code)


def _typed(text: str) -> str:
    """Without the comments of the last time."""
    lines = text.splitlines(keepends=True)
    while lines and lines[0].lstrip().startswith("#"):
        lines.pop(0)
    return "".join(lines)
