"""What a path shows: the union of what mount entries bring, child documents, and what is reserved."""

from __future__ import annotations

import msgspec
import pytest

from kernel.tests.tree.world import DAY, LAPTOP, NAS, World, flat, mount, step
from mosaicfs.errors import NotShownError
from mosaicfs.model.directory import Mount, MountSource
from mosaicfs.model.ids import directory_id
from mosaicfs.tree.inodes import second_inode, synthetic_inode

WORK = "/home/user/documents"


def shown(world: World, path: str) -> list[tuple[str, str, str]]:
    return [(each.name, each.kind, each.origin) for each in world.listing(path).entries]


# --- the example of the page ---------------------------------------------------------------------------------------


def worked_example() -> World:
    world = World()
    world.directory("/")
    world.directory("/documents", steps=[step("glob", "exclude", pattern="*.tmp")], enforce=True)
    entry = mount(
        WORK,
        LAPTOP,
        step("glob", pattern="**/*.{pdf,docx,md}"),
        step("glob", pattern="**/archive/**", invert=True),
        step("regex", "include", pattern="URGENT"),
        step("age", max_days=90),
        source_prefix=WORK,
    )
    world.directory("/documents/work", entry)
    for name, age in [("q3/plan.pdf", 10), ("q3/plan.tmp", 10), ("photo.jpg", 1), ("archive/URGENT.pdf", 1)]:
        world.file(f"{WORK}/{name}", age=age)
    world.file(f"{WORK}/URGENT-tax.pdf", age=400)
    world.file(f"{WORK}/old.pdf", age=90)
    return world


def test_gates_and_steps_decide_as_in_the_example() -> None:
    world = worked_example()
    assert world.names("/documents/work") == ["q3", "URGENT-tax.pdf", "old.pdf"]
    assert world.names("/documents/work/q3") == ["plan.pdf"]
    with pytest.raises(NotShownError):
        world.listing("/documents/work/archive")


def test_a_file_leaves_at_the_moment_when_it_is_too_old_and_nothing_else_is_examined() -> None:
    world = worked_example()
    world.listing("/documents/work")
    world.now += 1
    before = world.evaluator.files_examined
    assert "old.pdf" not in world.names("/documents/work")
    assert world.evaluator.files_examined == before + 1


def test_a_directory_without_a_document_inherits_like_its_nearest_document() -> None:
    world = World()
    world.directory("/", steps=[step("glob", "exclude", pattern="*.tmp")], enforce=True)
    world.directory("/a/b/c", mount("/", LAPTOP, step("glob", "include", pattern="*")))
    world.file("/x.tmp")
    world.file("/y.md")
    assert shown(world, "/") == [("a", "directory", "synthetic")]
    assert shown(world, "/a/b") == [("c", "directory", "document")]
    assert world.names("/a/b/c") == ["y.md"]


def test_steps_of_mount_entries_above_are_gates_too() -> None:
    world = World()
    world.directory("/", mount("/", LAPTOP, step("glob", pattern="*.md")), enforce=True)
    world.directory("/all", mount("/", LAPTOP, default_result="include"))
    world.file("/d/a.md")
    world.file("/d/a.txt")
    assert world.names("/all/d") == ["a.md"]


# --- documents -----------------------------------------------------------------------------------------------------


def test_without_any_document_the_root_is_empty() -> None:
    listing = World().listing("/")
    assert (listing.inode, listing.directory, listing.entries) == (1, None, ())


def test_a_document_decides_alone_and_what_it_shadows_is_counted() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP))
    world.directory("/all/d")
    world.directory("/all/e/f")
    for path in ("/d/one", "/d/deep/two", "/e/f/three", "/e/four"):
        world.file(path)
    assert world.listing("/all").shadowed == 2
    assert world.names("/all/d") == []
    assert shown(world, "/all") == [("d", "directory", "document"), ("e", "directory", "synthetic")]
    assert shown(world, "/all/e") == [("f", "directory", "document"), ("four", "file", "mount")]
    assert world.listing("/all/e").shadowed == 1


