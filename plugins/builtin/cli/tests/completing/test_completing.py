"""Completion in the shells themselves, as far as they are installed."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from mosaicfs_cli.completing.names import names
from mosaicfs_cli.completing.powershell import script
from mosaicfs_cli.completing.table import ANY, Table, table
from mosaicfs_cli.program import VERBS
from mosaicfs_cli.verbs.completion import SHELLS

pytestmark = pytest.mark.patient

Run = Callable[..., "subprocess.CompletedProcess[str]"]

PROGRAMS = {"powershell": "pwsh"}
"""Where the shell is called otherwise."""

BASH = """
. "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_mosaicfs
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
compdef() { : }
_describe() { local list=${@[-1]}; print -rl -- ${${(P)list}%%:*} }
compadd() { shift; print -rl -- "$@" }
_files() { print -r -- FILES }
_call_program() { shift; eval "$@" }
. $1; shift
words=("$@"); CURRENT=$#
_mosaicfs | grep -- "^${words[CURRENT]}"
"""
POWERSHELL = """
Get-Content -Raw $args[0] | Invoke-Expression
$line = $args[1..($args.Count - 1)] -join ' '
(TabExpansion2 $line $line.Length).CompletionMatches | ForEach-Object { $_.CompletionText }
"""
FISH = "source $argv[1]; complete -C (string join ' ' -- $argv[2..-1])"


@pytest.fixture(scope="session")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("completion")
    known = table()
    for shell in SHELLS:
        text = import_module(f"mosaicfs_cli.completing.{shell}").script(known)
        (folder / shell).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(params=SHELLS)
def complete(request: pytest.FixtureRequest, scripts: Path, surroundings: dict[str, str]) -> Callable[..., set[str]]:
    shell = request.param
    if shutil.which(PROGRAMS.get(shell, shell)) is None:
        pytest.skip(f"{shell} is not installed")
    program = str(Path(sys.executable).parent)
    environment = {**surroundings, "PATH": f"{program}:{os.environ['PATH']}"}

    def typed(*words: str) -> set[str]:
        """What is offered for the last word."""
        script = str(scripts / shell)
        command = {
            "bash": ["bash", "--norc", "-c", BASH, "bash", script, *words],
            "zsh": ["zsh", "-f", "-c", ZSH, "zsh", script, *words],
            "fish": ["fish", "--no-config", "-c", FISH, script, *words],
            "powershell": ["pwsh", "-NoProfile", "-CommandWithArgs", POWERSHELL, script, *words],
        }[shell]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert done.stderr == ""
        return {line.partition("\t")[0] for line in done.stdout.splitlines()} - {""}

    return typed


def test_commands_and_groups_are_offered(complete: Callable[..., set[str]]) -> None:
    assert complete("mosaicfs", "") == {verb.split()[0] for verb in VERBS}
    assert complete("mosaicfs", "ver") == {"version"}
    assert complete("mosaicfs", "nodes", "") == {verb.split()[1] for verb in VERBS if verb.startswith("nodes ")}


def test_options_of_the_command_and_of_all_are_offered(complete: Callable[..., set[str]]) -> None:
    assert {"--status", "--json", "--server"} <= complete("mosaicfs", "nodes", "list", "--")
    assert "--status" not in complete("mosaicfs", "version", "--")
    assert complete("mosaicfs", "search", "--so") == {"--sort"}


def test_values_of_an_option_are_offered_and_nothing_beside_them(complete: Callable[..., set[str]]) -> None:
    offered = complete("mosaicfs", "nodes", "list", "--status", "")
    assert offered == {"online", "offline", "degraded", "disabled"}
    assert complete("mosaicfs", "--color", "a") == {"auto", "always"}


def test_global_options_may_stand_before_the_command(complete: Callable[..., set[str]]) -> None:
    assert complete("mosaicfs", "--config", "nodes", "nodes", "li") == {"list"}


def test_words_with_a_choice_are_offered(complete: Callable[..., set[str]]) -> None:
    assert complete("mosaicfs", "completion", "") == set(SHELLS)


def test_names_come_from_the_socket(
    complete: Callable[..., set[str]], fake_api: Callable[[Callable[[str, dict[str, str]], object]], Any]
) -> None:
    items = [{"node_id": "node-nas", "friendly_name": "The NAS; $(boom)"}, {"node_id": "$(id)"}]
    fake_api(lambda path, query: {"items": items})
    offered = (complete("mosaicfs", "nodes", "status", "") for _ in range(100))  # none where it took too long
    assert next(filter(None, offered)) == {"node-nas"}


def test_directories_and_labels_come_from_the_socket_too(fake_api: Callable[..., Any], tmp_path: Path) -> None:
    leaf = {"virtual_path": "/work/größe", "name": "größe", "children": []}
    work = {"virtual_path": "/work", "name": "work", "children": [leaf, {"virtual_path": "/work/a b"}]}
    labels = [{"label": "tax/2026", "rule_count": 1}, {"label": "two words"}, {"label": "$(boom)"}]
    fake_api(lambda path, query: {"children": [work]} if path == "/api/vfs/tree" else {"items": labels})
    path = tmp_path / "runtime" / "mosaicfs" / "api.sock"
    assert [name for name, _ in names(path, "dir")] == ["/work", "/work/größe"]
    assert [name for name, _ in names(path, "label")] == ["tax/2026"]


def test_without_a_server_there_are_no_names_and_no_complaint(complete: Callable[..., set[str]]) -> None:
    assert complete("mosaicfs", "nodes", "status", "") == set()


# --- PowerShell, also where it is not installed -----------------------------------------------------------------------

STRING = re.compile("'(?:[^'\u2018-\u201b]|(['\u2018-\u201b])\\1)*'")
"""As PowerShell reads it: five characters end it, and each of them stands in it when it is there twice."""


def test_every_string_of_the_powershell_script_ends_where_it_should(scripts: Path) -> None:
    text = (scripts / "powershell").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    bare = [re.sub(r'"[^"]*"', "", STRING.sub("", line)) for line in lines]
    assert not [line for line in bare if set(line) & set("'\u2018\u2019\u201a\u201b")]
    for opening, closing in ("()", "[]", "{}"):
        assert "".join(bare).count(opening) == "".join(bare).count(closing)


def test_the_powershell_script_holds_the_whole_table(scripts: Path) -> None:
    known, text = table(), (scripts / "powershell").read_text(encoding="utf-8")
    for name, entries in (("Follows", known.follows), ("Options", known.options), ("Words", known.words)):
        assert text.count(f"$global:MosaicfsCompletion['{name}'][") == len(entries)
    for verb, flag in known.values:
        assert f"$global:MosaicfsCompletion['Takes']['{verb} {flag}'] = '" in text


def test_quotes_of_every_kind_are_doubled_for_powershell() -> None:
    given = Table({"": (("it's", "a \u2019quoted\u2018 \u201cword\u201d $(boom)"),)}, {}, {}, {})
    line = next(each for each in script(given).splitlines() if "['Follows']['']" in each)
    assert line.endswith("@('it''s', 'a \u2019\u2019quoted\u2018\u2018 \u201cword\u201d $(boom)')")


# --- names ---------------------------------------------------------------------------------------------------------


def test_a_server_that_does_not_answer_is_waited_for_a_moment_only(mosaicfs: Run, surroundings: dict[str, str]) -> None:
    path = Path(surroundings["XDG_RUNTIME_DIR"], "mosaicfs", "api.sock")
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()
        done = mosaicfs("completion", "--names", "node")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 503 No\r\n\r\n{}", b"HTTP/1.1 200 OK\r\n\r\n[]", b"nonsense"])
def test_an_answer_that_says_nothing_gives_no_names(raw: bytes, fake_api: Callable[..., Any], tmp_path: Path) -> None:
    fake_api(lambda path, query: raw)
    assert list(names(tmp_path / "runtime" / "mosaicfs" / "api.sock", "node")) == []


# --- the table -----------------------------------------------------------------------------------------------------


def test_every_command_and_every_option_is_in_the_table() -> None:
    found = table()
    assert {f"{before} {word}".strip() for before, words in found.follows.items() for word, _ in words} >= set(VERBS)
    assert {"--json", "-h"} <= {flag for flag, _ in found.options[""]}
    assert found.values["", "--config"] == "file"
    assert found.values["nodes list", "--status"].startswith("=online")
    assert found.words["nodes status"] == "node"
    assert (found.words["vfs ls"], found.words["labels add"]) == ("dir", "label")
    assert found.values["search", "--label"] == "label"
    assert ANY not in found.words.values()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed(shell: str, mosaicfs: Run) -> None:
    done = mosaicfs("completion", shell)
    assert done.returncode == 0
    assert f"mosaicfs completion {shell}" in done.stdout


def test_a_shell_has_to_be_named(mosaicfs: Run) -> None:
    assert mosaicfs("completion").returncode == 2
    assert mosaicfs("completion", "tcsh").returncode == 2
