"""Why something is at a path, or why a file is not: each answer of the page, with what it names."""

from __future__ import annotations

import msgspec
import pytest

from kernel.tests.tree.test_evaluator import WORK, worked_example
from kernel.tests.tree.world import BEGIN, LAPTOP, NAS, World, flat, mount, step
from mosaicfs.model.directory import MountSource
from mosaicfs.model.times import time_text
from mosaicfs.model.tree import Explanation, TraceLine, Winner
from mosaicfs.tree.explaining import MOST_PLACES, explain

NOBODY = "file::018f6a7e-3c2b-7d11-9a54-ffffffffffff"


def one(world: World, path: str | None, file_id: str | None = None) -> Explanation:
    (found,) = explain(world.evaluator, world.filing, path, file_id)
    return found


def outcomes(found: Explanation) -> list[tuple[str, str | None, int | None, str]]:
    return [(each.from_path, each.mount_id, each.step, each.outcome) for each in found.trace]


# --- the example of the page ---------------------------------------------------------------------------------------


def test_the_last_line_of_the_example_is_the_step_that_excluded_it() -> None:
    found = one(worked_example(), "/documents/work/archive/URGENT.pdf")
    assert (found.result, found.kind, found.directory) == ("excluded", "file", "/documents/work")
    assert found.trace[-1] == TraceLine(
        from_path="/documents/work",
        mount_id="m1",
        step=1,
        step_fields={"op": "glob", "pattern": "**/archive/**", "invert": True, "on_match": "continue"},
        raw_match=True,
        final_match=False,
        outcome="excluded",
    )


def test_the_trace_of_what_is_shown_has_every_gate_and_step_that_was_asked() -> None:
    world = worked_example()
    found = one(world, "/documents/work/q3/plan.pdf")
    assert (found.result, found.mapped_name, found.shown_as) == ("visible", "plan.pdf", "own_name")
    assert (found.directory, found.mount_id) == ("/documents/work", "m1")
    assert outcomes(found) == [
        ("/documents", None, 0, "next"),
        *(("/documents/work", "m1", number, "next") for number in range(4)),
    ]
    assert found.trace[-1].measured == 10.0


def test_a_gate_above_that_excludes_is_the_only_line() -> None:
    found = one(worked_example(), "/documents/work/q3/plan.tmp")
    assert (found.result, outcomes(found)) == ("excluded", [("/documents", None, 0, "excluded")])


def test_a_step_that_includes_ends_the_trace() -> None:
    found = one(worked_example(), "/documents/work/URGENT-tax.pdf")
    assert outcomes(found)[-1] == ("/documents/work", "m1", 2, "included")


def test_where_the_default_excludes_no_line_does() -> None:
    world = World()
    world.directory("/all", mount("/", "*", step("glob", "include", pattern="*.pdf"), default_result="exclude"))
    world.file("/x")
    found = one(world, "/all/x")
    assert (found.result, outcomes(found)) == ("excluded", [("/all", "m1", 0, "next")])


def test_a_step_that_cannot_be_asked_is_skipped_with_its_problem() -> None:
    world = World()
    world.directory("/all", mount("/", "*", step("weather")))
    world.file("/x")
    (line,) = one(world, "/all/x").trace
    assert (line.outcome, line.problem is not None, line.raw_match) == ("skipped", True, None)


def test_what_a_gate_includes_goes_through_to_the_next() -> None:
    world = World()
    world.directory("/", steps=[step("glob", "include", pattern="*")], enforce=True)
    world.directory("/all", mount("/", "*", step("glob", pattern="*.pdf")))
    world.file("/x")
    assert outcomes(one(world, "/all/x")) == [("/", None, 0, "through"), ("/all", "m1", 0, "excluded")]


# --- directories ---------------------------------------------------------------------------------------------------


def test_a_directory_is_there_because_of_its_document() -> None:
    found = one(worked_example(), "/documents/work/")
    assert (found.result, found.kind, found.origin) == ("visible", "directory", "document")
    assert (found.directory, found.mapped_name, found.trace) == ("/documents/work", "work", ())
    assert one(worked_example(), "/").result == "visible"


