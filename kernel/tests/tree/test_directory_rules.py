"""Directories that may not be written, and how each fault is named."""

from __future__ import annotations

import pytest

from mosaicfs.model.directory import Mount, MountSource, Strategy, VirtualDirectory
from mosaicfs.model.json import Json
from mosaicfs.model.step import Step
from mosaicfs.model.tree import Draft
from mosaicfs.tree.directory_rules import composed, directory_faults, name_faults, path_faults

MADE = "2026-03-14T09:00:00Z"
HOME = MountSource(node_id="node-laptop", export_path="/home/user/documents")


def directory(path: str = "/documents/work", *mounts: Mount, steps: tuple[Step, ...] = ()) -> VirtualDirectory:
    parent, _, name = path.rpartition("/")
    return VirtualDirectory(
        inode=7,
        virtual_path=path,
        name=name,
        parent_path=None if path == "/" else parent or "/",
        created_at=MADE,
        mounts=mounts,
        steps=steps,
    )


def mount(
    source: MountSource = HOME,
    strategy: Strategy = "prefix_replace",
    *,
    prefix: str | None = None,
    steps: tuple[Step, ...] = (),
    mount_id: str = "a3f90b17",
) -> Mount:
    return Mount(mount_id=mount_id, source=source, strategy=strategy, source_prefix=prefix, steps=steps)


def step(op: str, **parameters: Json) -> Step:
    return Step(op=op, unknown=parameters)


def faults_of(made: Mount) -> list[str]:
    return [place for place, _ in directory_faults(directory("/x", made))]


# --- names and paths ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/a",
        "/documents/work",
        "/.hidden",
        "/é",
        "/" + "a" * 255,
        "/" + "é" * 127,
        "/a" * 64,
        ("/" + "a" * 249) * 16,
        "/documents/federation",
        "/documents/.mosaic",
        "/federations",
    ],
)
def test_good_paths(path: str) -> None:
    assert path_faults(path) == []
    assert directory_faults(directory(path)) == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "absolute"),
        ("documents", "absolute"),
        ("/documents/", "ends in"),
        ("//", "ends in"),
        ("/a//b", "empty"),
        ("/a/./b", "another directory"),
        ("/a/..", "another directory"),
        ("/a\nb", "control"),
        ("/a\x00", "control"),
        ("/a/\x7f/b", "control"),
        ("/\udc80", "Unicode"),
        ("/" + "a" * 256, "255 bytes"),
        ("/" + "é" * 128, "255 bytes"),
        ("/e\u0301", "NFC"),
        ("/a" * 65, "at most 64"),
        (("/" + "a" * 249) * 16 + "/", "ends in"),
        (("/" + "a" * 249) * 15 + "/" + "a" * 250, "4,000 bytes"),
        (("/" + "a" * 255) * 16, "4,000 bytes"),
        ("/federation", "reserved"),
        ("/federation/peer/x", "reserved"),
        ("/.mosaic", "reserved"),
        ("/.mosaic/search", "reserved"),
    ],
)
def test_paths_that_are_refused(path: str, said: str) -> None:
    ((place, trouble),) = path_faults(path)
    assert place == "virtual_path"
    assert said in trouble
    assert ("virtual_path", trouble) in directory_faults(directory(path))


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\tb", "\x7f", "x" * 256, "e\u0301", "\ud800"])
def test_names_that_are_refused(name: str) -> None:
    ((place, _),) = name_faults(name, "new_name")
    assert place == "new_name"


def test_names_are_composed_before_they_are_judged() -> None:
    assert composed("/e\u0301") == "/é"
    assert path_faults(composed("/e\u0301")) == []


def test_name_and_parent_are_those_of_the_path() -> None:
    made = directory()
    wrong = VirtualDirectory(
        inode=7, virtual_path=made.virtual_path, name="play", parent_path="/", created_at=MADE, mounts=()
    )
    assert [place for place, _ in directory_faults(wrong)] == ["name", "parent_path"]


# --- mount entries -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "good",
    [
        mount(),
        mount(prefix="/home/user/documents"),
        mount(prefix="/home/user"),
        mount(prefix="/home/user/"),
        mount(prefix="/"),
        mount(MountSource(node_id="*", export_path="/")),
        mount(MountSource(node_id="*", export_path="/"), prefix="/"),
        mount(MountSource(node_id="node-nas", export_path="/data/"), prefix="/data"),
        mount(strategy="flatten"),
        mount(MountSource(federated_import_id="0190aa10"), "mirror_source"),
        mount(MountSource(federated_import_id="0190aa10"), prefix="/"),
        mount(MountSource(label="work"), "flatten"),
        mount(MountSource(search="report ext:pdf"), "flatten"),
        mount(MountSource(search="report", limit=1), "flatten"),
        mount(MountSource(search="report", limit=100_000), "flatten"),
        mount(steps=(step("from-the-future", x=1), step("glob", pattern="*.pdf"))),
    ],
)
def test_good_mount_entries(good: Mount) -> None:
    assert faults_of(good) == []


