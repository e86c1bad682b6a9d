"""Every type, as any version might write it, is read, kept and written again; what is malformed is refused by name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.directory import VirtualDirectory
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.ids import prefix_of
from mosaicfs.model.kinds import NOUNS
from mosaicfs.model.noun import UNKNOWN, Noun
from mosaicfs.model.plugin import SharedPlugin
from mosaicfs.model.times import Time
from mosaicfs.model.unknown import Unknown

TIME_HINT = get_args(Time)[1]
TYPES = [(f"{prefix_of(kind)}a::b", noun) for kind, noun in NOUNS.items()] + [("plugin::a", SharedPlugin)]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e6, 1e6) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
json_objects = st.dictionaries(st.text(max_size=5), json_values, max_size=2)
times = st.sampled_from(["2026-01-15T14:30:00.123456Z", "2026-01-15T14:30:00Z", "2026-01-15t14:30:00.5+01:00"])


def bodies(noun: type[Noun]) -> st.SearchStrategy[dict[str, Any]]:
    """What a document may hold: all that is always written, some of the optional, and members of a newer version."""
    always: dict[str, st.SearchStrategy[Any]] = {}
    sometimes: dict[str, st.SearchStrategy[Any]] = {}
    for field in msgspec.structs.fields(noun):
        if field.encode_name != UNKNOWN:
            (sometimes if field.default is None else always)[field.encode_name] = of_type(field.type)
    newer = st.sampled_from(["newer", UNKNOWN, "x", ""])
    taken = {*always, *sometimes, "type"}
    unknown = st.dictionaries(newer.filter(lambda name: name not in taken), json_values, max_size=2)
    tag = {"type": noun.__struct_config__.tag} if noun.__struct_config__.tag_field else {}
    known = st.fixed_dictionaries(always, optional=sometimes)
    return st.builds(lambda unknown, known: unknown | known | tag, unknown, known)


def of_type(hint: Any) -> st.SearchStrategy[Any]:
    origin, inside = get_origin(hint), get_args(hint)
    if hint in PLAIN:
        return PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, Noun):
        return st.deferred(lambda: bodies(hint))
    if origin is Literal:
        return st.sampled_from(inside)
    if origin is Annotated:
        return times if inside[1] == TIME_HINT else st.integers(0, 2**53 - 1)
    if origin in (Union, UnionType):
        return st.one_of([of_type(each) for each in inside if each is not type(None)])
    if origin is tuple:
        return st.lists(of_type(inside[0]), max_size=2)
    if origin is dict:
        return st.dictionaries(st.text(max_size=5), of_type(inside[1]), max_size=2)
    assert origin is Mapping, hint
    return json_objects


PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=8),
    int: st.integers(-(2**53) + 1, 2**53 - 1),
    bool: st.booleans(),
    Any: json_values,
}


@pytest.mark.parametrize(("doc_id", "noun"), TYPES)
def test_what_is_read_and_written_again_is_unchanged_at_every_depth(doc_id: str, noun: type[Noun]) -> None:
    @given(bodies(noun))
    def holds(content: dict[str, Any]) -> None:
        body = wire.canonical(content)
        read = wire.decode(doc_id, body)
        assert isinstance(read, noun)
        assert wire.encode(read) == body

    holds()


@pytest.mark.parametrize(("doc_id", "noun"), TYPES)
def test_null_is_absent(doc_id: str, noun: type[Noun]) -> None:
    optional = [field.encode_name for field in msgspec.structs.fields(noun) if field.default is None]

    @given(bodies(noun), st.sets(st.sampled_from(optional or ["type"])))
    def holds(content: dict[str, Any], nulls: set[str]) -> None:
        nulls -= {"type"}
        without = {name: value for name, value in content.items() if name not in nulls}
        with_nulls = without | dict.fromkeys(nulls)
        assert wire.decode(doc_id, wire.canonical(with_nulls)) == wire.decode(doc_id, wire.canonical(without))

    holds()


def test_a_document_of_a_newer_type_is_kept_whole() -> None:
    body = wire.canonical({"type": "hologram", "data": {"deep": [1, None, 2.5]}})
    read = wire.decode("hologram::1", body)
    assert isinstance(read, Unknown)
    assert wire.encode(read) == body


def test_a_default_is_written_and_an_absent_field_is_not() -> None:
    directory = VirtualDirectory(
        inode=1, virtual_path="/", name="", created_at="2026-01-15T14:30:00Z", mounts=(), unknown={"newer": 1}
    )
    assert msgspec.json.decode(wire.encode(directory)) == {
        "type": "virtual_directory",
        "inode": 1,
        "virtual_path": "/",
        "name": "",
        "created_at": "2026-01-15T14:30:00Z",
        "steps": [],
        "enforce_steps_on_children": False,
        "mounts": [],
        "newer": 1,
    }


def test_what_we_know_wins_over_an_unknown_member_of_its_name() -> None:
    file = File(
        inode=1000,
        name="a",
        source=FileSource(node_id="n", export_path="/a", export_parent="/"),
        size=1,
        mtime="2026-01-15T14:30:00.000000Z",
        status="active",
        unknown={"size": 7, "type": "node"},
    )
    assert wire.decode("file::1", wire.encode(file)) == msgspec.structs.replace(file, unknown={})


def test_free_content_that_is_no_json_is_refused_when_it_is_written() -> None:
    plugin = SharedPlugin(settings={"ratio": float("nan")})
    with pytest.raises(MalformedDocumentError, match=r"settings\.ratio: is not a number"):
        wire.encode(plugin)


GOOD_FILE: dict[str, Any] = {
    "type": "file",
    "inode": 1000,
    "name": "a",
    "source": {"node_id": "n", "export_path": "/a", "export_parent": "/"},
    "size": 1,
    "mtime": "2026-01-15T14:30:00.000000Z",
    "status": "active",
}
GOOD_DIRECTORY: dict[str, Any] = {
    "type": "virtual_directory",
    "inode": 1,
    "virtual_path": "/a",
    "name": "a",
    "created_at": "2026-01-15T14:30:00Z",
    "mounts": [{"mount_id": "00000000", "source": {}, "strategy": "flatten", "steps": [{"op": "glob"}]}],
}


def changed(content: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """With the value at a dotted place; `...` takes the member away."""
    head, _, rest = place.partition(".")
    if rest:
        if isinstance(content[head], list):
            index, _, rest = rest.partition(".")
            items = list(content[head])
            items[int(index)] = changed(items[int(index)], rest, value)
            return content | {head: items}
        return content | {head: changed(content[head], rest, value)}
    without = {name: each for name, each in content.items() if name != head}
    return without if value is ... else without | {head: value}


@pytest.mark.parametrize(
    ("doc_id", "good", "change", "field", "trouble"),
    [
        ("file::1", GOOD_FILE, ("type", ...), "type", "is missing"),
        ("file::1", GOOD_FILE, ("type", "node"), "type", "invalid value 'node'"),
        ("file::1", GOOD_FILE, ("type", None), "type", "is missing"),
        ("dir::1", GOOD_FILE, ("type", "file"), "type", "invalid value 'file'"),
        ("file::1", GOOD_FILE, ("inode", ...), "inode", "is missing"),
        ("file::1", GOOD_FILE, ("inode", 1.5), "inode", "expected `int`, got `float`"),
        ("file::1", GOOD_FILE, ("size", -1), "size", "expected `int` >= 0"),
        ("file::1", GOOD_FILE, ("size", "1"), "size", "expected `int`, got `str`"),
        ("file::1", GOOD_FILE, ("size", None), "size", "is missing"),
        ("file::1", GOOD_FILE, ("status", "asleep"), "status", "invalid enum value 'asleep'"),
        ("file::1", GOOD_FILE, ("mtime", "yesterday"), "mtime", "is not a time such as 2026-01-15T14:30:00Z"),
        (
            "file::1",
            GOOD_FILE,
            ("mtime", "2026-13-15T14:30:00Z"),
            "mtime",
            "is not a time such as 2026-01-15T14:30:00Z",
        ),
        ("file::1", GOOD_FILE, ("source", []), "source", "expected `object`, got `array`"),
        ("file::1", GOOD_FILE, ("source.node_id", 7), "source.node_id", "expected `str`, got `int`"),
        ("file::1", GOOD_FILE, ("source.node_id", ...), "source.node_id", "is missing"),
        ("file::1", GOOD_FILE | {"newer": 1}, ("source.node_id", 7), "source.node_id", "expected `str`, got `int`"),
        ("dir::1", GOOD_DIRECTORY, ("mounts", {}), "mounts", "expected `array`, got `object`"),
        ("dir::1", GOOD_DIRECTORY, ("mounts.0.strategy", "x"), "mounts[0].strategy", "invalid enum value 'x'"),
        ("dir::1", GOOD_DIRECTORY, ("mounts.0.mount_id", ...), "mounts[0].mount_id", "is missing"),
        ("dir::1", GOOD_DIRECTORY, ("mounts.0.steps.0.op", 1), "mounts[0].steps[0].op", "expected `str`, got `int`"),
        ("dir::1", GOOD_DIRECTORY, ("mounts.0.steps", [1]), "mounts[0].steps[0]", "expected `object`, got `int`"),
    ],
)
def test_what_is_malformed_is_refused_by_name(
    doc_id: str, good: dict[str, Any], change: tuple[str, Any], field: str, trouble: str
) -> None:
    with pytest.raises(MalformedDocumentError) as refused:
        wire.decode(doc_id, wire.canonical(changed(good, *change)))
    assert (refused.value.doc_id, refused.value.field, refused.value.trouble) == (doc_id, field, trouble)


@pytest.mark.parametrize("doc_id", ["file::1", "hologram::1"])
def test_a_body_that_is_no_object_is_refused(doc_id: str) -> None:
    with pytest.raises(MalformedDocumentError, match="expected `object`, got `array`"):
        wire.decode(doc_id, b"[]")


def test_no_decoder_is_left_for_threads_to_make() -> None:
    """Two that make the first one of a type at the same time end the process."""
    program = """
from mosaicfs.model.kinds import NOUNS
from mosaicfs.model.plugin import SharedPlugin
from mosaicfs.wire import nouns
made = nouns._decoder.cache_info().misses
for noun in (*NOUNS.values(), SharedPlugin):
    nouns._decoder(noun)
assert nouns._decoder.cache_info().misses == made
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
