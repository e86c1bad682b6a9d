"""Steps in a row: who decides, what is handed on, what has no effect, and what is told of it."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.tests.tree.steps.asking import DAY, NOW, Known, file, step, verdict
from mosaicfs.model.step import OnMatch, Step
from mosaicfs.model.tree import TraceLine
from mosaicfs.tree.steps import Needs, compile_steps

YES = step("size", min_bytes=0)
NO = step("size", max_bytes=0, min_bytes=0, invert=True)


@pytest.mark.parametrize(
    ("on_match", "final", "outcome"),
    [
        ("continue", True, "through"),
        ("continue", False, "exclude"),
        ("include", True, "include"),
        ("include", False, "through"),
        ("exclude", True, "exclude"),
        ("exclude", False, "through"),
    ],
)
@pytest.mark.parametrize("invert", [None, False, True])
def test_what_follows_from_a_step(on_match: OnMatch, final: bool, outcome: str, invert: bool | None) -> None:
    pattern = "*.pdf" if final != bool(invert) else "*.txt"
    assert verdict(file("/a.pdf"), step("glob", on_match, invert=invert, pattern=pattern)) == (outcome, inf)


def test_an_empty_list_decides_nothing() -> None:
    steps = compile_steps([])
    assert steps.is_empty
    assert steps.verdict(file(), Known()) == ("through", inf)


def test_the_first_step_that_decides_ends_the_list() -> None:
    either = [step("glob", "include", pattern="*.pdf"), step("glob", "include", pattern="*.md"), step("new")]
    assert verdict(file("/a.pdf"), *either).outcome == "include"
    assert verdict(file("/a.md"), *either).outcome == "include"
    assert verdict(file("/a.txt"), *either).outcome == "through"


WORK = [
    step("glob", pattern="**/*.{pdf,docx,md}"),
    step("glob", pattern="**/archive/**", invert=True),
    step("regex", "include", pattern="URGENT"),
    step("age", max_days=90),
]


@pytest.mark.parametrize(
    ("path", "days", "outcome", "decided_by"),
    [
        ("q3/plan.pdf", 10, "through", None),
        ("photo.jpg", 1, "exclude", 0),
        ("archive/URGENT.pdf", 1, "exclude", 1),
        ("URGENT-tax.pdf", 400, "include", 2),
        ("old.pdf", 90.0, "through", None),
        ("old.pdf", 90.1, "exclude", 3),
    ],
)
def test_the_example_of_a_working_directory(path: str, days: float, outcome: str, decided_by: int | None) -> None:
    row = file(f"/home/user/documents/{path}", days=days)
    steps = compile_steps(WORK)
    lines, found = steps.trace(row, Known(), from_path="/documents/work", mount_id="a3f90b17")
    assert found == steps.verdict(row, Known())
    assert found.outcome == outcome
    assert [line.step for line in lines] == list(range(4 if decided_by is None else decided_by + 1))
    assert all(line.outcome == "next" for line in lines[:-1])
    assert lines[-1].outcome == ("next" if decided_by is None else f"{outcome}d")


def test_the_gate_of_the_example_keeps_temporary_files_out() -> None:
    gate = step("glob", "exclude", pattern="*.tmp")
    assert verdict(file("/home/user/documents/q3/plan.tmp", days=10), gate).outcome == "exclude"
    assert verdict(file("/home/user/documents/q3/plan.pdf", days=10), gate).outcome == "through"


# --- what has no effect ------------------------------------------------------------------------------------------

USELESS = [
    step("from-the-future", x=1),
    step("glob"),
    step("glob", pattern=7),
    step("glob", pattern="x" * 1_001),
    step("glob", pattern="{a,b}" * 9),
    step("glob", pattern="a", flags="m"),
    step("regex", pattern="("),
    step("regex", pattern="(?=x)"),
    step("age"),
    step("age", max_days=None),
    step("age", max_days=1.5),
    step("age", max_days=True),
    step("age", min_days=-1),
    step("age", min_days=2, max_days=1),
    step("size", min_bytes="1"),
    step("mime", types=[]),
    step("mime", types=["image"]),
    step("node", node_ids="node-nas"),
    step("node", node_ids=["*"]),
    step("label", labels=[""]),
    step("label", labels=["work", "a\nb"]),
    step("label", labels=["\udc80"]),
    step("replicated"),
    step("replicated", target_name="t", status="lost"),
    step("access_age", max_days=1, missing="maybe"),
    step("annotation", plugin_name="exif"),
    step("annotation", plugin_name="No Name", key="a"),
    step("annotation", plugin_name="exif", key="a", regex="["),
]


def with_fate(useless: Step, on_match: OnMatch, invert: bool | None) -> Step:
    return Step(op=useless.op, on_match=on_match, invert=invert, unknown=useless.unknown)


@given(
    useless=st.sampled_from(USELESS),
    fate=st.tuples(st.sampled_from(["continue", "include", "exclude"]), st.sampled_from([None, False, True])),
    place=st.integers(0, len(WORK)),
    path=st.sampled_from(["/a.pdf", "/archive/a.pdf", "/URGENT.md", "/a.jpg"]),
    days=st.sampled_from([0.0, 91.0]),
)
def test_a_step_that_cannot_be_asked_changes_nothing(
    useless: Step, fate: tuple[OnMatch, bool | None], place: int, path: str, days: float
) -> None:
    row = file(path, days=days)
    steps = compile_steps([*WORK[:place], with_fate(useless, *fate), *WORK[place:]])
    assert steps.verdict(row, Known()) == verdict(row, *WORK)
    assert steps.needs == compile_steps(WORK).needs
    (problem,) = steps.problems
    assert problem.step == place
    assert problem.code == ("unknown_op" if useless.op == "from-the-future" else "invalid_step")


def test_steps_without_effect_are_an_empty_list_with_problems() -> None:
    steps = compile_steps([step("new"), step("glob", pattern="*"), step("age")])
    assert not steps.is_empty
    steps = compile_steps([step("new"), step("age")])
    assert steps.is_empty
    assert [(problem.code, problem.step) for problem in steps.problems] == [("unknown_op", 0), ("invalid_step", 1)]
    assert "max_days is missing" in steps.problems[1].message


# --- traces ------------------------------------------------------------------------------------------------------


def test_a_line_has_the_fields_of_the_step_as_they_are_stored() -> None:
    row = file("/home/user/documents/archive/URGENT.pdf", days=1)
    lines, _ = compile_steps(WORK).trace(row, Known(), from_path="/documents/work", mount_id="a3f90b17")
    assert lines[-1] == TraceLine(
        from_path="/documents/work",
        mount_id="a3f90b17",
        step=1,
        step_fields={"op": "glob", "pattern": "**/archive/**", "invert": True, "on_match": "continue"},
        raw_match=True,
        final_match=False,
        outcome="excluded",
    )
    assert lines[0].step_fields == {"op": "glob", "pattern": "**/*.{pdf,docx,md}", "on_match": "continue"}


def test_what_a_mount_entry_includes_a_gate_lets_through() -> None:
    steps = compile_steps([step("glob", "include", pattern="*.pdf"), step("glob", pattern="*")])
    own, found = steps.trace(file("/a.pdf"), Known(), from_path="/x", mount_id="m")
    gate, same = steps.trace(file("/a.pdf"), Known(), from_path="/", mount_id=None, gate=True)
    assert found == same == ("include", inf)
    assert [line.outcome for line in own] == ["included"]
    assert [line.outcome for line in gate] == ["through"]


def test_a_skipped_step_says_why_and_the_next_one_is_asked() -> None:
    steps = compile_steps([step("new", colour="red"), step("glob", pattern="*.md")])
    (skipped, asked), _ = steps.trace(file("/a.pdf"), Known(), from_path="/x", mount_id="m")
    assert (skipped.outcome, skipped.raw_match, skipped.final_match) == ("skipped", None, None)
    assert skipped.problem == steps.problems[0].message
    assert skipped.step_fields == {"op": "new", "colour": "red", "on_match": "continue"}
    assert asked.outcome == "excluded"


def test_what_a_bound_was_compared_with_is_told() -> None:
    row = file("/a.pdf", days=10.2, size=2_048)
    known = Known(given={"work", "q3"}, accessed=NOW - 3.5 * DAY)
    asked = [step("age", max_days=90), step("size", min_bytes=1), step("label", labels=["work"])]
    asked += [step("access_age", max_days=9), step("glob", pattern="*")]
    lines, _ = compile_steps(asked).trace(row, known, from_path="/x", mount_id="m")
    assert [line.measured for line in lines] == [10.2, 2_048, ["q3", "work"], 3.5, None]


def test_what_was_never_accessed_has_no_days() -> None:
    steps = compile_steps([step("access_age", max_days=9)])
    (line,), _ = steps.trace(file(), Known(), from_path="/x", mount_id="m")
    assert line.raw_match
    assert line.measured is None


# --- needs -------------------------------------------------------------------------------------------------------


def test_needs_are_those_of_all_steps() -> None:
    assert compile_steps([YES, NO]).needs == Needs()
    steps = compile_steps(
        [
            step("age", max_days=1),
            step("label", labels=["a"]),
            step("annotation", plugin_name="exif", key="a"),
            step("annotation", plugin_name="ocr", key="a"),
        ]
    )
    assert steps.needs == Needs(labels=True, annotations=frozenset(["exif", "ocr"]), time=True)
    assert compile_steps([step("replicated", target_name="t")]).needs == Needs(replicas=True)
    assert compile_steps([step("access_age", min_days=1)]).needs == Needs(access=True, time=True)


def test_annotations_are_read_only_when_their_step_is_reached() -> None:
    known = Known(noted={"exif": {"camera": "X100"}})
    steps = [step("glob", pattern="*.jpg"), step("annotation", plugin_name="exif", key="camera")]
    assert verdict(file("/a.pdf"), *steps, known=known).outcome == "exclude"
    assert known.notes_read == 0
    assert verdict(file("/a.jpg"), *steps, known=known).outcome == "through"
    assert known.notes_read == 1