@pytest.mark.parametrize(
    ("wrong", "places"),
    [
        (mount(MountSource()), ["source"]),
        (mount(MountSource(node_id="n", export_path="/", label="work"), "flatten"), ["source"]),
        (mount(MountSource(label="work", search="x"), "flatten"), ["source"]),
        (mount(MountSource(export_path="/a")), ["source.node_id"]),
        (mount(MountSource(export_path="/a", label="work"), "flatten"), ["source.node_id"]),
        (mount(MountSource(node_id="node-nas")), ["source.export_path"]),
        (mount(MountSource(node_id="Node 1", export_path="/a")), ["source.node_id"]),
        (mount(MountSource(node_id="", export_path="/a")), ["source.node_id"]),
        (mount(MountSource(node_id="n", export_path="a")), ["source.export_path"]),
        (mount(MountSource(node_id="n", export_path="")), ["source.export_path"]),
        (mount(MountSource(node_id="n", export_path="/a/../b")), ["source.export_path"]),
        (mount(MountSource(node_id="n", export_path="/a//b")), ["source.export_path"]),
        (mount(MountSource(node_id="n", export_path="/a\0")), ["source.export_path"]),
        (mount(MountSource(node_id="n", export_path="/a" * 2_049)), ["source.export_path"]),
        (mount(MountSource(federated_import_id="")), ["source.federated_import_id"]),
        (mount(MountSource(label="a\u0001b"), "flatten"), ["source.label"]),
        (mount(MountSource(label=""), "flatten"), ["source.label"]),
        (mount(MountSource(label=" work"), "flatten"), ["source.label"]),
        (mount(MountSource(label="\udc80"), "flatten"), ["source.label"]),
        (mount(MountSource(label="work", limit=5), "flatten"), ["source.limit"]),
        (mount(MountSource(search="x", limit=0), "flatten"), ["source.limit"]),
        (mount(MountSource(search="x", limit=100_001), "flatten"), ["source.limit"]),
        (mount(MountSource(search="size:huge"), "flatten"), ["source.search"]),
        (mount(MountSource(search="nonsense:1"), "flatten"), ["source.search"]),
        (mount(MountSource(search="x" * 5_000), "flatten"), ["source.search"]),
        (mount(MountSource(label="work")), ["strategy"]),
        (mount(MountSource(search="x"), "mirror_source"), ["strategy"]),
        (mount(strategy="mirror_source"), ["strategy"]),
        (mount(prefix="/home/user/doc"), ["source_prefix"]),
        (mount(prefix="/home/user/documents/work"), ["source_prefix"]),
        (mount(prefix="/etc"), ["source_prefix"]),
        (mount(prefix="home"), ["source_prefix"]),
        (mount(MountSource(federated_import_id="0190aa10"), prefix="/a"), ["source_prefix"]),
        (mount(mount_id=""), ["mount_id"]),
        (mount(steps=(step("glob", pattern="{a,b}" * 9),)), ["steps[0].pattern"]),
        (mount(steps=(step("new"), step("regex", pattern=r"(a*)*\1"))), ["steps[1].pattern"]),
        (mount(steps=(step("age", max_days=1), step("age", max_days="x"))), ["steps[1].max_days"]),
        (mount(steps=(step("label", labels=["a\u009f"]),)), ["steps[0].labels"]),
        (mount(steps=(step("glob", pattern="*"),) * 101), ["steps"]),
    ],
)
def test_mount_entries_that_are_refused(wrong: Mount, places: list[str]) -> None:
    assert faults_of(wrong) == [f"mounts[0].{place}" for place in places]


def test_a_hundred_mount_entries_are_as_many_as_there_may_be() -> None:
    mounts = tuple(mount(mount_id=f"m{number}") for number in range(101))
    assert directory_faults(directory("/x", *mounts[:100])) == []
    assert directory_faults(directory("/x", *mounts)) == [("mounts", "has 101 mount entries; at most 100 are possible")]


def test_two_mount_entries_have_two_ids() -> None:
    assert [place for place, _ in directory_faults(directory("/x", mount(), mount()))] == ["mounts[1].mount_id"]


def test_every_fault_is_told() -> None:
    wrong = directory("/federation/x", mount(prefix="/etc", steps=(step("glob"),)), steps=(step("age"),))
    assert [place for place, _ in directory_faults(wrong)] == [
        "virtual_path",
        "steps[0].max_days",
        "mounts[0].source_prefix",
        "mounts[0].steps[0].pattern",
    ]


# --- drafts ------------------------------------------------------------------------------------------------------


def test_a_draft_is_judged_by_what_it_gives() -> None:
    assert directory_faults(Draft()) == []
    assert directory_faults(Draft(enforce_steps_on_children=True)) == []
    wrong = Draft(steps=(step("glob"),), mounts=(mount(MountSource()),))
    assert [place for place, _ in directory_faults(wrong)] == ["steps[0].pattern", "mounts[0].source"]
