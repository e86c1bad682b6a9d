"""What the pages for operating ask somebody to type is something that the program knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mosaicfs_cli.manual.commands import commands, global_options
from mosaicfs_cli.program import VERBS

FOLDER = Path(__file__).resolve().parents[5] / "docs" / "operating"
TYPED = re.compile(r"(?:^|[`$(] ?|sudo |exec control |-- |\| )mosaicfs ([a-z][^`|#;)\n]*)", re.MULTILINE)
GROUPS = {" ".join(verb.split()[:length]) for verb in VERBS for length in (1, 2)}


def typed() -> list[tuple[str, str]]:
    """The page and what follows `mosaicfs` there, in code."""
    found = []
    for page in sorted(FOLDER.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        code = re.findall(r"^```[a-z]*\n(.*?)^```|`([^`\n]+)`", text, re.DOTALL | re.MULTILINE)
        found += [(page.name, line.strip()) for each in code for line in TYPED.findall("".join(each))]
    return found


@pytest.mark.parametrize(("page", "line"), typed())
def test_a_command_of_a_page_exists_with_its_options(page: str, line: str) -> None:
    known = {command.verb: command for command in commands()}
    words = line.partition(" -- ")[0].split()
    verb = next((v for n in (3, 2, 1) if (v := " ".join(words[:n])) in known), None)
    if verb is None:
        assert words[0] in GROUPS, f"{page}: mosaicfs {line}"
        return
    flags = {flag for option in (*known[verb].options, *global_options()) for flag in option.flags}
    given = {word.partition("=")[0] for word in words if re.match(r"--[a-z]|-[a-z]$", word)}
    assert given <= flags, f"{page}: mosaicfs {line}"


def test_the_pages_ask_for_something() -> None:
    assert len(typed()) > 50
