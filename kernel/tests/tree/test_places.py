"""Strategies, prefixes and cover: which place a path of a source has, and which folder a place looks at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.directory import Mount, MountSource, Strategy
from mosaicfs.model.names import covers
from mosaicfs.tree.places import Window, joined, mapped, source_path, window

STRATEGIES: list[Strategy] = ["prefix_replace", "flatten", "mirror_source"]
EXAMPLE = "/home/u/docs/work/a.pdf"


def mount(export_path: str, strategy: Strategy = "prefix_replace", source_prefix: str | None = None) -> Mount:
    source = MountSource(node_id="node-laptop", export_path=export_path)
    return Mount(mount_id="m", source=source, strategy=strategy, source_prefix=source_prefix)


def gathered(strategy: Strategy, source: MountSource) -> Mount:
    return Mount(mount_id="m", source=source, strategy=strategy)


def deep(folder: str | None, file: str | None) -> Window:
    return Window(folder, None, file, deep=True)


@pytest.mark.parametrize(
    ("entry", "path", "place"),
    [
        (mount("/home/u/docs"), EXAMPLE, ("work", "a.pdf")),
        (mount("/home/u/docs", source_prefix="/home/u/docs"), EXAMPLE, ("work", "a.pdf")),
        (mount("/home/u/docs", source_prefix="/home"), EXAMPLE, ("u", "docs", "work", "a.pdf")),
        (mount("/home/u/docs", source_prefix="/"), EXAMPLE, ("home", "u", "docs", "work", "a.pdf")),
        (mount("/home/u/docs/", source_prefix="/home/u/"), EXAMPLE, ("docs", "work", "a.pdf")),
        (mount("/"), EXAMPLE, ("home", "u", "docs", "work", "a.pdf")),
        (mount("/"), "/a", ("a",)),
        (mount("/home/u/docs", "flatten"), EXAMPLE, ("a.pdf",)),
        (mount("/", "flatten"), EXAMPLE, ("a.pdf",)),
        (mount("/home/u/docs", "mirror_source"), EXAMPLE, ("home", "u", "docs", "work", "a.pdf")),
        (mount(EXAMPLE), EXAMPLE, ("a.pdf",)),
        (mount(EXAMPLE, source_prefix=EXAMPLE + "/"), EXAMPLE, ("a.pdf",)),
        (mount(EXAMPLE, source_prefix="/home/u/docs"), EXAMPLE, ("work", "a.pdf")),
        (mount(EXAMPLE, "flatten"), EXAMPLE, ("a.pdf",)),
        (mount("/home/u/doc"), EXAMPLE, None),
        (mount("/home/u/doc"), "/home/u/docs", None),
        (mount("/home/u/doc", "flatten"), EXAMPLE, None),
        (mount("/home/u/DOCS"), EXAMPLE, None),
        (mount("/caf\u00e9"), "/cafe\u0301/a", None),
        (mount("/home/u/docs", source_prefix="/home/v"), EXAMPLE, None),
        (mount("/home/u/docs", source_prefix="/home/u/do"), EXAMPLE, None),
        (mount("/home/u/docs", source_prefix="/home/u/docs/work"), EXAMPLE, None),
        (mount("home/u/docs"), EXAMPLE, None),
        (gathered("flatten", MountSource(label="work")), EXAMPLE, ("a.pdf",)),
        (gathered("flatten", MountSource(search="ext:pdf")), EXAMPLE, ("a.pdf",)),
        (gathered("prefix_replace", MountSource(label="work")), EXAMPLE, None),
        (gathered("mirror_source", MountSource(federated_import_id="0190")), EXAMPLE, tuple(EXAMPLE[1:].split("/"))),
        (gathered("flatten", MountSource()), EXAMPLE, None),
        (gathered("mirror_source", MountSource()), EXAMPLE, None),
    ],
)
def test_a_path_has_the_place_that_its_strategy_gives(entry: Mount, path: str, place: tuple[str, ...] | None) -> None:
    assert mapped(entry, path) == place


@pytest.mark.parametrize(
    ("entry", "below", "expected"),
    [
        (mount("/a/b"), (), Window("/a/b", None, "/a/b")),
        (mount("/a/b"), ("c", "d"), Window("/a/b/c/d", None, None)),
        (mount("/a/b", source_prefix="/"), (), Window(None, "a", None)),
        (mount("/a/b", source_prefix="/"), ("a",), Window(None, "b", "/a/b")),
        (mount("/a/b", source_prefix="/"), ("a", "b"), Window("/a/b", None, None)),
        (mount("/a/b", source_prefix="/"), ("a", "b", "c"), Window("/a/b/c", None, None)),
        (mount("/a/b", source_prefix="/"), ("a", "bc"), None),
        (mount("/a/b", source_prefix="/"), ("b",), None),
        (mount("/a/b/", source_prefix="/a/"), (), Window(None, "b", "/a/b")),
        (mount("/"), (), Window("/", None, None)),
        (mount("/"), ("a",), Window("/a", None, None)),
        (mount("/a/b", source_prefix="/c"), (), None),
        (mount("/a/b", "mirror_source"), (), Window(None, "a", None)),
        (mount("/a/b", "flatten"), (), deep("/a/b", "/a/b")),
        (mount("/a/b", "flatten"), ("c",), None),
        (mount("/", "flatten"), (), deep("/", None)),
        (gathered("flatten", MountSource(label="x")), (), deep(None, None)),
        (gathered("flatten", MountSource(label="x")), ("a",), None),
        (gathered("prefix_replace", MountSource(search="x")), (), None),
        (gathered("flatten", MountSource()), (), None),
        (gathered("mirror_source", MountSource(federated_import_id="0190")), ("a",), Window("/a", None, None)),
    ],
)
def test_a_place_looks_at_the_folder_that_maps_there(
    entry: Mount, below: tuple[str, ...], expected: Window | None
) -> None:
    assert window(entry, below) == expected


components = st.lists(st.sampled_from(["a", "ab", "b", "é", ".", "\udcff"]), max_size=4).map(tuple)
paths = components.map(lambda parts: joined("/", parts))


@st.composite
def entries(draw: st.DrawFn) -> Mount:
    path, slash = draw(paths), draw(st.sampled_from(["", "/"]))
    strategy = draw(st.sampled_from(STRATEGIES))
    prefix = draw(st.none() | paths | st.integers(0, 4).map(lambda n: joined("/", tuple(path[1:].split("/")[:n]))))
    return mount(path if path == "/" else path + slash, strategy, prefix)


def shown_in(entry: Mount, below: tuple[str, ...], path: str) -> bool:
    """Whether a place shows this file itself, going by its window alone."""
    found = window(entry, below)
    folder = path.rpartition("/")[0] or "/"
    if found is None:
        return False
    if found.deep and found.folder is not None and covers(found.folder, path):
        return True
    return path == found.file or folder == found.folder


@given(entries(), components, components.filter(bool), st.booleans())
def test_windows_and_places_agree(entry: Mount, below: tuple[str, ...], file: tuple[str, ...], under: bool) -> None:
    source = source_path(entry.source)
    path = joined(source if under and source else "/", file)
    place = mapped(entry, path)
    if place is None or place[:-1] != below:
        assert not shown_in(entry, below, path)
    if place is not None:
        assert place[-1] == path.rpartition("/")[2]
        assert shown_in(entry, place[:-1], path)


@given(entries(), components.filter(bool))
def test_the_way_to_a_file_leads_through_windows(entry: Mount, file: tuple[str, ...]) -> None:
    place = mapped(entry, joined("/", file))
    for depth in range(len(place or ())):
        assert place is not None
        found = window(entry, place[:depth])
        assert found is not None
        assert found.lead in (None, place[depth])
