"""What each op but the patterns and the ages compares."""

from __future__ import annotations

import pytest

from kernel.tests.tree.steps.asking import Known, asking, file, matches, step
from mosaicfs.model.json import Json
from mosaicfs.tree.steps import compile_steps


@pytest.mark.parametrize(
    ("size", "bounds", "fits"),
    [
        (10, {"min_bytes": 10}, True),
        (9, {"min_bytes": 10}, False),
        (10, {"max_bytes": 10}, True),
        (11, {"max_bytes": 10}, False),
        (0, {"min_bytes": 0, "max_bytes": 0}, True),
        (2**53 - 1, {"min_bytes": 2**53 - 1}, True),
    ],
)
def test_sizes_include_their_bounds(size: int, bounds: dict[str, int], fits: bool) -> None:
    assert matches(file(size=size), asking("size", bounds)) is fits


@pytest.mark.parametrize(
    ("mime_type", "types", "fits"),
    [
        ("image/png", ["image/png"], True),
        ("image/png", ["IMAGE/PNG"], True),
        ("image/png", ["image/*"], True),
        ("image/svg+xml", ["*/*+xml"], True),
        ("text/xml", ["*/xml"], True),
        ("application/vnd.ms-excel", ["application/vnd.*"], True),
        ("application/vndx", ["application/vnd.*"], False),
        ("text/plain; charset=utf-8", ["text/plain"], True),
        ("Text/Plain", ["text/plain; charset=ascii"], True),
        ("image/png", ["audio/*", "image/p*g"], True),
        ("image/png", ["audio/*"], False),
        ("image/png", ["i*g/png"], False),
        ("image/a.b", ["image/a?b"], False),
        ("weird", ["*/*"], False),
        ("a/b/c", ["a/*"], False),
        (None, ["*/*"], False),
    ],
)
def test_types_of_files(mime_type: str | None, types: list[str], fits: bool) -> None:
    assert matches(file(mime_type=mime_type), step("mime", types=types)) is fits


def test_nodes_are_compared_as_they_are() -> None:
    row = file(node_id="node-nas")
    assert matches(row, step("node", node_ids=["node-laptop", "node-nas"]))
    assert not matches(row, step("node", node_ids=["node-na", "node-nas2"]))


def test_a_file_has_all_the_labels_in_their_case() -> None:
    known = Known(given=frozenset(["work", "q3"]))
    assert matches(file(), step("label", labels=["work"]), known)
    assert matches(file(), step("label", labels=["q3", "work", "q3"]), known)
    assert not matches(file(), step("label", labels=["work", "q4"]), known)
    assert not matches(file(), step("label", labels=["Work"]), known)
    assert not matches(file(), step("label", labels=["work"]))


@pytest.mark.parametrize(
    ("status", "fits"),
    [(None, True), ("current", True), ("stale", False), ("frozen", False), ("pending_deletion", False), ("any", True)],
)
def test_copies_on_a_target(status: str | None, fits: bool) -> None:
    known = Known(copies=[("other", "stale"), ("offsite", "current")])
    assert matches(file(), step("replicated", target_name="offsite", status=status), known) is fits


def test_without_a_copy_there_no_status_fits() -> None:
    known = Known(copies=[("other", "current")])
    assert not matches(file(), step("replicated", target_name="offsite", status="any"), known)


