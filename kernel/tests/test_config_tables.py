"""Lists of tables in the configuration: what is wrong in one of them is told with the line of that one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.tests.test_config import loaded, refused
from mosaicfs.config_file import line_of
from mosaicfs.errors import ConfigError
from mosaicfs.model.configuration import AccessSettings
from mosaicfs.model.guard_rule import HEADER_BYTES, GuardRule


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mosaicfs.toml"


RULES = """\
[access]
guard_sets = ["indexers"]

[[access.guard]]  # the first
process = ["tumblerd"]
action = "allow"

[[access.guard]]
process = [
  "a", "b",
]
path = "/photos/*"
min_bytes = 100
action = "header"
"""


def test_rules_are_read_in_their_order(file: Path) -> None:
    first, second = GuardRule(("tumblerd",), "allow"), GuardRule(("a", "b"), "header", "/photos/*", 100)
    settings = loaded(file, RULES)
    assert settings.access == AccessSettings((first, second), ("indexers",))
    assert (second.errno, second.header_bytes) == ("EAGAIN", HEADER_BYTES)
    assert settings.place("access.guard") == f"{file}:4"
    assert loaded(file, 'access.guard = [{process = ["x"], action = "refuse"}]').access.guard[0].process == ("x",)


@pytest.mark.parametrize(
    ("added", "line", "told"),
    [
        ('errno = "EIO"', 15, "access.guard.errno must be one of EAGAIN, EACCES, not 'EIO'."),
        ("proces = []", 15, "access.guard.proces is not known; did you mean access.guard.process?"),
        ('[[access.guard]]\naction = "allow"', 15, "access.guard.process is missing; each [[access.guard]] needs one."),
        ('[[access.guard]]\nprocess = []\naction = "allow"', 15, "access.guard.process is missing;"),
        ('[[access.guard]]\nprocess = ["x"]', 15, "access.guard.action is missing;"),
        ('[[access.guard]]\nprocess = "x"\naction = "allow"', 16, "access.guard.process must be a list of texts, not"),
        ("header_bytes = true", 15, "access.guard.header_bytes must be a whole number, not True."),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_its_line(file: Path, added: str, line: int, told: str) -> None:
    said = refused(file, f"{RULES}{added}\n")
    assert said.startswith(f"{file}:{line}: {told}"), said


@pytest.mark.parametrize("text", ["[access]\nguard = 3", "[access]\nguard = ['x']", "[access.guard]\nprocess = ['x']"])
def test_what_is_no_list_of_tables_is_told_how_one_is_written(file: Path, text: str) -> None:
    assert "write [[access.guard]] and its keys below it, once for each." in refused(file, text)


def test_a_set_that_nobody_knows_is_told_with_those_that_there_are(file: Path) -> None:
    assert "access.guard_sets must be a list of these: thumbnailers, indexers, scanners" in refused(
        file, "[access]\nguard_sets = ['thumbnailer']"
    )


def test_a_variable_names_sets_and_no_rules(file: Path) -> None:
    given = {"MOSAICFS_ACCESS_GUARD_SETS": "indexers, scanners", "MOSAICFS_ACCESS_GUARD": "tumblerd"}
    assert loaded(file, "", given).access == AccessSettings(guard_sets=("indexers", "scanners"))
    with pytest.raises(ConfigError, match="MOSAICFS_ACCESS_STORM_ACTION"):
        loaded(file, "", {"MOSAICFS_ACCESS_STORM_ACTION": "panic"})


tables = st.lists(st.sampled_from(["[[a.b]]", "[[a.c]]", "[other]"]), max_size=8)


@given(tables)
def test_each_table_of_a_list_has_its_own_line(headers: list[str]) -> None:
    text = "".join(f"{header}\nkey = 1\n" for header in headers if header != "[other]" or headers.count(header) == 1)
    lines = text.split("\n")
    for name in ("b", "c"):
        places = [number for number, line in enumerate(lines, 1) if line == f"[[a.{name}]]"]
        assert [line_of(text, ("a", name, each)) for each in range(len(places))] == places
        assert [line_of(text, ("a", name, each, "key")) for each in range(len(places))] == [at + 1 for at in places]
        assert line_of(text, ("a", name, len(places))) == 1
