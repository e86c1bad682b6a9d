"""What is refused before it is saved: every fault has the name of its field and says what would be right."""

from __future__ import annotations

import pytest

from kernel.tests.tree.steps.asking import step
from mosaicfs.model.step import Step
from mosaicfs.tree.steps import compile_steps, faults

PLACE = "mounts[0].steps"

GOOD = [
    step("glob", pattern="*.pdf", flags="i"),
    step("regex", pattern="a.b", flags="smi"),
    step("age", max_days=0),
    step("age", min_days=1, max_days=1),
    step("size", min_bytes=0),
    step("mime", types=["image/*"]),
    step("node", node_ids=["node-nas"]),
    step("label", labels=["work", "ä b"]),
    step("replicated", target_name="offsite"),
    step("access_age", min_days=1, missing="exclude"),
    step("annotation", plugin_name="ocr@office", key="a.b", value=False, regex="x"),
    step("from-the-future", pattern=7),
]


def test_good_steps_and_unknown_ones_have_no_fault() -> None:
    assert faults(GOOD, PLACE) == []
    assert faults([], PLACE) == []


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        (step("glob"), "pattern", "is missing"),
        (step("glob", pattern=["*"]), "pattern", "not a string"),
        (step("glob", pattern="a", flags="x"), "flags", "may hold “i”, not “x”"),
        (step("glob", pattern="{a,b}" * 9), "pattern", "256"),
        (step("glob", pattern="a" * 1_001), "pattern", "1,000"),
        (step("regex", pattern="(?<!a)b"), "pattern", "look-around"),
        (step("regex", pattern=r"(a)\1"), "pattern", "back-references"),
        (step("regex", pattern="a" * 513), "pattern", "512"),
        (step("regex", pattern="(a{500})b{500}"), "pattern", "repeat"),
        (step("regex", pattern="(a{1000}){1000}"), "pattern", "repetition"),
        (step("regex", pattern="x", flags="g"), "flags", "“i”, “m”, “s”"),
        (step("age"), "max_days", "min_days, max_days or both"),
        (step("age", min_days=9, max_days=8), "min_days", "above max_days"),
        (step("age", max_days="9"), "max_days", "whole number"),
        (step("access_age", max_days=1, missing="x"), "missing", "“include”, “exclude”"),
        (step("size", max_bytes=2**53), "max_bytes", "whole number"),
        (step("mime"), "types", "image/png"),
        (step("mime", types=["image/png", 7]), "types", "place 1"),
        (step("node", node_ids=["Node 1"]), "node_ids", "node-laptop"),
        (step("label", labels=["a\u0007b"]), "labels", "control characters"),
        (step("label", labels=["e\u0301"]), "labels", "NFC"),
        (step("label", labels=["x" * 201]), "labels", "200 bytes"),
        (step("replicated", status="current"), "target_name", "is missing"),
        (step("replicated", target_name="t", status="x"), "status", "“stale”"),
        (step("annotation", plugin_name="A B", key="k"), "plugin_name", "exif"),
        (step("annotation", plugin_name="", key="k"), "plugin_name", "exif"),
        (step("annotation", plugin_name="exif"), "key", "is missing"),
        (step("annotation", plugin_name="exif", key="k", regex="("), "regex", "RE2"),
        (step(""), "op", "empty"),
    ],
)
def test_a_fault_names_its_field_and_what_would_be_right(wrong: Step, field: str, said: str) -> None:
    ((place, trouble),) = faults([GOOD[0], GOOD[1], wrong], PLACE)
    assert place == f"{PLACE}[2].{field}"
    assert said in trouble
    if wrong.op:
        assert compile_steps([wrong]).is_empty


def test_all_faults_are_told_at_once() -> None:
    found = faults([step("glob", flags="q"), step("annotation"), step("size", min_bytes=-1, max_bytes="x")], "steps")
    assert [place for place, _ in found] == [
        "steps[0].pattern", "steps[0].flags",
        "steps[1].plugin_name", "steps[1].key",
        "steps[2].min_bytes", "steps[2].max_bytes",
    ]  # fmt: skip


def test_a_hundred_steps_are_as_many_as_there_may_be() -> None:
    assert faults([GOOD[0]] * 100, PLACE) == []
    assert faults([GOOD[0]] * 101, PLACE) == [(PLACE, "has 101 steps; at most 100 are possible")]
