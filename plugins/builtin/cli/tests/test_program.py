"""Finding the verb, help, exit codes, and what the quick verbs do not import."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from mosaicfs import __version__
from mosaicfs_cli.program import VERBS, split

Run = Callable[..., "subprocess.CompletedProcess[str]"]

HEAVY = {"trio", "apsw", "msgspec", "structlog", "pluggy", "stevedore", "importlib.metadata", "dataclasses"}


def test_version_is_one_line(mosaicfs: Run) -> None:
    done = mosaicfs("version")
    assert done.stdout.startswith(f"MosaicFS {__version__}, Python {sys.version.split()[0]}, ")
    assert (done.stdout.count("\n"), done.stderr, done.returncode) == (1, "", 0)


def test_version_as_json_names_drivers_and_features(mosaicfs: Run) -> None:
    told = json.loads(mosaicfs("version", "--json").stdout)
    assert list(told) == ["version", "python", "platform", "store_drivers", "features"]
    assert {"sqlite", "couchdb"} <= set(told["store_drivers"])
    assert {"control", "sync"} <= set(told["features"])


@pytest.mark.parametrize(
    "arguments", [["version"], ["help"], ["--help"], ["help", "paths"], ["up", "--help"], ["search", "-h"]]
)
def test_quick_verbs_import_nothing_heavy(arguments: list[str], surroundings: dict[str, str]) -> None:
    asked = f"""
import sys
from mosaicfs_cli.program import main
sys.argv = ["mosaicfs", *{arguments!r}]
try:
    main()
except SystemExit:
    pass
print(*sys.modules, sep="\\n", file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", asked], env=surroundings, capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stderr.split()) == set()


def test_the_names_that_count_as_heavy_exist() -> None:
    assert [name for name in HEAVY if not find_spec(name)] == []


@pytest.mark.parametrize(
    ("arguments", "verb", "rest"),
    [
        (["version"], "version", []),
        (["--json", "version"], "version", ["--json"]),
        (["--config", "version", "paths", "-v"], "paths", ["--config", "version", "-v"]),
        (["plugins", "--json", "list", "-q"], "plugins list", ["--json", "-q"]),
        (["help", "plugins", "list"], "help", ["plugins", "list"]),
        (["plugins", "-h"], "help", ["plugins"]),
        (["up", "--", "version"], "up", ["--", "version"]),
        (["agent", "--json"], "agent", ["--json"]),
        (["agent", "crawl", "--now"], "agent crawl", ["--now"]),
        (["--timeout", "5", "search", "report"], "search", ["--timeout", "5", "report"]),
        ([], "help", []),
    ],
)
def test_options_may_stand_anywhere(arguments: list[str], verb: str, rest: list[str]) -> None:
    assert split(arguments) == (verb, rest)


def test_help_lists_every_command(mosaicfs: Run) -> None:
    told = mosaicfs("help").stdout
    assert [verb for verb in VERBS if f"  {verb} " not in told] == []
    assert mosaicfs().stdout == mosaicfs("--help").stdout == told


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_has_help_with_examples(verb: str, mosaicfs: Run) -> None:
    by_option, by_verb = mosaicfs(*verb.split(), "--help"), mosaicfs("help", *verb.split())
    assert by_option.stdout == by_verb.stdout
    assert VERBS[verb] in by_verb.stdout
    assert f"examples:\n  mosaicfs {verb}" in by_verb.stdout
    assert (by_option.returncode, by_verb.returncode) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["pathes"], "mosaicfs pathes is not a command. Did you mean: mosaicfs paths\n"),
        (["plugins", "lst"], "mosaicfs plugins lst is not a command. Did you mean: mosaicfs plugins list\n"),
        (["plugins"], "mosaicfs plugins is not a command. Did you mean: mosaicfs plugins "),
        (["qqq"], "mosaicfs qqq is not a command. There are: agent, agent accept, "),
        (["help", "qqq"], "mosaicfs qqq is not a command. "),
        (["version", "--jsn"], "Unrecognized arguments: --jsn. See: mosaicfs help version\n"),
        (["version", "more"], "Unrecognized arguments: more. See: mosaicfs help version\n"),
        (["up", "--listen"], "Argument --listen: expected one argument. See: mosaicfs help up\n"),
        (["up", "--log-level", "loud"], "Argument --log-level: invalid choice: 'loud'"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence_and_exits_2(arguments: list[str], told: str, mosaicfs: Run) -> None:
    done = mosaicfs(*arguments)
    assert done.stderr.startswith(told)
    assert (done.stdout, done.stderr.count("\n"), done.returncode) == ("", 1, 2)


@pytest.mark.parametrize("way", [{"option": "--json"}, {"MOSAICFS_JSON": "1"}])
def test_an_error_as_json_is_one_line(way: dict[str, str], mosaicfs: Run) -> None:
    options = [way.pop("option")] if "option" in way else []
    done = mosaicfs("pathes", *options, **way)
    assert json.loads(done.stderr) == {
        "error": {
            "code": "unknown_verb",
            "message": "mosaicfs pathes is not a command. Did you mean: mosaicfs paths",
        },
        "exit_code": 2,
    }
    assert (done.stdout, done.stderr.count("\n"), done.returncode) == ("", 1, 2)


@pytest.mark.parametrize("arguments", [["version"], ["paths", "--json"], ["pathes"], ["down"], ["search", "x"]])
def test_the_installed_program_does_as_the_one_that_is_tried_here(
    arguments: list[str], mosaicfs: Run, surroundings: dict[str, str]
) -> None:
    program = Path(sys.executable).with_name("mosaicfs")
    done = subprocess.run([program, *arguments], env=surroundings, capture_output=True, text=True, check=False)
    tried = mosaicfs(*arguments)
    assert (done.stdout, done.stderr, done.returncode) == (tried.stdout, tried.stderr, tried.returncode)


def test_a_reader_that_goes_away_ends_it_quietly_with_141(surroundings: dict[str, str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    program = Path(sys.executable).with_name("mosaicfs")
    done = subprocess.run([program, "paths"], env=surroundings, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")
