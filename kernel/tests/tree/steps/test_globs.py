"""The dialect of globs: by example, against an obvious matcher, and against patterns that are meant to hurt."""

from __future__ import annotations

from functools import cache
from math import ceil

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kernel.tests.tree.steps.asking import file, matches, step
from mosaicfs.tree.steps import compile_steps, faults


def fits(pattern: str, path: str, flags: str | None = None) -> bool:
    return matches(file(path), step("glob", pattern=pattern, flags=flags))


@pytest.mark.parametrize(
    ("pattern", "those", "not_those"),
    [
        ("a?.md", ["/x/ab.md", "/aé.md"], ["/x/a.md", "/x/abc.md"]),
        ("*.pdf", ["/home/u/a.pdf", "/.pdf"], ["/home/u/a.PDF", "/a.pdf/b"]),
        ("/*.pdf", ["/a.pdf"], ["/home/u/a.pdf"]),
        ("home/*/x", ["/home/u/x", "/home/.u/x"], ["/home/u/v/x", "/y/home/u/x", "/home/x"]),
        ("**/*.md", ["/b.md", "/x/y/b.md"], ["/x/b.mdx"]),
        ("**/archive/**", ["/archive/a", "/x/archive/b/c"], ["/x/archive", "/x/archives/a"]),
        ("a/**/b", ["/a/b", "/a/x/b", "/a/x/y/b"], ["/a/xb", "/x/a/b", "/a/b/c"]),
        ("/a/**", ["/a/b", "/a/b/c"], ["/a", "/ab/c", "/x/a/b"]),
        ("/**", ["/a", "/a/b"], []),
        ("**", ["/a", "/a/b"], []),
        ("**/**", ["/a", "/a/b"], []),
        ("a/**/**", ["/a/b", "/a/b/c"], ["/a"]),
        ("a**b", ["/axxb", "/x/ab"], ["/a/b"]),
        ("x/a**/b", ["/x/axx/b", "/x/a/b"], ["/x/axx/y/b"]),
        ("x/**a", ["/x/bba"], ["/x/y/a"]),
        ("***/b", ["/x/b"], ["/b", "/x/y/b"]),
        ("[0-9]*", ["/x/1.txt"], ["/x/a.txt"]),
        ("[abc]", ["/a"], ["/d", "/ab"]),
        ("[!a]", ["/b", "/é"], ["/a", "/"]),
        ("[^a]", ["/b"], ["/a"]),
        ("[]a]", ["/]", "/a"], ["/b"]),
        ("[!]]", ["/a"], ["/]"]),
        ("[a-]", ["/a", "/-"], ["/b"]),
        ("[z-a]x", [], ["/ax", "/zx", "/x"]),
        ("x[.-0]y", ["/x.y", "/x0y"], ["/x/y"]),
        ("a[!b]c/d", ["/axc/d"], ["/a/c/d"]),
        ("[a/]b", ["/ab"], ["/x/ab", "//b"]),
        ("*.{pdf,md}", ["/a.md", "/a.pdf"], ["/a.txt"]),
        ("{a,b{c,d}}", ["/a", "/bc", "/x/bd"], ["/b", "/ac"]),
        ("{a/b,c}.x", ["/a/b.x", "/z/c.x"], ["/z/a/b.x"]),
        ("{,x}.md", ["/.md", "/x.md"], ["/y.md"]),
        ("**/{node_modules,__pycache__}/**", ["/a/node_modules/b", "/__pycache__/c/d"], ["/a/node_modules"]),
        ("**/.*/**", ["/.git/x", "/a/.b/c/d"], ["/a/.b", "/a/b"]),
        (r"\*", ["/x/*"], ["/x/a"]),
        (r"{\*,b}", ["/*", "/b"], ["/a"]),
        (r"\{a,b\}", ["/{a,b}"], ["/a"]),
        (r"a\?b", ["/a?b"], ["/axb"]),
        ("[*?]x", ["/*x", "/?x"], ["/ax"]),
        (".*", ["/.a"], ["/a"]),
        ("*", ["/.a", "/a"], []),
        ("[abc", ["/[abc"], ["/a"]),
        ("{a,b", ["/{a,b"], ["/a"]),
        ("a}", ["/a}"], ["/a"]),
        ("x\\", ["/x\\"], ["/x"]),
        ("x.y+(z)|$^", ["/x.y+(z)|$^"], ["/xay+(z)|$^"]),
        ("a*b*c", ["/abc", "/axbxc", "/abcbc"], ["/acb", "/ab", "/abcd"]),
        ("ab*ba", ["/abba", "/abxba"], ["/aba"]),
        ("*ab*", ["/ab", "/xaby"], ["/axb"]),
        ("*?*?", ["/ab", "/abc"], ["/a"]),
        ("é", ["/é"], ["/e\u0301"]),
        ("", [], ["/a"]),
        ("a/", [], ["/a", "/a/b"]),
    ],
)
def test_the_dialect(pattern: str, those: list[str], not_those: list[str]) -> None:
    assert [path for path in those if not fits(pattern, path)] == []
    assert [path for path in not_those if fits(pattern, path)] == []


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.PDF", "/a.pdf", True),
        ("*.pdf", "/a.PdF", True),
        ("REPORT*", "/report.txt", True),
        ("[a-c]x", "/BX", True),
        ("[!a]x", "/Ax", False),
        ("É*.md", "/é1.md", True),
        ("*.ß", "/x.ẞ", True),
        ("*.ss", "/x.ß", False),
        ("*.ſ", "/x.S", True),
        ("Σ", "/ς", True),
        ("k", "/\u212a", True),
        ("i", "/İ", False),
        ("e\u0301*", "/é.md", False),
        ("É?.md", "/éX.md", True),
        ("*É*ß*", "/xéyẞz", True),
        ("/HOME/*/X", "/home/u/x", True),
        ("**/ARCHIVE/**", "/x/archive/y", True),
    ],
)
def test_case_is_ignored_by_simple_folding(pattern: str, path: str, expected: bool) -> None:
    assert fits(pattern, path, "i") is expected