def test_shadowed_files_are_counted_anew_when_one_comes() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP))
    world.directory("/all/d")
    assert world.listing("/all").shadowed == 0
    world.file("/d/deep/one")
    assert world.listing("/all").shadowed == 1


def test_of_two_documents_for_one_path_the_one_whose_id_fits_is_shown() -> None:
    world = World()
    noun = world.directory("/a", mount("/one", LAPTOP))
    world.file("/one/right")
    world.file("/two/wrong")
    world.write("dir::0", msgspec.structs.replace(noun, mounts=(mount("/two", LAPTOP),)))
    assert world.names("/a") == ["right"]
    world.no_directory("/a")
    assert world.names("/a") == ["wrong"]


def test_of_two_documents_with_one_inode_the_greater_id_shows_another() -> None:
    world = World()
    world.directory("/a", inode=5_000)
    world.directory("/b", inode=5_000)
    first, second = sorted(["/a", "/b"], key=directory_id)
    assert world.listing(first).inode == 5_000
    assert world.listing(second).inode == second_inode(directory_id(second))
    assert {each.inode for each in world.listing("/").entries} == {5_000, second_inode(directory_id(second))}


def test_a_directory_keeps_its_inode_against_a_file() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP))
    file_id = world.file("/x")
    inode = world.listing("/all").entries[0].inode
    world.directory("/other", inode=inode)
    assert world.listing("/other").inode == inode
    assert [each.inode for each in world.listing("/all").entries] == [second_inode(file_id)]
    assert world.evaluator.look_up(world.filing, "/all/x").inode == second_inode(file_id)
    world.no_directory("/other")
    assert [each.inode for each in world.listing("/all").entries] == [inode]


@pytest.mark.parametrize("path", ["nowhere", "/a/../b", "/a//b"])
def test_what_is_no_path_shows_nothing(path: str) -> None:
    world = World()
    world.directory("/", mount("/", LAPTOP))
    with pytest.raises(NotShownError):
        world.listing(path)


def test_a_document_below_what_is_reserved_is_not_shown() -> None:
    world = World()
    world.directory("/federation/mine", mount("/", LAPTOP))
    world.file("/x")
    assert world.names("/") == []
    with pytest.raises(NotShownError):
        world.listing("/federation/mine")


def test_a_source_cannot_bring_what_is_reserved() -> None:
    world = World()
    world.directory("/", mount("/", LAPTOP))
    world.file("/federation/x")
    world.file("/.mosaic/x")
    world.file("/other/x")
    listing = world.listing("/")
    assert [each.name for each in listing.entries] == ["other"]
    assert [each.code for each in listing.problems] == ["reserved_name", "reserved_name"]
    for path in ("/federation", "/federation/x", "/.mosaic/x"):
        with pytest.raises(NotShownError):
            world.evaluator.look_up(world.filing, path)


# --- sources -------------------------------------------------------------------------------------------------------


def test_the_same_component_of_several_mount_entries_is_one_directory() -> None:
    world = World()
    world.directory("/all", mount("/one", LAPTOP), mount("/two", NAS, mount_id="m2"))
    world.file("/one/d/a")
    world.file("/two/d/b", NAS)
    world.file("/two/d/a", NAS)
    assert world.names("/all") == ["d"]
    assert world.names("/all/d") == ["a", "a (node-nas)", "b"]


def test_a_source_that_is_one_file_shows_it_here() -> None:
    world = World()
    world.file("/home/one.pdf")
    world.file("/home/two.pdf")
    world.directory("/here", mount("/home/one.pdf", LAPTOP))
    world.directory("/deep", mount("/home/one.pdf", LAPTOP, source_prefix="/"))
    world.directory("/flat", flat(MountSource(node_id=LAPTOP, export_path="/home/one.pdf")))
    for path in ("/here", "/flat", "/deep/home"):
        assert world.names(path) == ["one.pdf"]
    world.move("/home/one.pdf", "/home/three.pdf")
    assert (world.names("/here"), world.names("/flat"), world.names("/deep")) == ([], [], [])


