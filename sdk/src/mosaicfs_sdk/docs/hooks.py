"""Prints `docs/hooks/<verb>.md` from the signatures and docstrings of `hookspecs`.

    python -m mosaicfs_sdk.docs.hooks [--check] [FOLDER]

`--check` writes nothing and fails when a page is missing, left over, or not what would be printed. A hook whose
docstring lacks one of the four labels has no page: it is the specification that is wrong then.
"""

from __future__ import annotations

import inspect
import re
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import fill

from mosaicfs.hookspecs import EXTRA_ARGUMENTS, HOOKS, LIMITS

FOLDER = Path("docs/hooks")
WIDTH = 120
LABELS = ("Asked", "Answer", "Raise", "Changes")

_MARK = "<!-- Printed by `python -m mosaicfs_sdk.docs.hooks`; change `hookspecs.py` instead. -->"
_LABEL = re.compile(rf"^({'|'.join(LABELS)})(?::|(?<=Changes)) ", re.MULTILINE)
"""A sentence of its own may begin with the word too: “Answer a search”."""


class UnlabelledHookError(Exception):
    def __init__(self, hook: str, label: str) -> None:
        super().__init__(f"The docstring of {hook} in hookspecs.py has no line that begins with “{label}”.")


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a page is not current")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    given = parser.parse_args()
    printed = pages()
    if not given.check:
        write(given.folder, printed)
        return 0
    for name in stale(given.folder, printed):
        sys.stderr.write(f"{given.folder / name} is not current. Print it with: python -m mosaicfs_sdk.docs.hooks\n")
    return 1 if stale(given.folder, printed) else 0


def pages() -> dict[str, str]:
    """Text by file name: one page a hook, and the list of them."""
    printed = {f"{name}.md": page(name, hook) for name, hook in HOOKS.items()}
    return {"README.md": contents(), **printed}


def page(name: str, hook: Callable[..., object]) -> str:
    said = labelled(name, inspect.getdoc(hook) or "")
    limit = LIMITS[name]
    *some, last = (f"`{extra}`" for extra in EXTRA_ARGUMENTS)
    extras = f"{', '.join(some)} and {last}"
    paragraphs = [
        f"# {name}",
        _MARK,
        said[""],
        f"```python\n@hookimpl\n{signature(name, hook)}\n```",
        *(f"**{label}**{_joint(label)}{said[label]}" for label in LABELS),
        f"**Limit**: {limit.seconds:g} s {limit.counted}. None means “not mine”. Every hook may also take {extras}.",
    ]
    return "\n\n".join(fill(each, WIDTH) if each.startswith("**") else each for each in paragraphs) + "\n"


def contents() -> str:
    rows = "\n".join(f"| [{name}]({name}.md) | {_summary(hook)} |" for name, hook in HOOKS.items())
    return f"# Hooks\n\n{_MARK}\n\nIn the order data meets them.\n\n| Hook | In words |\n|---|---|\n{rows}\n"


def signature(name: str, hook: Callable[..., object]) -> str:
    found = inspect.signature(hook)
    arguments = ", ".join(f"{known.name}: {known.annotation}" for known in found.parameters.values())
    return f"async def {name}({arguments}) -> {found.return_annotation}: ..."


def labelled(name: str, docstring: str) -> dict[str, str]:
    """The docstring by label; what stands before the first label is under ``."""
    parts = _LABEL.split(docstring)
    said = {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}
    for label in LABELS:
        if label not in said:
            raise UnlabelledHookError(name, label)
    return {label: " ".join(text.split()) for label, text in said.items()}


def write(folder: Path, printed: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in _left_over(folder, printed):
        (folder / name).unlink()
    for name, text in printed.items():
        (folder / name).write_text(text, encoding="utf-8")


def stale(folder: Path, printed: Mapping[str, str]) -> list[str]:
    def is_current(name: str, text: str) -> bool:
        return (folder / name).is_file() and (folder / name).read_text(encoding="utf-8") == text

    return [*_left_over(folder, printed), *(name for name, text in printed.items() if not is_current(name, text))]


def _left_over(folder: Path, printed: Mapping[str, str]) -> list[str]:
    return sorted(found.name for found in folder.glob("*.md") if found.name not in printed)


def _joint(label: str) -> str:
    """“Changes nothing” reads on; the others name what follows."""
    return " " if label == "Changes" else ": "


def _summary(hook: Callable[..., object]) -> str:
    return (inspect.getdoc(hook) or "").partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())
