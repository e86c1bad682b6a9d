"""A reader guesses the file from the sentence: names that say nothing are refused, and files stay small."""

from __future__ import annotations

import re

from tests.shape.workspace import ROOT, our_files

SAY_NOTHING = {"base", "bases", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
MUCH = 420

LONG: dict[str, str] = {}
"""Files that are longer and hold one subject all the same, with the reason why they stay whole."""


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    empty = [
        str(path.relative_to(ROOT))
        for path in our_files("*.py", "*.ts", "*.tsx", "*.mjs", "*.js")
        if SAY_NOTHING & {word for part in path.relative_to(ROOT).parts for word in re.split(r"[_.\-]", part)}
    ]
    assert not empty, "\n".join(empty)


def test_a_long_file_says_why_it_is_not_two() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in our_files("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MUCH
    }
    unexplained = [f"{place}: {lines} lines" for place, lines in long.items() if place not in LONG]
    assert not unexplained, "\n".join(unexplained)
    assert not (shortened := LONG.keys() - long.keys()), f"no longer long: {shortened}"
