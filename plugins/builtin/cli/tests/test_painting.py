"""Colours: who decides, and that they leave no trace where nobody wants them."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    ("options", "variables", "coloured"),
    [
        ([], {}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        ([], {"MOSAICFS_COLOR": "always"}, True),
        (["--color", "never"], {"MOSAICFS_COLOR": "always"}, False),
    ],
)
def test_an_option_beats_a_variable(
    options: list[str], variables: dict[str, str], coloured: bool, mosaicfs: Run
) -> None:
    done = mosaicfs("paths", *options, **variables)
    assert done.stdout.startswith("\x1b[1mwhat\twhere\tchosen by\x1b[0m\n") is coloured
    assert ("\x1b" in done.stdout) is coloured
    json.loads(mosaicfs("paths", "--json", *options, **variables).stdout)


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_a_terminal_has_colours_unless_it_is_told_otherwise(
    variables: dict[str, str], coloured: bool, surroundings: dict[str, str]
) -> None:
    ours, theirs = pty.openpty()
    program = str(Path(sys.executable).with_name("mosaicfs"))
    subprocess.run([program, "paths"], env=surroundings | variables, stdout=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 64)
    os.close(ours)
    assert (b"\x1b[1m" in shown) is coloured
