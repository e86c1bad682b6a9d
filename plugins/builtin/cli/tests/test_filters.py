"""Values of filters are refused by the command itself, with nobody there to ask."""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from mosaicfs.model.file_type import FILE_TYPES
from mosaicfs_cli.filters import TYPES

Start = Callable[..., Any]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    ("option", "value", "allowed"),
    [
        ("--type", "picture", "one of image, video, "),
        ("--status", "gone", "one of active, deleted, any"),
        ("--size-min", "10 apples", "bytes, or an amount such as 10K"),
        ("--size-max", "-1", "bytes, or an amount such as 10K"),
        ("--newer", "tuesday", "a date such as 2026-01-15"),
        ("--older", "2026-13-01", "a date such as 2026-01-15"),
        ("--node", "", "not empty"),
        ("--label", "", "not empty"),
        ("--sort", "colour", "relevance, name, mtime, size, path, indexed_at, or one with - before"),
        ("--sort", "-relevance", "relevance, name, mtime, "),
        ("--facets", "node,colour", "some of node, type, mime, ext, year, size"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_with_what_is_allowed(
    option: str, value: str, allowed: str, mosaicfs: Run
) -> None:
    done = mosaicfs("search", "x", f"{option}={value}")
    named = value.rpartition(",")[2]
    assert done.stderr.startswith(f"{option} {named!r} cannot be used: it must be {allowed}")
    assert done.stderr.endswith(" See: mosaicfs help search\n")
    assert (done.stdout, done.returncode) == ("", 2)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["files", "list", "--limit", "many"],
            "Argument --limit: 'many' is not a number of files; it must be 1 or more",
        ),
        (["files", "search", "x", "--timeout", "soon"], "Argument --timeout: 'soon' is not a number of seconds"),
        (["files", "list", "--sort", "relevance"], "--sort 'relevance' cannot be used: it must be name, mtime, "),
        (["nodes", "list", "--status", "asleep"], "Argument --status: invalid choice: 'asleep'"),
    ],
)
def test_so_it_is_for_the_other_lists(words: list[str], says: str, mosaicfs: Run) -> None:
    done = mosaicfs(*words)
    assert done.stderr.startswith(says)
    assert (done.stdout, done.returncode) == ("", 2)


@pytest.mark.parametrize(
    ("words", "variable", "value"),
    [
        (["search", "x"], "MOSAICFS_SEARCH_TYPE", "image,picture"),
        (["files", "list"], "MOSAICFS_FILES_LIST_NEWER", "tuesday"),
        (["nodes", "list"], "MOSAICFS_NODES_LIST_STATUS", "asleep"),
        (["search", "x"], "MOSAICFS_TIMEOUT", "soon"),
        (["paths"], "MOSAICFS_COLOR", "pink"),
    ],
)
def test_a_variable_is_looked_at_like_its_option(words: list[str], variable: str, value: str, mosaicfs: Run) -> None:
    done = mosaicfs(*words, **{variable: value})
    assert value.rpartition(",")[2] in done.stderr
    assert (done.stdout, done.returncode) == ("", 2)


@pytest.mark.parametrize("sort", [["--sort", "-size"], ["--sort=-size"]])
def test_descending_needs_no_equals_sign(sort: list[str], fake_api: Start, mosaicfs: Run) -> None:
    duty = fake_api(lambda path, _: {"items": [], "total": 0})
    assert mosaicfs("files", "list", *sort, "--limit", "3").returncode == 0
    assert duty.asked[0] == ("/api/files", [("sort", "-size"), ("limit", "3")])


def test_what_stands_behind_two_dashes_is_no_option(fake_api: Start, mosaicfs: Run) -> None:
    duty = fake_api(lambda path, _: {"items": [], "total": 0})
    assert mosaicfs("search", "--limit", "3", "--", "report", "-draft", "--json").returncode == 0
    assert duty.asked[0] == ("/api/search", [("q", "report -draft --json"), ("limit", "3")])
    assert mosaicfs("version", "--", "-x").stderr == "Unrecognized arguments: -x. See: mosaicfs help version\n"


def test_the_types_are_those_of_the_index() -> None:
    assert TYPES == FILE_TYPES
