"""What is kept changes no answer: after any history an evaluator that keeps all says what one without memory says."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest

from kernel.tests.tree.world import DAY, LAPTOP, NAS, World, flat, mount, step
from mosaicfs.errors import NotShownError
from mosaicfs.model.directory import Mount, MountSource
from mosaicfs.model.step import Step
from mosaicfs.model.times import instant
from mosaicfs.model.tree import Brief, Listing
from mosaicfs.tree.evaluator import Evaluator

pytestmark = pytest.mark.patient

FOLDERS = ["/", "/a", "/a/b", "/a/b/c", "/a/x", "/d", "/d/e", "/d/e/f/g", "/odd\x01/h", "/" + "l" * 300 + "/m"]
NAMES = ["one.pdf", "two.pdf", "two.txt", "b", "e", "two (node-nas).txt", "n" * 300 + ".pdf", "odd\x02"]
DIRECTORIES = [
    "/",
    "/all",
    "/all/a",
    "/all/a/b/c",
    "/flat",
    "/some",
    "/some/d",
    "/found",
    "/labelled",
    "/lost/deep/down",
]
VIEWS = ["/.mosaic/recent", "/.mosaic/search/two", "/.mosaic/search/size:<9 -one"]
NODES = [LAPTOP, NAS, "node-third"]


class Household:
    """Somebody does things at random."""

    def __init__(self, seed: int, **options: Any) -> None:
        self.random = Random(seed)
        self.world = World(**options)
        for _ in range(30):
            self.add()
        for path in DIRECTORIES[:7]:
            self.direct(path)

    def act(self) -> None:
        acts = [
            self.add,
            self.add,
            self.change,
            self.change,
            self.move,
            self.remove,
            self.label,
            self.rule,
            self.access,
        ]
        self.random.choice([*acts, self.replica, self.annotate, self.direct_one, self.wait, self.undirect])()

    def add(self) -> None:
        path = f"{self.random.choice(FOLDERS).rstrip('/')}/{self.random.choice(NAMES)}"
        mime = self.random.choice([None, "text/plain"])
        self.world.file(path, self.random.choice(NODES), age=self.random.randrange(60) / 4, mime=mime)

    def any_file(self) -> tuple[str, str]:
        if not self.world.files:
            self.add()
        return self.random.choice(sorted(self.world.files))

    def any_id(self) -> str:
        return self.world.files[self.any_file()][0]

    def change(self) -> None:
        node, path = self.any_file()
        self.world.file(path, node, age=self.random.randrange(60) / 4, size=self.random.randrange(20))

    def move(self) -> None:
        node, path = self.any_file()
        to = f"{self.random.choice(FOLDERS).rstrip('/')}/{self.random.choice(NAMES)}"
        if (node, to) not in self.world.files:
            self.world.move(path, to, node)

    def remove(self) -> None:
        node, path = self.any_file()
        self.world.remove(path, node, tombstone=self.random.random() < 0.3)

    def label(self) -> None:
        self.world.label(self.any_id(), *self.random.choice([(), ("red",), ("red", "blue"), ("blue",)]))

    def rule(self) -> None:
        prefix = self.random.choice(["/", "/a/", "/a/b/", "/d/"])
        labels = self.random.choice([(), ("red",), ("blue",)])
        self.world.rule(self.random.randrange(3), prefix, *labels, node=self.random.choice(["*", NAS]))

    def access(self) -> None:
        self.world.access(self.any_id(), age=self.random.randrange(20))

    def replica(self) -> None:
        self.world.replica(self.any_id(), "vault", self.random.choice(["current", "stale"]))

    def annotate(self) -> None:
        self.world.annotate(self.any_id(), "words", {"language": self.random.choice(["en", "de"])})

    def wait(self) -> None:
        self.world.now += self.random.choice([1.0, 3_600.0, DAY / 4, DAY, 3 * DAY])

    def peer(self) -> None:
        self.world.imported(1, "node-third", self.random.choice(["a", "d"]), enabled=self.random.random() < 0.7)

    def direct_one(self) -> None:
        self.direct(self.random.choice(DIRECTORIES))

    def undirect(self) -> None:
        self.world.no_directory(self.random.choice(DIRECTORIES))

    def direct(self, path: str) -> None:
        mounts = tuple(self.mount(number) for number in range(self.random.randrange(4)))
        steps = [self.step()] if self.random.random() < 0.3 else []
        self.world.directory(path, *mounts, steps=steps, enforce=self.random.random() < 0.3)

    def mount(self, number: int) -> Mount:
        choose = self.random.choice
        others: dict[str, Any] = {
            "mount_id": f"m{number}",
            "conflict_policy": choose(["last_write_wins", "suffix_node_id"]),
        }
        steps = [self.step() for _ in range(self.random.randrange(3))]
        folder = choose(["/", "/a", "/a/b", "/d", "/d/e", "/a/one.pdf"])
        kind = self.random.randrange(9)
        if kind == 0:
            return flat(MountSource(label=choose(["red", "blue"])), *steps, **others)
        if kind == 1:
            search = choose(
                [
                    "two",
                    "*.pdf",
                    "one node:node-nas",
                    "size:>5",
                    "type:text -two",
                    "age:<3d",
                    "two age:>12h",
                    "label:red",
                    "seen:<7d",
                    "path:/a/**",
                ]
            )
            return flat(MountSource(search=search, limit=choose([None, 2])), *steps, **others)
        if kind == 2:
            return flat(MountSource(node_id=choose(["*", *NODES]), export_path=folder), *steps, **others)
        if kind == 3:
            source = MountSource(federated_import_id="1")
            return Mount(
                source=source, strategy=choose(["mirror_source", "prefix_replace"]), steps=tuple(steps), **others
            )
        prefix = choose([None, "/", folder])
        others["default_result"] = choose(["include", "include", "include", "exclude"])
        return mount(folder, choose(["*", *NODES]), *steps, source_prefix=prefix, **others)

    def step(self) -> Step:
        choices = [
            step("glob", "include", pattern="**/a/**"),
            step("glob", pattern="*.pdf"),
            step("glob", "exclude", pattern="**/b/**"),
            step("age", max_days=self.random.randrange(12)),
            step("age", "exclude", min_days=self.random.randrange(12)),
            step("label", labels=["red"]),
            step("label", "include", labels=["blue"]),
            step("access_age", max_days=7, missing="exclude"),
            step("access_age", "exclude", max_days=7, missing="exclude"),
            step("replicated", target_name="vault"),
            step("annotation", "include", plugin_name="words", key="language", value="en"),
            step("size", max_bytes=9),
            step("weather", invert=True),
        ]
        return self.random.choice(choices)


def everything(world: World, evaluator: Evaluator) -> dict[str, Listing]:
    """All directories, from the root down."""
    found = {path: plain(evaluator.listing(world.filing, path)) for path in VIEWS}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        found[path] = plain(evaluator.listing(world.filing, path))
        waiting += [f"{path.rstrip('/')}/{each.name}" for each in found[path].entries if each.kind == "directory"]
    return found


def plain(listing: Listing) -> Listing:
    return msgspec.structs.replace(listing, files_examined=0, directories_examined=0)


@pytest.mark.parametrize("seed", range(12))
def test_the_same_is_shown_whatever_is_kept(seed: int) -> None:
    household = Household(seed)
    world, anew = household.world, household.world.fresh(keep=False)
    for turn in range(60):
        for _ in range(household.random.choice([1, 1, 1, 4])):
            household.act()
        expected = everything(world, anew)
        some = household.random.sample(sorted(expected), min(len(expected), 4))
        for path in some if turn % 3 else sorted(expected):
            assert plain(world.evaluator.listing(world.filing, path)) == expected[path], (seed, turn, path)


@pytest.mark.parametrize("seed", range(50, 56))
def test_a_walk_comes_to_every_directory_once_and_sees_what_a_listing_shows(seed: int) -> None:
    household = Household(seed)
    world = household.world
    for turn in range(20):
        household.act()
        expected = everything(world, world.fresh(keep=False))
        left, walked = ["/"], []
        while left:
            listings, left = world.evaluator.walk(world.filing, left, 1 + turn % 7)
            walked += [plain(each) for each in listings if isinstance(each, Listing)]
        views = {path for path in expected if path.startswith("/.mosaic")}
        assert len({each.path for each in walked}) == len(walked)
        assert {each.path: each for each in walked} == {k: v for k, v in expected.items() if k not in views}


@pytest.mark.parametrize("seed", range(60, 66))
def test_a_walk_in_brief_sees_the_same_of_each_file(seed: int) -> None:
    household = Household(seed)
    world, briefs = household.world, 0
    world.directory("/mine", mount("/", LAPTOP))
    for turn in range(20):
        household.act()
        if turn % 2:
            world.directory("/")
        expected = everything(world, world.fresh(keep=False))
        left, walked = ["/"], []
        while left:
            listings, left = world.evaluator.walk(world.filing, left, turn % 7, LAPTOP)
            walked += listings
        shown = {path for path in expected if not path.startswith("/.mosaic")}
        assert sorted(each.path for each in walked) == sorted(shown)
        for each in walked:
            assert seen(each) == seen(expected[each.path]), (seed, turn, each.path)
        briefs += sum(isinstance(each, Brief) for each in walked)
    assert briefs


def seen(listing: Listing | Brief) -> list[tuple[str, str, int, int, int]]:
    """What `stat` shows of each name."""
    entries = listing.entries if isinstance(listing, Listing) else listing.directories
    found = [(each.name, str(each.kind), each.inode, each.size, _ns(each.mtime)) for each in entries]
    if isinstance(listing, Brief):
        files = listing.files
        facts = zip(files.names, files.inodes, files.sizes, files.mtimes_ns, strict=True)
        found += [(name, "file", inode, size, mtime_ns) for name, inode, size, mtime_ns in facts]
    return found


def _ns(mtime: str | None) -> int:
    return instant(mtime) * 1_000 if mtime is not None else 0


@pytest.mark.parametrize("seed", range(100, 104))
def test_little_memory_changes_no_answer(seed: int) -> None:
    household = Household(seed, cache_bytes=30_000)
    world, anew = household.world, household.world.fresh(keep=False)
    for _ in range(25):
        household.act()
        assert everything(world, world.evaluator) == everything(world, anew)


@pytest.mark.parametrize("seed", range(200, 206))
def test_every_name_leads_to_what_the_listing_says_and_other_names_to_nothing(seed: int) -> None:
    household = Household(seed)
    world = household.world
    for _ in range(15):
        household.act()
        listings = everything(world, world.fresh(keep=False))
        looking = world.fresh()
        for path, listing in listings.items():
            for entry in listing.entries:
                assert looking.look_up(world.filing, f"{path.rstrip('/')}/{entry.name}") == entry
            for name in {*NAMES, "a", "d", "nothing"} - {each.name for each in listing.entries}:
                with pytest.raises(NotShownError):
                    looking.look_up(world.filing, f"{path.rstrip('/')}/{name}")


@pytest.mark.parametrize("seed", range(300, 304))
def test_a_file_is_at_the_paths_where_it_is_listed(seed: int) -> None:
    household = Household(seed)
    world = household.world
    for _ in range(10):
        household.act()
        places: dict[str, list[str]] = {}
        for path, listing in everything(world, world.fresh(keep=False)).items():
            for each in listing.entries if path not in VIEWS else ():
                if each.file_id is not None:
                    places.setdefault(each.file_id, []).append(f"{path.rstrip('/')}/{each.name}")
        for file_id, _ in world.files.values():
            assert world.evaluator.paths_of(world.filing, file_id, 1_000) == sorted(places.get(file_id, []))


@pytest.mark.parametrize("seed", range(400, 406))
def test_a_directory_that_is_listed_leads_to_something(seed: int) -> None:
    """All but documents, which may be empty."""
    household = Household(seed)
    listings = everything(household.world, household.world.evaluator)
    for path, listing in listings.items():
        for each in listing.entries:
            if each.kind == "directory" and each.origin == "synthetic":
                assert listings[f"{path.rstrip('/')}/{each.name}"].entries
