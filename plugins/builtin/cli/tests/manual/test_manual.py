"""The reference and the man page say what the commands say."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mosaicfs_cli.manual.commands import EVERY_COMMAND, commands, global_options
from mosaicfs_cli.manual.man import man_page
from mosaicfs_cli.manual.page import page
from mosaicfs_cli.program import VERBS

ROOT = Path(__file__).resolve().parents[5]


def test_the_pages_are_current() -> None:
    command = [sys.executable, "-m", "mosaicfs_cli.manual", "--check", str(ROOT / "docs" / "reference")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stderr, done.returncode) == ("", 0)


def test_a_page_that_is_old_or_missing_is_told_and_not_touched(tmp_path: Path) -> None:
    (tmp_path / "cli.md").write_text("old")
    command = [sys.executable, "-m", "mosaicfs_cli.manual", "--check", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert [Path(line.split()[0]).name for line in done.stderr.splitlines()] == ["cli.md", "mosaicfs.1"]
    assert (tmp_path / "cli.md").read_text() == "old"


def test_every_command_has_its_heading_words_options_and_examples() -> None:
    text = page()
    for command in commands():
        _, _, rest = text.partition(f"\n## {command.verb}\n")
        section, _, _ = rest.partition("\n## ")
        assert command.usage in section
        assert all(example in section for example in command.examples)
        assert all(flag in section for option in command.options for flag in option.flags)


def test_options_of_every_command_are_printed_once() -> None:
    assert {"--json", "--config", "--help"} <= {flag for option in global_options() for flag in option.flags}
    shared = {option.flags for option in global_options()}
    assert not [command.verb for command in commands() if shared & {option.flags for option in command.options}]
    assert EVERY_COMMAND.capitalize() in page()


def test_every_word_and_every_option_says_what_it_is_for() -> None:
    silent = [f"{command.verb} {word.name}" for command in commands() for word in command.words if not word.help]
    silent += [f"{command.verb} {each.shown}" for command in commands() for each in command.options if not each.help]
    assert silent == []


def test_rows_of_a_table_have_two_cells() -> None:
    rows = [line for line in page().splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {3}


def test_the_man_page_is_read_without_a_warning(tmp_path: Path) -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    (tmp_path / "mosaicfs.1").write_text(man_page(), encoding="utf-8")
    command = ["groff", "-man", "-Tutf8", "-ww", "-Kutf8", str(tmp_path / "mosaicfs.1")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stderr, done.returncode) == ("", 0)
    shown = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)
    assert [verb for verb in VERBS if f"mosaicfs {verb}" not in shown] == []
    assert "--excluded-globs" not in shown
