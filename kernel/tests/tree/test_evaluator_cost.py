"""How much is looked at for an answer: each line of the table of costs, and after each kind of change what must be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kernel.tests.tree.world import DAY, LAPTOP, NAS, World, flat, mount, step
from mosaicfs.errors import NotShownError
from mosaicfs.model.directory import MountSource
from mosaicfs.tree.evaluator import MOST_CHANGES

pytestmark = pytest.mark.patient

FOLDERS, FILES = 20, 10
PDF = step("glob", pattern="*.pdf")


def cost(world: World, act: Callable[[], object]) -> tuple[int, int]:
    """How many files and directories an act made the evaluator look at."""
    evaluator = world.evaluator
    before = evaluator.files_examined, evaluator.directories_examined
    act()
    return evaluator.files_examined - before[0], evaluator.directories_examined - before[1]


def filled(*, ending: str = "pdf") -> World:
    """Folders with sub-folders; in each of both the same number of files."""
    world = World()
    for outer in range(FOLDERS):
        for number in range(FILES):
            world.file(f"/top/f{outer:02}/{number}.{ending}", age=number)
            world.file(f"/top/f{outer:02}/sub/{number}.{ending}", age=number)
    for number in range(FILES):
        world.file(f"/top/{number}.{ending}", age=number)
    return world


def examined(world: World, path: str) -> int:
    return cost(world, lambda: world.listing(path))[0]


# --- the table -----------------------------------------------------------------------------------------------------


def test_a_listing_that_is_kept_costs_nothing() -> None:
    world = filled()
    world.directory("/all", mount("/top", LAPTOP, PDF))
    first, second = world.listing("/all"), world.listing("/all")
    assert (first.files_examined > 0, first.directories_examined > 0) == (True, True)
    assert (second.files_examined, second.directories_examined) == (0, 0)
    assert second.entries == first.entries


def test_without_steps_no_file_is_examined() -> None:
    world = filled()
    world.directory("/all", mount("/top", LAPTOP), steps=[step("weather")])
    assert examined(world, "/all") == 0
    assert examined(world, "/all/f00/sub") == 0


def test_the_first_listing_with_steps_examines_its_files_and_one_of_each_sub_directory() -> None:
    world = filled()
    world.directory("/all", mount("/top", LAPTOP, PDF))
    assert examined(world, "/all") == FILES + FOLDERS


def test_walking_everything_examines_no_file_twice() -> None:
    world = filled()
    world.directory("/all", mount("/top", LAPTOP, PDF))
    walk(world, "/all")
    assert world.evaluator.files_examined == len(world.files)


def test_a_sub_directory_in_which_nothing_passes_costs_all_its_files_once() -> None:
    world = filled()
    for number in range(300):
        world.file(f"/top/barren/deep/{number}.txt")
    world.directory("/all", mount("/top", LAPTOP, PDF))
    assert examined(world, "/all") == FILES + FOLDERS + 300
    world.file("/top/new.pdf")
    assert examined(world, "/all") == 1
    with pytest.raises(NotShownError):
        world.listing("/all/barren")
    assert world.evaluator.files_examined == FILES + FOLDERS + 300 + 1


def test_after_changes_just_those_files_are_examined() -> None:
    world = filled()
    world.directory("/all", mount("/top", LAPTOP, PDF))
    walk(world, "/all")
    for number in range(7):
        world.file(f"/top/f{number:02}/sub/{number}.pdf", size=99)
    assert cost(world, lambda: walk(world, "/all"))[0] == 7


def test_the_search_for_another_file_that_passes_stays_in_its_directory() -> None:
    world = filled(ending="txt")
    world.file("/top/f03/sub/5.pdf")
    world.directory("/all", mount("/top", LAPTOP, PDF))
    assert world.names("/all") == ["f03"]
    left = [f"/top/f03/sub/{number}.txt" for number in range(5, 10)]
    assert world.evaluator.files_examined == len(world.files) - len(left)
    world.remove("/top/f03/sub/5.pdf")
    assert world.names("/all") == []
    assert world.evaluator.files_examined == len(world.files) + 1
    assert world.names("/all") == []
    assert world.evaluator.files_examined == len(world.files) + 1


def test_a_flat_source_costs_all_its_files_and_then_what_changed() -> None:
    world = filled()
    world.directory("/flat", flat(MountSource(node_id=LAPTOP, export_path="/top"), PDF))
    world.directory("/found", flat(MountSource(search="pdf"), PDF))
    files = len(world.files)
    for path in ("/flat", "/found"):
        assert examined(world, path) == files
        world.file("/top/f01/1.pdf", size=99)
        world.file("/top/f01/new.pdf")
        assert examined(world, path) == 2
        assert examined(world, path) == 0
        world.remove("/top/f01/new.pdf")


def test_a_change_outside_every_source_costs_nothing() -> None:
    world = filled()
    world.directory("/all", mount("/top", LAPTOP, PDF))
    world.directory("/flat", flat(MountSource(node_id=LAPTOP, export_path="/top"), PDF))
    walk(world, "/")
    world.file("/elsewhere/x.pdf")
    world.file("/top/x.pdf", NAS)
    assert cost(world, lambda: walk(world, "/")) == (0, 0)


def test_looking_up_one_name_makes_no_listing() -> None:
    world = filled()
    world.directory("/all", mount("/top", LAPTOP, PDF))

    def look_up(name: str) -> object:
        return world.evaluator.look_up(world.filing, f"/all/f00/{name}")

    assert cost(world, lambda: look_up("3.pdf")) == (1, 0)
    assert cost(world, lambda: look_up("3.pdf")) == (0, 0)
    assert cost(world, lambda: look_up("sub")) == (1, 1)
    assert world.evaluator.state(world.filing).listings_kept == 0


def test_what_is_kept_stays_within_its_bounds() -> None:
    world = filled()
    world.directory("/all", mount("/top", LAPTOP, PDF))
    world.evaluator = world.fresh(cache_bytes=100_000)
    walk(world, "/all")
    assert world.evaluator.state(world.filing).kept_bytes <= 100_000


def walk(world: World, path: str) -> None:
    for each in world.listing(path).entries:
        if each.kind == "directory":
            walk(world, f"{path.rstrip('/')}/{each.name}")


# --- many mount entries --------------------------------------------------------------------------------------------


def test_a_walk_asks_only_the_mount_entries_that_lead_on() -> None:
    world = World()
    for number in range(20):
        for folder in range(15):
            world.file(f"/s{number}/d{number}/{folder}/x.pdf")
    world.directory("/all", *(mount(f"/s{number}", LAPTOP, PDF, mount_id=f"m{number}") for number in range(20)))
    _, directories = cost(world, lambda: walk(world, "/all"))
    synthetic = 20 * (1 + 15)
    assert directories <= 20 + 3 * synthetic


def test_a_mount_entry_that_leads_on_later_is_seen_in_a_deep_directory() -> None:
    world = World()
    world.file("/one/a/b/c/x")
    world.file("/two/z")
    world.directory("/all", mount("/one", LAPTOP, PDF, step("glob", "include", pattern="*")), mount("/two", LAPTOP))
    world.directory("/all", mount("/one", LAPTOP), mount("/two", LAPTOP, mount_id="m2"))
    walk(world, "/all")
    world.file("/two/a/b/c/y")
    assert world.names("/all/a/b/c") == ["x", "y"]


# --- each kind of change -------------------------------------------------------------------------------------------


def asking(*steps: str) -> World:
    """Twenty files and a mount entry that asks for more than files."""
    world = World()
    for number in range(20):
        world.file(f"/d{number % 4}/{number}")
    known = {
        "label": step("label", labels=["red"]),
        "access": step("access_age", max_days=5, missing="exclude"),
        "replica": step("replicated", target_name="vault"),
        "annotation": step("annotation", plugin_name="words", key="language"),
    }
    world.directory("/asks", mount("/", LAPTOP, *(known[name] for name in steps)))
    world.directory("/plain", mount("/", LAPTOP, step("glob", pattern="*")))
    walk(world, "/")
    return world


@pytest.mark.parametrize("kind", ["label", "access", "replica", "annotation"])
def test_a_document_about_a_file_concerns_that_file_where_steps_ask_for_it(kind: str) -> None:
    world = asking(kind)
    file_id = world.files[LAPTOP, "/d1/5"][0]
    tell(world, file_id, kind)
    assert cost(world, lambda: walk(world, "/"))[0] == 1
    assert world.names("/asks") == ["d1"]
    assert world.names("/asks/d1") == ["5"]


@pytest.mark.parametrize("kind", ["label", "access", "replica", "annotation"])
def test_a_document_about_a_file_concerns_nobody_who_does_not_ask(kind: str) -> None:
    world = asking(*{"label", "access", "replica", "annotation"} - {kind})
    tell(world, world.files[LAPTOP, "/d1/5"][0], kind)
    assert cost(world, lambda: walk(world, "/")) == (0, 0)


def tell(world: World, file_id: str, kind: str) -> None:
    match kind:
        case "label":
            world.label(file_id, "red")
        case "access":
            world.access(file_id)
        case "replica":
            world.replica(file_id, "vault", "current")
        case "annotation":
            world.annotate(file_id, "words", {"language": "en"})


def test_an_annotation_of_another_plugin_concerns_nobody() -> None:
    world = asking("annotation")
    world.annotate(world.files[LAPTOP, "/d1/5"][0], "colours", {"language": "en"})
    assert cost(world, lambda: walk(world, "/")) == (0, 0)


def test_a_label_rule_concerns_only_who_asks_for_labels() -> None:
    world = asking("label")
    world.rule(1, "/d2/", "red")
    assert world.names("/asks") == ["d2"]
    assert cost(world, lambda: walk(world, "/plain")) == (0, 0)


def test_an_edit_of_one_mount_entry_leaves_the_others_alone() -> None:
    world = filled()
    one, two = mount("/top/f00", LAPTOP, PDF, mount_id="m1"), mount("/top/f01", LAPTOP, PDF, mount_id="m2")
    world.directory("/all", one, two)
    walk(world, "/all")
    world.directory("/all", two, mount("/top/f00", LAPTOP, step("glob", pattern="1*"), mount_id="m1"))
    assert cost(world, lambda: walk(world, "/all"))[0] == 2 * FILES


def test_an_edit_of_a_gate_concerns_those_below_it() -> None:
    world = filled()
    world.directory("/gate", enforce=True)
    world.directory("/gate/below", mount("/top/f00", LAPTOP, PDF))
    world.directory("/beside", mount("/top/f00", LAPTOP, PDF))
    walk(world, "/")
    world.directory("/gate", steps=[step("size", max_bytes=100)], enforce=True)
    assert cost(world, lambda: walk(world, "/beside"))[0] == 0
    assert cost(world, lambda: walk(world, "/gate"))[0] == 2 * FILES


def test_a_verdict_that_rests_on_time_is_looked_at_again_when_it_may_be_another() -> None:
    world = World()
    for number in range(10):
        world.file(f"/d/{number}", age=number)
    world.directory("/new", mount("/", LAPTOP, step("age", max_days=9)))
    assert len(world.names("/new/d")) == 10
    for left in range(9, 6, -1):
        world.now += DAY
        assert cost(world, lambda: world.listing("/new/d"))[0] == 1
        assert len(world.names("/new/d")) == left
    world.now += 30 * DAY
    assert world.names("/new") == []


def test_a_clock_that_was_set_back_begins_anew() -> None:
    world = World()
    world.file("/d/x", age=1)
    world.directory("/new", mount("/", LAPTOP, step("age", max_days=2)))
    world.now += 2 * DAY
    assert world.names("/new") == []
    world.now -= 2 * DAY
    assert world.names("/new") == ["d"]


def test_after_very_many_changes_all_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_CHANGES == 20_000
    monkeypatch.setattr("mosaicfs.tree.evaluator.MOST_CHANGES", 5)
    world = filled()
    world.directory("/all", mount("/top", LAPTOP, PDF))
    world.listing("/all")
    for number in range(6):
        world.file(f"/top/new{number}.pdf")
    assert examined(world, "/all") == FILES + FOLDERS + 6


def test_a_file_that_nobody_read_leaves_no_empty_directory_behind() -> None:
    world = World()
    world.directory("/all", mount("/", LAPTOP))
    world.file("/d/x")
    world.file("/keep/y")
    assert world.names("/all") == ["d", "keep"]
    world.move("/d/x", "/keep/x")
    assert world.names("/all") == ["keep"]
    world.remove("/keep/x", tombstone=True)
    world.remove("/keep/y", tombstone=True)
    assert world.names("/all") == []


def test_an_interrupted_catching_up_is_made_good() -> None:
    world = filled()
    world.directory("/all", mount("/top", LAPTOP, step("label", labels=["red"])))
    world.listing("/all")
    world.label(world.files[LAPTOP, "/top/f01/1.pdf"][0], "red")

    class BusyError(Exception):
        pass

    def busy(_: object) -> None:
        raise BusyError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.filing, "rows_of", busy)
        with pytest.raises(BusyError):
            world.listing("/all")
    assert world.names("/all") == ["f01"]
