"""What may happen to a tree: trees, rules, files and histories for Hypothesis, each act a document and its id.

Names are few and collide; odd, long and deleted ones are among them, and steps and sources that nobody understands.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st

from mosaicfs import wire
from mosaicfs.model.access import Access
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.directory import Mount, MountSource, VirtualDirectory
from mosaicfs.model.federated_import import FederatedImport
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.ids import directory_id
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.model.node import Node
from mosaicfs.model.noun import Noun
from mosaicfs.model.owner import Owner
from mosaicfs.model.replica import Replica
from mosaicfs.model.step import Step
from mosaicfs.model.times import mtime_text, time_text

BEGIN = 1_800_000_000
DAY = 86_400
THEN = "2026-03-14T09:00:00Z"
PEER = "0190aa12-1c00-7a21-8b10-0c1d2e3f4a5b"
NODES = ["n1", "n2", PEER]
LONG = "d" * 260
FOLDERS = ["/", "/a", "/a/b", "/a/b/c", "/ab", "/a/federation", "/federation", f"/{LONG}/e", "/o\x01/p", "/docs/x"]
NAMES = ["a", "b", "r.pdf", "r (n1).pdf", "r.txt", "A", ".mosaic", "o\x01", "f" * 254 + ".md", "e\u0301", "é", ".x.tmp"]
PATHS = ["/", "/d", "/d/a", "/d/a/b", "/d/e/f", "/g", "/a", "/g/r.pdf"]
SOURCES = ["/", "/", "/a", "/a/", "/a/b", "/ab", "/a/r.pdf", "/nowhere", f"/{LONG}"]
LABELS = ["red", "blue"]
UUIDS = [f"018f6a7e-3c2b-7d11-9a54-{high:04x}{low:08x}" for high in range(4) for low in range(3)]
"""Their last eight digits are shared by some."""


class Act(NamedTuple):
    """A document is written, or forgotten where there is none; without an id only time passes."""

    doc_id: str = ""
    noun: Noun | None = None
    seconds: float = 0.0


# --- files -----------------------------------------------------------------------------------------------------------

ages = st.sampled_from([0, 1, 2, 3, 3, 3, 5]) | st.integers(-DAY, 5 * DAY).map(lambda seconds: seconds / DAY)


def mtime(age: float) -> str:
    return mtime_text(round((BEGIN - age * DAY) * 1_000_000) * 1_000)


@st.composite
def files(draw: st.DrawFn) -> Act:
    number = draw(st.integers(0, len(UUIDS) - 1))
    node_id, name = draw(st.sampled_from(NODES)), draw(st.sampled_from(NAMES))
    folder = draw(st.sampled_from(FOLDERS))
    source = FileSource(node_id=node_id, export_path=f"{folder.rstrip('/')}/{name}", export_parent=folder)
    noun = File(
        inode=2_000 + number,
        name=name,
        source=source,
        size=draw(st.integers(0, 4)),
        mtime=mtime(draw(ages)),
        mime_type=draw(st.sampled_from([None, "application/pdf", "text/plain; charset=utf-8"])),
        status=draw(st.sampled_from(["active", "active", "active", "deleted"])),
    )
    return Act(f"file::{UUIDS[number]}", noun)


# --- directories -----------------------------------------------------------------------------------------------------

results = st.sampled_from(["continue", "continue", "include", "exclude"])
low_high = st.tuples(st.none() | st.integers(0, 3), st.none() | st.integers(0, 5))


def told(**parameters: Any) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value is not None}


asked = st.one_of(
    st.builds(
        lambda pattern, flags: told(op="glob", pattern=pattern, flags=flags),
        st.sampled_from(["*.pdf", "**/a/**", "/a/*", "**/b/*", "*.{PDF,txt}", "r*", "[!r]*", "a/**/r.*", "**/.*", "{"]),
        st.sampled_from([None, None, "i", "x"]),
    ),
    st.builds(
        lambda pattern, flags: told(op="regex", pattern=pattern, flags=flags),
        st.sampled_from(["r[.]", "^/a/", "R", "b$", "(", "(?=x)"]),
        st.sampled_from([None, "i", "q"]),
    ),
    low_high.map(lambda days: told(op="age", min_days=days[0], max_days=days[1])),
    low_high.map(lambda sizes: told(op="size", min_bytes=sizes[0], max_bytes=sizes[1])),
    st.sampled_from([["text/*"], ["application/pdf", "image/*"], ["*/*"], [], ["text"]]).map(
        lambda types: told(op="mime", types=types)
    ),
    st.sampled_from([["n1"], ["n2", PEER], [], "n1"]).map(lambda nodes: told(op="node", node_ids=nodes)),
    st.sampled_from([["red"], ["red", "blue"], []]).map(lambda labels: told(op="label", labels=labels)),
    st.sampled_from([None, "current", "stale", "any", "lost"]).map(
        lambda status: told(op="replicated", target_name="vault", status=status)
    ),
    st.builds(
        lambda days, missing: told(op="access_age", min_days=days[0], max_days=days[1], missing=missing),
        low_high,
        st.sampled_from([None, "include", "exclude", "maybe"]),
    ),
    st.builds(
        lambda key, value, regex: told(op="annotation", plugin_name="words", key=key, value=value, regex=regex),
        st.sampled_from([None, "language", "tags", "tags.1", "pages", r"a\.b"]),
        st.sampled_from([None, None, "en", 1, "1", True]),
        st.sampled_from([None, None, "^e", "("]),
    ),
    st.just({"op": "weather", "sun": True}),
)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    body = {**draw(asked), "on_match": draw(results), "invert": draw(st.booleans())}
    return wire.decode_as(Step, "step", wire.canonical(body))


def nobodys(step: Step) -> Step:
    """A step that nobody here knows, as decisive as this one."""
    return msgspec.structs.replace(step, op="weather")


lists = st.lists(steps(), max_size=2).map(tuple)


@st.composite
def mounts(draw: st.DrawFn, number: int) -> Mount:
    source, strategy, prefix = draw(st.one_of(folders(), folders(), folders(), gathered))
    return Mount(
        mount_id=f"{number:08x}",
        source=source,
        strategy=strategy,
        source_prefix=prefix,
        steps=draw(st.just(()) | lists),
        default_result=draw(st.sampled_from(["include", "include", "include", "exclude"])),
        conflict_policy=draw(st.sampled_from(["last_write_wins", "suffix_node_id"])),
    )


@st.composite
def folders(draw: st.DrawFn) -> tuple[MountSource, Any, str | None]:
    path = draw(st.sampled_from(SOURCES))
    source = MountSource(node_id=draw(st.sampled_from(["*", "*", *NODES, "n3"])), export_path=path)
    strategy = draw(st.sampled_from(["prefix_replace", "prefix_replace", "flatten"]))
    prefix = draw(st.sampled_from([None, None, "/", path, path.rpartition("/")[0], "/ab"]))
    return source, strategy, prefix or None


searches = [
    "r",
    "R -txt",
    "*.pdf",
    "ext:pdf",
    "size:>1",
    "size:1..3",
    "node:n2",
    "node:nas",
    "age:<3d",
    "-age:<2d",
    "mime:text/*",
]
gathered = st.one_of(
    st.sampled_from(LABELS).map(lambda label: (MountSource(label=label), "flatten", None)),
    st.builds(
        lambda text, limit: (MountSource(search=text, limit=limit), "flatten", None),
        st.sampled_from(searches),
        st.sampled_from([None, None, 1, 2]),
    ),
    st.sampled_from(["mirror_source", "flatten"]).map(
        lambda strategy: (MountSource(federated_import_id="1"), strategy, None)
    ),
    st.just((MountSource(label="red"), "prefix_replace", None)),
)


@st.composite
def directories(draw: st.DrawFn, paths: st.SearchStrategy[str] | None = None) -> Act:
    path = draw(paths or st.sampled_from(PATHS))
    parent, _, name = path.rpartition("/")
    noun = VirtualDirectory(
        inode=1 if path == "/" else draw(st.sampled_from([5_000 + PATHS.index(path), 5_001])),
        virtual_path=path,
        name=name,
        parent_path=None if path == "/" else parent or "/",
        created_at=THEN,
        steps=draw(st.just(()) | lists),
        enforce_steps_on_children=draw(st.booleans()),
        mounts=tuple(draw(mounts(number)) for number in range(draw(st.sampled_from([0, 1, 1, 2, 3])))),
    )
    return Act(directory_id(path), noun)


# --- documents about files, and others -------------------------------------------------------------------------------

uuids = st.sampled_from(UUIDS)
some_labels = st.sampled_from([("red",), ("blue",), ("blue", "red")])


def assignment(uuid: str, labels: tuple[str, ...]) -> Act:
    noun = LabelAssignment(file_id=f"file::{uuid}", labels=labels, updated_at=THEN, updated_by="MOSAICFS_TEST")
    return Act(f"label_file::{uuid}", noun)


def rule(number: int, node: str, prefix: str, labels: tuple[str, ...], enabled: bool) -> Act:
    noun = LabelRule(node_id=node, path_prefix=prefix, labels=labels, name="rule", enabled=enabled, created_at=THEN)
    return Act(f"label_rule::0190aa10-5f00-7c31-8d00-{number:012x}", noun)


def access(uuid: str, age: float) -> Act:
    at = time_text(round((BEGIN - age * DAY) * 1_000_000))
    owner = Owner(node_id="n1")
    return Act(f"access::{uuid}", Access(file_id=f"file::{uuid}", source=owner, last_access=at, access_count=1))


def replica(uuid: str, target: str, status: Any) -> Act:
    noun = Replica(
        file_id=f"file::{uuid}",
        target_name=target,
        source=Owner(node_id="n1"),
        backend="directory",
        remote_key="key",
        replicated_at=THEN,
        source_mtime=THEN,
        source_size=7,
        status=status,
    )
    return Act(f"replica::{uuid}::{target}", noun)


def note(uuid: str, data: Any, status: Any) -> Act:
    noun = Annotation(
        file_id=f"file::{uuid}",
        plugin_name="words",
        source=Owner(node_id="n1"),
        data=data,
        status=status,
        annotated_at=THEN,
        updated_at=THEN,
    )
    return Act(f"annotation::{uuid}::words", noun)


def imported(export: str, enabled: bool) -> Act:
    noun = FederatedImport(
        peer_instance_id=PEER, export=export, local_path=f"/federation/alice/{export}", enabled=enabled, created_at=THEN
    )
    return Act("federated_import::1", noun)


def node(node_id: str, name: str, status: Any) -> Act:
    noun = Node(
        node_id=node_id,
        friendly_name=name,
        platform="linux",
        version="1",
        status=status,
        last_heartbeat=THEN,
        vfs_capable=False,
        capabilities=(),
        watch_paths=(),
    )
    return Act(f"node::{node_id}", noun)


notes = st.sampled_from([{"language": "en"}, {"language": 1, "tags": ["en", 1.0]}, {"tags": ["x", "en"], "a.b": "e"}])
about = st.one_of(
    st.builds(assignment, uuids, some_labels),
    st.builds(
        lambda number, where, labels, enabled: rule(number, where[0], where[1], labels, enabled),
        st.integers(0, 2),
        st.sampled_from(
            [("*", "/"), ("*", "/a/"), ("*", "/a/b/"), ("n1", "/"), ("n2", "/a/"), (PEER, "/"), ("n1", "/a/b/")]
        ),
        some_labels,
        st.booleans(),
    ),
    st.builds(access, uuids, ages),
    st.builds(
        replica, uuids, st.sampled_from(["vault", "other"]), st.sampled_from(["current", "stale", "pending_deletion"])
    ),
    st.builds(note, uuids, notes, st.sampled_from(["ok", "ok", "failed"])),
    st.builds(imported, st.sampled_from(["docs", "a"]), st.booleans()),
    st.builds(
        node, st.sampled_from(["n1", "n2"]), st.sampled_from(["laptop", "nas"]), st.sampled_from(["online", "offline"])
    ),
)
written = st.one_of(files(), files(), files(), directories(), directories(), about, about)
forgotten = written.map(lambda act: act._replace(noun=None))
waits = st.sampled_from([1e-6, 1.0, 3_600.0, DAY - 1.0, DAY, 2 * DAY]).map(lambda seconds: Act(seconds=seconds))
acts = st.one_of(written, written, written, forgotten, waits)
beginnings = st.tuples(
    st.lists(files(), min_size=2, max_size=12, unique_by=lambda act: act.doc_id),
    st.lists(directories(), min_size=1, max_size=6, unique_by=lambda act: act.doc_id),
    st.lists(about, max_size=4),
).map(lambda parts: [act for part in parts for act in part])