DATA: dict[str, Json] = {
    "camera": {"maker": "Fuji", "iso": 200, "f": 2.0, "flash": False, "lens": None},
    "tags": ["sea", "sun", 7, None, ["deep"]],
    "a.b": {"c\\d": 1},
    "7": "seven",
    "": "empty",
    "none": [],
    "pages": [{"text": "first"}, {"text": "second"}],
}


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({"key": "camera"}, True),
        ({"key": "camera.maker"}, True),
        ({"key": "camera.flash"}, True),
        ({"key": "camera.lens"}, False),
        ({"key": "camera.missing"}, False),
        ({"key": "camera.maker.deeper"}, False),
        ({"key": "none"}, True),
        ({"key": "none.0"}, False),
        ({"key": "tags.1", "value": "sun"}, True),
        ({"key": "tags.5"}, False),
        ({"key": "tags.x"}, False),
        ({"key": "tags.٣"}, False),
        ({"key": "tags." + "9" * 5_000}, False),
        ({"key": "pages.1.text", "value": "second"}, True),
        ({"key": "7", "value": "seven"}, True),
        ({"key": "", "value": "empty"}, True),
        ({"key": r"a\.b.c\\d", "value": 1}, True),
        ({"key": "a.b"}, False),
        ({"key": "camera.iso", "value": 200.0}, True),
        ({"key": "camera.f", "value": 2}, True),
        ({"key": "camera.iso", "value": "200"}, False),
        ({"key": "camera.flash", "value": False}, True),
        ({"key": "camera.flash", "value": 0}, False),
        ({"key": "camera.iso", "value": True}, False),
        ({"key": "tags", "value": "sea"}, True),
        ({"key": "tags", "value": "se"}, False),
        ({"key": "tags", "value": ["deep"]}, True),
        ({"key": "tags", "value": "deep"}, False),
        ({"key": "tags", "value": ["sea", "sun", 7, None, ["deep"]]}, True),
        ({"key": "pages", "value": {"text": "second"}}, True),
        ({"key": "pages", "value": {"text": "second", "more": 1}}, False),
        ({"key": "tags", "regex": "^s.n$"}, True),
        ({"key": "tags", "regex": "7"}, False),
        ({"key": "camera.iso", "regex": "200"}, False),
        ({"key": "camera.maker", "regex": "uj"}, True),
        ({"key": "tags", "value": "sea", "regex": "ea"}, True),
        ({"key": "tags", "value": "sea", "regex": "sun"}, False),
        ({"key": "tags", "value": 7, "regex": "7"}, False),
    ],
)
def test_annotations(asked: dict[str, Json], fits: bool) -> None:
    known = Known(noted={"exif": DATA})
    assert matches(file(), asking("annotation", {"plugin_name": "exif", **asked}), known) is fits


def test_without_an_annotation_of_that_plugin_nothing_is_found() -> None:
    known = Known(noted={"ocr": DATA})
    assert not matches(file(), step("annotation", plugin_name="exif", key="camera"), known)


@pytest.mark.parametrize(
    ("path", "pattern", "flags", "fits"),
    [
        ("/home/u/URGENT.pdf", "URGENT", None, True),
        ("/home/u/urgent.pdf", "URGENT", None, False),
        ("/home/u/urgent.pdf", "URGENT", "i", True),
        ("/home/u/a.pdf", "^/home/.*[.]pdf$", "", True),
        ("/home/u/a.pdf", "^u", "", False),
        ("/home/u/x\ny.pdf", "x.y", "", False),
        ("/home/u/x\ny.pdf", "x.y", "s", True),
        ("/home/u/x\ny.pdf", "^y", "", False),
        ("/home/u/x\ny.pdf", "^Y", "mi", True),
        ("/home/u/é.pdf", "/.[.]pdf", "", True),
        ("/home/u/ſtrasse", "STRASSE", "i", True),
        ("/a.b", "", "", True),
        ("/a", "a/?$", "ims", True),
    ],
)
def test_expressions_are_found_anywhere_in_the_path(path: str, pattern: str, flags: str | None, fits: bool) -> None:
    assert matches(file(path), step("regex", pattern=pattern, flags=flags)) is fits


@pytest.mark.parametrize("pattern", ["(?=a)", "(?!a)", "(?<=a)b", r"(a)\1", "(", "a" * 513, r"\pL{500}", ".{900}"])
def test_what_the_engine_cannot_answer_in_linear_time_has_no_effect(pattern: str) -> None:
    (problem,) = compile_steps([step("regex", pattern=pattern)]).problems
    assert problem.message.startswith("Step 0 (regex) has no effect: pattern ")


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|aa)+b",
        "(x+x+)+y",
        "(.*a){25}b",
        "a?" * 60 + "a" * 60,
        "|".join(f"word{number}" for number in range(73)),
        r"^\pL+, \pL+[.]pdf$",
        "a" * 512,
        "a.{200}b",
        "(a+)+" * 100 + "b",
    ],
)
def test_patterns_that_drive_others_mad_are_answered_for_the_longest_path(pattern: str) -> None:
    for letters in ("a" * 4_095, "ab" * 2_047, "xy" * 2_047):
        matches(file("/" + letters), step("regex", pattern=pattern))


def test_a_name_that_is_no_unicode_is_asked_like_any_other() -> None:
    row = file("/home/\udc80/a\udcff.pdf")
    assert matches(row, step("regex", pattern="^/home/./a.[.]pdf$"))
    assert matches(row, step("regex", pattern="home"))
    assert matches(row, step("glob", pattern="/home/?/a?.pdf"))
    assert matches(row, step("glob", pattern="[!b]?.PDF", flags="i"))
    assert not matches(row, step("glob", pattern="*.md"))