def test_a_prefix_above_its_source_leads_on_only_to_what_is_there() -> None:
    world = World()
    world.directory("/all", mount("/home/user", LAPTOP, source_prefix="/"))
    assert world.names("/all") == []
    world.file("/home/other/x")
    assert world.names("/all") == []
    world.file("/home/user/x")
    assert world.names("/all") == ["home"]
    assert world.names("/all/home") == ["user"]


def test_every_node_means_none_of_a_peer() -> None:
    world = World()
    world.directory("/all", mount("/", "*"))
    world.file("/ours", NAS)
    world.imported(1, "0190aa12-peer", "docs")
    world.file("/docs/theirs", "0190aa12-peer")
    assert world.names("/all") == ["ours"]


def test_an_import_is_shown_below_federation_while_it_is_enabled() -> None:
    world = World()
    world.file("/docs/d/theirs", "0190aa12-peer")
    assert world.names("/") == []
    world.imported(1, "0190aa12-peer", "docs")
    world.directory("/mine", Mount(mount_id="m", source=MountSource(federated_import_id="1"), strategy="mirror_source"))
    assert next((each.name, each.inode) for each in world.listing("/").entries) == ("federation", 6)
    assert world.names("/federation/alice/docs/d") == ["theirs"]
    assert world.names("/mine/docs/d") == ["theirs"]
    world.imported(1, "0190aa12-peer", "docs", enabled=False)
    assert world.names("/") == ["mine"]
    assert [each.code for each in world.listing("/mine").problems] == ["disabled_import"]


def test_a_source_of_nobody_shows_nothing_and_what_makes_no_sense_is_told() -> None:
    world = World()
    world.file("/x")
    senseless = mount(mount_id="m2").source.__class__(label="red")
    world.directory(
        "/all",
        mount("/", "node-of-nobody"),
        Mount(mount_id="m2", source=senseless, strategy="prefix_replace"),
        flat(MountSource(search="weather:fine"), mount_id="m3"),
        flat(MountSource(), mount_id="m4"),
    )
    listing = world.listing("/all")
    assert listing.entries == ()
    assert [(each.mount_id, each.code) for each in listing.problems] == [
        ("m2", "invalid_source"),
        ("m3", "invalid_search"),
        ("m4", "invalid_source"),
    ]


def test_a_step_without_effect_is_told_and_hides_nothing() -> None:
    world = World()
    world.file("/x")
    world.directory("/all", mount("/", "*", step("weather", invert=True)), steps=[step("glob")])
    listing = world.listing("/all")
    assert [each.name for each in listing.entries] == ["x"]
    assert [(each.mount_id, each.step, each.code) for each in listing.problems] == [
        (None, 0, "invalid_step"),
        ("m1", 0, "unknown_op"),
    ]


def test_labels_are_followed_into_a_flat_directory() -> None:
    world = World()
    world.directory("/red", flat(MountSource(label="red")))
    one, _ = world.file("/a/one"), world.file("/b/two", NAS)
    assert world.names("/red") == []
    world.label(one, "red")
    assert world.names("/red") == ["one"]
    world.rule(1, "/b/", "red")
    assert world.names("/red") == ["one", "two"]
    world.label(one, "blue")
    assert world.names("/red") == ["two"]
    world.rule(1, "/b/", "red", enabled=False)
    assert world.names("/red") == []


# --- names ---------------------------------------------------------------------------------------------------------


def test_names_that_are_too_long_are_cut_and_lead_on_all_the_same() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP))
    world.file(f"/{'d' * 300}/e/{'f' * 300}.pdf")
    (folder,) = world.listing("/all").entries
    assert len(folder.name) == 255
    assert world.names(f"/all/{folder.name}") == ["e"]
    (file,) = world.listing(f"/all/{folder.name}/e").entries
    assert (len(file.name), file.shown_as) == (255, "shortened")
    assert world.evaluator.look_up(world.filing, f"/all/{folder.name}/e/{file.name}") == file
    for path in (f"/all/{'d' * 300}", f"/all/{folder.name}/e/{'f' * 300}.pdf"):
        with pytest.raises(NotShownError):
            world.evaluator.look_up(world.filing, path)