def test_a_synthetic_directory_has_the_trace_of_a_file_that_makes_it_appear() -> None:
    world = worked_example()
    before = world.file(f"{WORK}/q3/first.jpg")
    found = one(world, "/documents/work/q3")
    assert (found.result, found.kind, found.origin) == ("visible", "directory", "synthetic")
    assert (found.virtual_path, found.mapped_name) == ("/documents/work/q3", "q3")
    assert found.file_id == world.files[LAPTOP, f"{WORK}/q3/plan.pdf"][0] != before
    assert outcomes(found)[-1] == ("/documents/work", "m1", 3, "next")


def test_a_directory_that_only_leads_to_a_document_names_it() -> None:
    world = World()
    world.directory("/a/b/c")
    found = one(world, "/a/b")
    assert (found.result, found.origin, found.directory, found.trace) == ("visible", "synthetic", "/a/b/c", ())


def test_a_source_folder_that_is_not_shown_is_explained_by_a_file_in_it() -> None:
    world = worked_example()
    found = one(world, "/documents/work/archive")
    assert (found.result, found.kind, found.virtual_path) == ("excluded", "directory", "/documents/work/archive")
    assert found.file_id == world.files[LAPTOP, f"{WORK}/archive/URGENT.pdf"][0]
    assert outcomes(found)[-1] == ("/documents/work", "m1", 1, "excluded")


def test_the_way_to_a_source_that_shows_nothing_is_explained_too() -> None:
    world = World()
    world.directory("/all", mount("/home/user", LAPTOP, step("glob", pattern="*.pdf"), source_prefix="/"))
    world.file("/home/user/x")
    assert (one(world, "/all/home").result, one(world, "/all/home").kind) == ("excluded", "directory")


# --- what hides a file ---------------------------------------------------------------------------------------------


def rivals(policy: str) -> World:
    world = World()
    world.directory(
        "/all",
        mount("/", LAPTOP, conflict_policy=policy, mount_id="mine"),
        mount("/", NAS, conflict_policy=policy, mount_id="its"),
    )
    world.file("/r.pdf", LAPTOP, age=2)
    world.file("/r.pdf", NAS, age=1)
    return world


def test_the_winner_of_a_name_is_named() -> None:
    world = rivals("last_write_wins")
    loser, winner = (world.files[node, "/r.pdf"][0] for node in (LAPTOP, NAS))
    found = one(world, "/all", loser)
    assert (found.result, found.virtual_path, found.mount_id) == ("hidden_by_conflict", "/all/r.pdf", "mine")
    assert found.winner == Winner(file_id=winner, mount_id="its")
    assert one(world, "/all/r.pdf").file_id == winner


def test_a_file_is_visible_at_the_path_it_asked_for_though_under_another_name() -> None:
    world = rivals("suffix_node_id")
    second = world.files[NAS, "/r.pdf"][0]
    found = one(world, "/all/r.pdf", second)
    assert (found.result, found.shown_as, found.mapped_name) == ("visible", "suffixed", "r (node-nas).pdf")
    assert found.virtual_path == "/all/r (node-nas).pdf"


def test_a_file_is_not_in_a_directory_that_took_its_name() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP))
    world.directory("/all/e")
    file_id = world.file("/e")
    assert one(world, "/all/e", file_id).result == "no_source"
    assert one(world, "/all", file_id).mapped_name == "e (node-laptop)"


def test_the_document_that_shadows_a_file_is_named() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP))
    world.directory("/all/d")
    file_id = world.file("/d/deep/x")
    place = "/all/d/deep/x"
    for found in (
        one(world, place),
        one(world, "/all", file_id),
        one(world, place, file_id),
        one(world, None, file_id),
    ):
        assert (found.result, found.shadowed_by, found.directory) == ("shadowed", "/all/d", "/all")
        assert found.virtual_path == place
    assert one(world, "/all/d", file_id).result == "no_source"