# --- against an obvious matcher ----------------------------------------------------------------------------------


def obvious(pattern: str, path: str) -> bool:
    """Of a pattern whose braces are closed, do not nest and hold no set, and whose sets are plain."""
    start, end = pattern.find("{"), pattern.find("}")
    if start >= 0:
        choices = pattern[start + 1 : end].split(",")
        return any(obvious(pattern[:start] + each + pattern[end + 1 :], path) for each in choices)
    if "/" not in pattern:
        return run_fits(pattern, path.rpartition("/")[2])
    return parts_fit(tuple(pattern.removeprefix("/").split("/")), tuple(path[1:].split("/")))


def parts_fit(parts: tuple[str, ...], there: tuple[str, ...]) -> bool:
    match parts:
        case ():
            return not there
        case ("**",):
            return bool(there)
        case ("**", *rest):
            return any(parts_fit(tuple(rest), there[count:]) for count in range(len(there) + 1))
        case (first, *rest):
            return bool(there) and run_fits(first, there[0]) and parts_fit(tuple(rest), there[1:])
    raise AssertionError


@cache
def run_fits(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return run_fits(pattern[1:], text) or (bool(text) and run_fits(pattern, text[1:]))
    if not text:
        return False
    if pattern[0] == "[":
        members, _, rest = pattern[1:].partition("]")
        negated = members.startswith("!")
        return (text[0] in members.removeprefix("!")) != negated and run_fits(rest, text[1:])
    if pattern[0] == "\\":
        return text[0] == pattern[1] and run_fits(pattern[2:], text[1:])
    return pattern[0] in ("?", text[0]) and run_fits(pattern[1:], text[1:])


_token = st.sampled_from(
    ["a", "b", "é", ".", "/", "*", "**", "?", "[ab]", "[!a]", "{a,*b}", "{a/b,/**/,}", r"\*", "/**/"]
)
_patterns = st.lists(_token, min_size=1, max_size=7).map("".join).filter(lambda each: each.count("{") <= 3)
_paths = st.lists(st.text("abé.*", min_size=1, max_size=4), min_size=1, max_size=5).map("/".join).map("/{}".format)


@given(pattern=_patterns, path=_paths)
@example(pattern="**/a/**/b", path="/a/a/b/b")
@example(pattern="*a*{a/b,/**/,}?", path="/aa/b/b")
def test_a_glob_means_what_it_obviously_means(pattern: str, path: str) -> None:
    assert fits(pattern, path) is obvious(pattern, path)


@given(pattern=_patterns, paths=st.lists(_paths, max_size=8))
def test_an_answer_does_not_hang_on_what_was_asked_before(pattern: str, paths: list[str]) -> None:
    assert [fits(pattern, path) for path in paths] == [obvious(pattern, path) for path in paths]


@given(pattern=st.text("ab*?[]{}!^-,\\/é\udc80", max_size=12), path=_paths, flags=st.sampled_from([None, "i"]))
def test_every_text_is_a_pattern(pattern: str, path: str, flags: str | None) -> None:
    fits(pattern, path, flags)


# --- limits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["x" * 1_001, "{a,b}" * 9, "{" * 33 + "a" + "}" * 33])
def test_what_means_too_much_is_refused(pattern: str) -> None:
    ((field, _),) = faults([step("glob", pattern=pattern)], "steps")
    assert field == "steps[0].pattern"
    assert compile_steps([step("glob", pattern=pattern)]).is_empty


def test_256_patterns_are_as_many_as_braces_may_mean() -> None:
    assert faults([step("glob", pattern="{a,b}" * 8 + ".*")], "steps") == []
    assert fits("{a,b}" * 8 + ".*", "/abbababa.txt")
    endings = ",".join(f"e{number}" for number in range(150))
    assert fits(f"*.{{{endings}}}", "/x.e149")
    assert fits(f"?*.{{{endings}}}", "/x.e149")
    assert not fits(f"?*.{{{endings}}}", "/.e149")


def test_patterns_with_more_wildcards_than_a_long_path_allows_are_refused() -> None:
    ((_, trouble),) = faults([step("glob", pattern="*a" + "?" * 900 + "b*")], "steps")
    assert "wildcards" in trouble


HURTING = [
    "*a*a*a*a*b",
    "*a" * 499 + "b",
    "*" * 1_000,
    "*?" * 500,
    "?" * 1_000,
    "[ab]*" * 199,
    "**/" * 333 + "x",
    "**/a/" * 60 + "b",
    "/**/*a*" * 30 + "/b",
    "{a,*a}" * 8 + "b",
    "*a" + "?" * 190 + "*b",
]


@pytest.mark.parametrize("pattern", HURTING)
@pytest.mark.parametrize("path", ["/" + "a" * 4_095, "/a" * 2_048, "/" + "ab" * 2_047 + "c", "/é" * 1_365])
def test_patterns_that_are_meant_to_hurt_are_answered_for_the_longest_path(pattern: str, path: str) -> None:
    assert len(path.encode()) >= ceil(4_096 * 0.99)
    fits(pattern, path)
    fits(pattern, path, "i")
    assert faults([step("glob", pattern=pattern)], "steps") == []
