"""What a draft would show, and what is told beside: who decided, what each mount entry brings, what has no effect."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from kernel.tests.tree.test_evaluator import WORK, worked_example
from kernel.tests.tree.world import LAPTOP, NAS, World, flat, mount, step
from mosaicfs.errors import InvalidDirectoryError, NotShownError
from mosaicfs.model.directory import Mount, MountSource
from mosaicfs.model.step import Step
from mosaicfs.model.tree import Preview
from mosaicfs.tree.explaining import explain
from mosaicfs.tree.previewing import Previewing, before_draft


def previewing(
    world: World, path: str, *mounts: Mount, steps: Sequence[Step] = (), enforce: bool = False
) -> Previewing:
    before = before_draft(world.evaluator, world.filing, path)
    document = msgspec.structs.replace(
        before, mounts=mounts or before.mounts, steps=tuple(steps), enforce_steps_on_children=enforce
    )
    return Previewing(world.evaluator, document)


def preview(world: World, path: str, *mounts: Mount, steps: Sequence[Step] = (), enforce: bool = False) -> Preview:
    found = previewing(world, path, *mounts, steps=steps, enforce=enforce)
    while not found.go_on(world.filing):
        pass
    return found.preview()


def paths(found: Preview) -> list[str]:
    return [each.relative_path for each in found.items]


def test_all_files_below_are_shown_by_their_paths_with_what_decided() -> None:
    world = worked_example()
    found = preview(world, "/documents/work")
    assert [(each.relative_path, each.decided_by and each.decided_by.step) for each in found.items] == [
        ("URGENT-tax.pdf", 2),
        ("old.pdf", None),
        ("q3/plan.pdf", None),
    ]
    assert (found.total, found.partial) == (3, False)


def test_what_decided_is_the_line_that_explains_it() -> None:
    world = worked_example()
    item = preview(world, "/documents/work").items[0]
    (explained,) = explain(world.evaluator, world.filing, "/documents/work/URGENT-tax.pdf")
    assert item.decided_by == explained.trace[-1]


def test_each_mount_entry_says_what_it_has_and_what_it_lets_through() -> None:
    world = worked_example()
    world.directory("/", enforce=True, steps=[step("glob", "exclude", pattern="photo*")])
    found = preview(
        world,
        "/documents/work",
        mount(WORK, LAPTOP, step("glob", pattern="*.pdf"), mount_id="a"),
        flat(MountSource(node_id="*", export_path=f"{WORK}/q3"), mount_id="b"),
        flat(MountSource(search="plan", limit=1), mount_id="c"),
        mount(f"{WORK}/old.pdf", LAPTOP, mount_id="d"),
        mount(WORK, NAS, mount_id="e"),
        mount(WORK, LAPTOP, default_result="exclude", mount_id="f"),
        Mount(mount_id="g", source=MountSource(federated_import_id="nobody"), strategy="mirror_source"),
    )
    assert [(each.mount_id, each.candidates, each.included) for each in found.per_mount] == [
        ("a", 6, 4),
        ("b", 2, 1),
        ("c", 1, 1),
        ("d", 1, 1),
        ("e", 0, 0),
        ("f", 6, 0),
        ("g", 0, 0),
    ]
    assert [each.code for each in found.problems] == ["unknown_import"]


def test_a_draft_that_hides_all_shows_what_it_looked_at() -> None:
    found = preview(worked_example(), "/documents/work", mount(WORK, LAPTOP, step("glob", pattern="nothing")))
    assert (found.items, found.total) == ((), 0)
    assert found.per_mount[0].candidates == 6


def test_no_file_is_examined_twice() -> None:
    world = worked_example()
    found = preview(
        world,
        "/documents/work",
        mount(WORK, LAPTOP, step("glob", pattern="*.pdf"), mount_id="a"),
        flat(MountSource(node_id="*", export_path="/"), step("glob", pattern="*.pdf"), mount_id="b"),
    )
    assert found.files_examined == 2 * 6


def test_a_directory_that_is_not_there_yet_inherits_from_those_above() -> None:
    world = worked_example()
    found = preview(world, "/documents/new", mount(WORK, LAPTOP))
    assert "q3/plan.tmp" not in paths(found)
    assert "photo.jpg" in paths(found)
    with pytest.raises(NotShownError):
        world.listing("/documents/new")


def test_a_draft_shadows_what_is_shown_at_its_path() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP))
    world.file("/d/x")
    world.file("/e/y")
    assert paths(preview(world, "/all/d", mount("/e", LAPTOP))) == ["y"]


def test_directories_below_a_draft_are_part_of_it_and_obey_its_gates() -> None:
    world = World()
    world.directory("/all")
    world.directory("/all/d", mount("/", LAPTOP, step("weather")))
    world.file("/x.md")
    world.file("/y.tmp")
    no_tmp = [step("glob", "exclude", pattern="*.tmp")]
    assert paths(preview(world, "/all", steps=no_tmp)) == ["d/x.md", "d/y.tmp"]
    found = preview(world, "/all", steps=no_tmp, enforce=True)
    assert (paths(found), found.problems) == (["d/x.md"], ())


def test_what_is_hidden_shadowed_and_not_showable_is_counted_in_the_whole() -> None:
    world = World()
    world.directory("/all")
    world.directory("/all/d/shadow")
    for node, age in ((LAPTOP, 1), (NAS, 2)):
        world.file("/d/x", node, age=age)
    world.file("/d/shadow/z")
    world.file("/d/odd\x01")
    found = preview(world, "/all", mount("/", "*", conflict_policy="last_write_wins"))
    assert (found.hidden_by_conflict, found.shadowed, found.invalid_names) == (1, 1, 1)
    assert paths(found) == ["d/x"]


def test_views_are_no_part_of_the_root() -> None:
    world = World(show_mosaic=True)
    world.directory("/")
    world.file("/x")
    assert paths(preview(world, "/", mount("/", LAPTOP))) == ["x"]


def test_the_parent_of_a_draft_has_to_be_there() -> None:
    world = World()
    with pytest.raises(NotShownError) as caught:
        before_draft(world.evaluator, world.filing, "/a/b")
    assert caught.value.path == "/a"
    assert before_draft(world.evaluator, world.filing, "/a").parent_path == "/"
    assert before_draft(world.evaluator, world.filing, "/").parent_path is None


@pytest.mark.parametrize("path", ["/federation/x", "/.mosaic", "/a\x01", "relative"])
def test_no_draft_is_made_where_no_directory_can_be(path: str) -> None:
    world = World()
    world.imported(1, "peer", "x")
    with pytest.raises(InvalidDirectoryError) as caught:
        before_draft(world.evaluator, world.filing, path)
    assert caught.value.faults[0][0] == "virtual_path"


def test_a_preview_that_is_stopped_is_partial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mosaicfs.tree.previewing._SLICE", 1)
    world = worked_example()
    found = previewing(world, "/documents/work")
    slices = 1
    while not found.go_on(world.filing):
        assert found.preview().partial
        slices += 1
    assert slices > 2
    assert (found.preview().partial, found.preview().total) == (False, 3)


def test_a_large_source_is_counted_in_parts_with_all_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mosaicfs.tree.previewing._SLICE", 7)
    world = World()
    world.directory("/all")
    for number in range(50):
        world.file(f"/d{number % 3}/{number}.{'md' if number % 2 else 'txt'}", LAPTOP if number % 5 else NAS)
    pattern = step("glob", pattern="*.md")
    for entry in (mount("/", "*", pattern), flat(MountSource(node_id="*", export_path="/"), pattern)):
        found = preview(world, "/all", entry)
        assert (found.per_mount[0].candidates, found.per_mount[0].included, found.total) == (50, 25, 25)


def test_a_preview_writes_nothing_and_keeps_nothing() -> None:
    world = worked_example()
    seq, before = world.filing.seq, world.evaluator.state(world.filing)
    preview(world, "/documents/work", mount(WORK, LAPTOP))
    assert world.filing.seq == seq
    after = world.evaluator.state(world.filing)
    assert (after.listings_kept, after.kept_bytes) == (before.listings_kept, before.kept_bytes)
    assert world.names("/documents/work") == ["q3", "URGENT-tax.pdf", "old.pdf"]