@pytest.mark.parametrize("name", ["federation", ".mosaic"])
def test_what_is_reserved_shadows_sources_of_the_root(name: str) -> None:
    world = World()
    world.directory("/", mount("/", LAPTOP))
    file_id = world.file(f"/{name}/x")
    found = one(world, "/", file_id)
    assert (found.result, found.shadowed_by) == ("shadowed", f"/{name}")


def test_the_component_that_no_directory_can_show_is_named() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP))
    file_id = world.file("/a/odd\x01/x")
    for found in (one(world, "/all/a/odd\x01/x"), one(world, "/all", file_id), one(world, "/all/a")):
        assert (found.result, found.component) == ("invalid_name", "odd\x01")


def test_of_a_deleted_file_is_told_since_when() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP))
    file_id = world.file("/x")
    file = world.files[LAPTOP, "/x"][1]
    at = time_text(int(BEGIN * 1_000_000))
    world.write(file_id, msgspec.structs.replace(file, status="deleted", deleted_at=at))
    for path in (None, "/all", "/all/x"):
        found = one(world, path, file_id)
        assert (found.result, found.since, found.virtual_path) == ("deleted", at, path)


@pytest.mark.parametrize("path", [None, "/all"])
def test_of_a_file_that_nobody_knows_nothing_is_told(path: str | None) -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP))
    file_id = world.file("/x")
    world.remove("/x", tombstone=True)
    assert one(world, path, file_id).result == one(world, path, NOBODY).result == "not_found"


# --- imports -------------------------------------------------------------------------------------------------------


def test_an_import_that_is_disabled_is_named() -> None:
    world = World()
    world.imported(1, "peer", "music", enabled=False)
    world.directory("/songs", mount(strategy="mirror_source"))
    document = world.directory(
        "/songs", msgspec.structs.replace(mount(), source=MountSource(federated_import_id="1"), source_prefix="/music")
    )
    file_id = world.file("/music/a/x.mp3", "peer")
    for path in ("/federation/alice/music/a/x.mp3", "/federation/alice", "/songs/a/x.mp3", "/songs/a"):
        assert (one(world, path).result, one(world, path).component) == ("disabled_import", "/music"), path
    found = one(world, "/songs", file_id)
    assert (found.result, found.mount_id) == ("disabled_import", document.mounts[0].mount_id)
    assert {each.directory for each in explain(world.evaluator, world.filing, file_id=file_id)} == {
        "/federation/alice/music",
        "/songs",
    }
    world.imported(1, "peer", "music")
    assert one(world, "/songs", file_id).result == "visible"
    assert one(world, "/federation/alice/music/a/x.mp3").directory == "/federation/alice/music"


# --- no source, nothing there --------------------------------------------------------------------------------------


def test_the_nearest_source_is_named_where_none_covers_the_file() -> None:
    world = World()
    entries = [("/home/user/pictures", NAS), ("/home/user/documents", LAPTOP), ("/home/user/documents", NAS)]
    world.directory("/all", *(mount(at, node, mount_id=f"{at}@{node}") for at, node in entries))
    world.directory("/empty")
    file_id = world.file("/home/user/docs/x", NAS)
    found = one(world, "/all", file_id)
    assert (found.result, found.directory, found.nearest) == ("no_source", "/all", "/home/user/pictures")
    file_id = world.file("/home/user/documents/x", "node-third")
    assert one(world, "/all", file_id).mount_id == f"/home/user/documents@{LAPTOP}"
    found = one(world, "/empty", file_id)
    assert (found.result, found.nearest, found.mount_id) == ("no_source", None, None)
    assert one(world, None, file_id).result == "no_source"


def test_where_nothing_is_the_nearest_directory_above_is_named() -> None:
    world = worked_example()
    for path, nearest in [
        ("/documents/work/q3/nothing/at/all", "/documents/work/q3"),
        ("/nowhere", "/"),
        ("/documents/work/q3/plan.pdf/x", "/documents/work/q3"),
        ("/.mosaic/nothing", "/.mosaic"),
        ("relative", "/"),
        ("/a/../b", "/"),
    ]:
        found = one(world, path)
        assert (found.result, found.virtual_path, found.nearest) == ("not_found", path, nearest)