def test_names_that_cannot_be_shown_are_counted_and_make_no_directory() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP, step("glob", pattern="*")))
    world.directory("/free", mount("/", LAPTOP))
    world.file("/a\x01")
    world.file("/d/b\x01")
    world.file("/e\x01/c")
    for path in ("/all", "/free"):
        assert world.names(path) == []
        assert world.listing(path).invalid_names >= 1
        with pytest.raises(NotShownError):
            world.listing(f"{path}/d")


def test_a_synthetic_directory_has_the_same_inode_everywhere() -> None:
    world = World()
    world.directory("/documents/work", mount("/", LAPTOP))
    world.file("/2025/x")
    assert world.listing("/documents/work/2025").inode == 4966367103370734779 == synthetic_inode("/documents/work/2025")


# --- places of a file ----------------------------------------------------------------------------------------------


def test_a_file_is_told_where_it_is_shown() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP))
    world.directory("/pdf", flat(MountSource(node_id="*", export_path="/"), step("glob", pattern="*.pdf")))
    world.directory("/new", flat(MountSource(node_id="*", export_path="/"), step("age", max_days=3)))
    file_id = world.file("/d/x.pdf", age=2)
    assert world.evaluator.paths_of(world.filing, file_id, 20) == ["/all/d/x.pdf", "/new/x.pdf", "/pdf/x.pdf"]
    world.now += 2 * DAY
    assert world.evaluator.paths_of(world.filing, file_id, 1) == ["/all/d/x.pdf"]
    assert world.evaluator.paths_of(world.filing, "file::unknown", 20) == []


def test_where_a_file_is_shown_is_told_without_a_listing_unless_another_has_its_name() -> None:
    world = World()
    world.directory("/flat", flat(MountSource(node_id="*", export_path="/")))
    alone, first, second = world.file("/d/x.pdf"), world.file("/d/y.pdf"), world.file("/e/y.pdf")
    assert world.evaluator.paths_of(world.filing, alone) == ["/flat/x.pdf"]
    assert world.evaluator.state(world.filing).listings_kept == 0
    shown = {each.file_id: f"/flat/{each.name}" for each in world.listing("/flat").entries}
    for file_id in (alone, first, second):
        assert world.evaluator.paths_of(world.filing, file_id) == [shown[file_id]]


def test_a_draft_shows_what_saving_it_would_show_and_changes_nothing() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP))
    world.file("/d/a.pdf")
    world.file("/d/a.txt")
    now = world.directory("/all", mount("/", LAPTOP))
    draft = msgspec.structs.replace(now, mounts=(mount("/", LAPTOP, step("glob", pattern="*.pdf")),))
    with world.evaluator.asking(world.filing):
        drafted = world.evaluator.drafted(draft).listing(world.filing, "/all/d")
    assert [each.name for each in drafted.entries] == ["a.pdf"]
    assert world.names("/all/d") == ["a.pdf", "a.txt"]


# --- what is kept of it --------------------------------------------------------------------------------------------


def test_a_node_that_comes_is_among_every_node_and_one_that_goes_is_not() -> None:
    world = World()
    world.directory("/all", mount("/", "*"))
    world.file("/d/one")
    assert world.names("/all/d") == ["one"]
    world.file("/d/two", NAS)
    assert world.names("/all/d") == ["one", "two"]
    world.remove("/d/one")
    assert world.names("/all/d") == ["two"]


def test_a_path_that_showed_nothing_shows_what_comes() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP))
    with pytest.raises(NotShownError):
        world.listing("/all/d")
    world.file("/d/e/x")
    assert world.names("/all/d") == ["e"]
    world.remove("/d/e/x", tombstone=True)
    with pytest.raises(NotShownError):
        world.listing("/all/d")