def test_a_file_and_a_path_that_does_not_exist_are_not_found() -> None:
    world = worked_example()
    found = one(world, "/nowhere", world.files[LAPTOP, f"{WORK}/photo.jpg"][0])
    assert (found.result, found.nearest) == ("not_found", "/")


# --- places --------------------------------------------------------------------------------------------------------


def test_a_file_alone_is_explained_for_each_place() -> None:
    world = rivals("suffix_node_id")
    world.directory("/flat", flat(MountSource(node_id="*", export_path="/")))
    file_id = world.files[LAPTOP, "/r.pdf"][0]
    found = explain(world.evaluator, world.filing, file_id=file_id)
    assert [(each.virtual_path, each.also_at) for each in found] == [
        ("/all/r.pdf", ("/flat/r.pdf",)),
        ("/flat/r.pdf", ("/all/r.pdf",)),
    ]


def test_a_file_that_is_nowhere_is_explained_for_each_directory_that_covers_it() -> None:
    world = worked_example()
    world.directory("/other", mount(WORK, LAPTOP, step("glob", pattern="*.md")))
    found = explain(world.evaluator, world.filing, file_id=world.files[LAPTOP, f"{WORK}/photo.jpg"][0])
    assert [(each.directory, each.result) for each in found] == [
        ("/documents/work", "excluded"),
        ("/other", "excluded"),
    ]


def test_at_most_twenty_other_places_are_listed() -> None:
    world = World()
    for number in range(25):
        world.directory(f"/d{number:02}", mount("/", LAPTOP))
    world.file("/x")
    found = one(world, "/d03/x")
    assert len(found.also_at) == MOST_PLACES
    assert "/d03/x" not in found.also_at
    assert found.also_at == tuple(sorted(found.also_at))


def test_a_file_that_two_mount_entries_bring_is_told_of_the_one_that_shows_it() -> None:
    world = World()
    world.directory(
        "/all",
        mount("/", LAPTOP, step("glob", "exclude", pattern="*.pdf"), mount_id="first"),
        mount("/", LAPTOP, mount_id="second"),
        mount("/", LAPTOP, mount_id="third"),
    )
    file_id = world.file("/x.pdf")
    for found in (one(world, "/all/x.pdf"), one(world, "/all", file_id)):
        assert (found.result, found.mount_id, found.trace) == ("visible", "second", ())


def test_a_file_beyond_the_limit_of_a_search_is_not_covered_and_says_why() -> None:
    world = World()
    world.directory("/found", flat(MountSource(search="x", limit=1), step("glob", "exclude", pattern="*2")))
    world.file("/x1")
    file_id = world.file("/x2")
    for found in (one(world, "/found", file_id), one(world, "/found/x2")):
        assert (found.result, found.nearest, found.mount_id) == ("no_source", "x", "m1")
        assert "limit" in (found.trace[-1].problem or "")


def test_a_file_of_a_flat_directory_is_found_by_its_name() -> None:
    world = World()
    world.directory("/flat", flat(MountSource(node_id="*", export_path="/a"), step("age", max_days=3)))
    world.file("/a/b/old [1].pdf", age=4)
    world.file("/elsewhere/old [1].pdf", age=4)
    found = one(world, "/flat/old [1].pdf")
    assert (found.result, found.trace[-1].measured) == ("excluded", 4.0)
    assert one(world, "/flat/OLD [1].pdf").result == "not_found"


def test_in_a_view_a_file_has_no_trace_but_its_places() -> None:
    world = worked_example()
    found = one(world, "/.mosaic/recent/plan.pdf")
    assert (found.result, found.trace, found.also_at) == ("visible", (), ("/documents/work/q3/plan.pdf",))
    assert one(world, "/.mosaic/search/plan/plan.pdf").result == "visible"
    assert one(world, "/.mosaic/status.json").kind == "file"


def test_explaining_examines_what_it_explains_and_no_more() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP, step("glob", pattern="*.pdf")))
    for number in range(200):
        world.file(f"/other/{number}.pdf")
    world.file("/d/x.pdf")
    before = world.evaluator.files_examined
    one(world, "/all/d/x.pdf")
    assert world.evaluator.files_examined - before <= 2
