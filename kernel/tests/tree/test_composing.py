"""One directory, settled by example: who keeps a name, what is set aside and why, what is shown of each entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kernel.tests.tree.rooms import EARLIER, LATER, LONG, directory, file, mounts
from mosaicfs.model.directory import Mount
from mosaicfs.model.ids import directory_id
from mosaicfs.model.tree import Shown
from mosaicfs.tree.composing import Candidate, Composed, Hidden, compose, named
from mosaicfs.tree.inodes import second_inode, synthetic_inode
from mosaicfs.tree.names import shown_folder

WINS = mounts("last_write_wins", "last_write_wins")
SUFFIXES = mounts("suffix_node_id", "suffix_node_id")
MIXED = mounts("last_write_wins", "suffix_node_id", "last_write_wins")


def shown(composed: Composed) -> dict[str, str | None]:
    """Names with the last digit of the file that has them; directories with None."""
    return {entry.name: entry.file_id and entry.file_id[-1] for entry in composed.entries}


def of(files: Iterable[Candidate], entries: Sequence[Mount], folders: Iterable[str] = ()) -> Composed:
    return compose("/d", entries, files, folders, ())


def test_a_file_is_shown_with_its_own_facts() -> None:
    (entry,) = of([file("a.txt", mount=1)], WINS).entries
    assert entry == Shown(
        name="a.txt",
        kind="file",
        inode=1001,
        origin="mount",
        size=7,
        mtime=EARLIER,
        mime_type="text/plain",
        file_id="file::018f6a7e-3c2b-7d11-9a54-000000000001",
        node_id="node-nas",
        export_path="/a/a.txt",
        mount_id="m1",
        shown_as="own_name",
    )


def test_a_name_that_others_want_is_kept_by_the_earliest_mount_then_node_then_path() -> None:
    files = [
        file("r.pdf", 1, node="node-z", folder="/z", mount=0),
        file("r.pdf", 2, node="node-a", folder="/b", mount=1),
        file("r.pdf", 3, node="node-a", folder="/a", mount=1),
    ]
    assert shown(of(files, SUFFIXES)) == {
        "r.pdf": "1",
        "r (node-a).pdf": "3",
        "r (node-a, 00000002).pdf": "2",
    }
    assert shown(of(files[1:], SUFFIXES)) == {"r.pdf": "3", "r (node-a).pdf": "2"}


def test_a_suffix_that_is_taken_makes_way_for_a_longer_one() -> None:
    uuid = "018f6a7e-3c2b-7d11-9a54-000000000002"
    own = ["r (node-nas).pdf", "r (node-nas, 00000002).pdf", f"r (node-nas, {uuid}).pdf"]
    taken = [file(name, 5 + number) for number, name in enumerate(own)]
    wanted = [file("r.pdf", 1, folder="/a"), file("r.pdf", 2, folder="/b")]
    for levels, expected in enumerate([*own, f"r (node-nas, {uuid}, 2).pdf"]):
        assert shown(of([*wanted, *taken[:levels]], SUFFIXES))[expected] == "2"


def test_own_names_are_given_out_before_suffixed_ones() -> None:
    files = [file("r", 1, mount=0), file("r", 2, folder="/b", mount=0), file("r (node-nas)", 3, mount=1)]
    assert shown(of(files, SUFFIXES)) == {"r": "1", "r (node-nas)": "3", "r (node-nas, 00000002)": "2"}
    assert shown(of(files[:2], SUFFIXES, ["r (node-nas)"]))["r (node-nas, 00000002)"] == "2"


def test_stems_that_are_cut_alike_take_their_suffixes_in_the_order_of_claims() -> None:
    names = [f"{'a' * 250}{number}" for number in range(4)]
    files = [file(name, number, mount=number // 2, folder=f"/{9 - number}") for number, name in enumerate(names)]
    composed = of(files, SUFFIXES, names)
    assert {entry.name: entry.file_id[-1] for entry in composed.entries if entry.file_id} == {
        "a" * 244 + " (node-nas)": "1",
        "a" * 234 + " (node-nas, 00000000)": "0",
        "a" * 234 + " (node-nas, 00000003)": "3",
        "a" * 234 + " (node-nas, 00000002)": "2",
    }


def test_the_last_write_wins_where_every_mount_says_so() -> None:
    old, new = file("r", 1, mount=0), file("r", 2, mtime=LATER, mount=1)
    composed = of([old, new], WINS)
    assert shown(composed) == {"r": "2"}
    assert composed.hidden == (Hidden(old, new),)


def test_of_equally_new_files_the_smaller_id_wins() -> None:
    files = [file("r", number, node=f"node-{9 - number}") for number in (3, 1, 2)]
    composed = of(files, WINS)
    assert shown(composed) == {"r": "1"}
    assert [(pair.loser.row.n, pair.winner.row.n) for pair in composed.hidden] == [(3, 1), (2, 1)]


def test_one_mount_that_suffixes_shows_all_of_a_name_and_no_more() -> None:
    files = [file("r", 1, mount=0), file("r", 2, mtime=LATER, mount=1), file("s", 3, mount=0), file("s", 4, mount=2)]
    composed = of(files, MIXED)
    assert shown(composed) == {"r": "1", "r (node-nas)": "2", "s": "3"}
    assert [pair.loser.row.n for pair in composed.hidden] == [4]


def test_a_mount_that_brings_a_file_again_is_heard_too() -> None:
    files = [file("r", 1, mount=0), file("r", 1, mount=1), file("r", 2, mtime=LATER, mount=2)]
    assert shown(of(files, MIXED)) == {"r": "1", "r (node-nas)": "2"}


def test_the_same_file_under_one_name_is_one_entry_of_the_earliest_mount() -> None:
    for entries in (WINS, SUFFIXES):
        composed = of([file("r", 1, mount=1), file("r", 1, mount=0)], entries)
        assert [(entry.name, entry.mount_id) for entry in composed.entries] == [("r", "m0")]
        assert composed.hidden == ()


def test_a_directory_keeps_its_name_whatever_the_policy() -> None:
    for entries in (WINS, SUFFIXES):
        synthetic = of([file("r.d", 1)], entries, ["r.d"])
        document = compose("/d", entries, [file("r.d", 1)], (), [directory("/d/r.d")])
        assert shown(synthetic) == shown(document) == {"r.d": None, "r (node-nas).d": "1"}
        assert synthetic.hidden == document.hidden == ()


def test_files_that_lose_to_a_directory_settle_their_name_among_themselves_first() -> None:
    files = [file("r", 1, mount=0), file("r", 2, mtime=LATER, mount=1)]
    wins, suffixes = of(files, WINS, ["r"]), of(files, SUFFIXES, ["r"])
    assert shown(wins) == {"r": None, "r (node-nas)": "2"}
    assert [pair.loser.row.n for pair in wins.hidden] == [1]
    assert shown(suffixes) == {"r": None, "r (node-nas)": "1", "r (node-nas, 00000002)": "2"}


def test_a_document_decides_alone_and_shadows_what_sources_have_there() -> None:
    child = directory("/d/x", 77, mounts=WINS, updated="2026-04-01T00:00:00Z")
    composed = compose("/d", WINS, (), ["x", "y"], [child])
    assert composed.shadowed == ("x",)
    assert composed.entries == (
        Shown(
            name="x",
            kind="directory",
            inode=77,
            origin="document",
            mtime="2026-04-01T00:00:00.000000Z",
            mount_count=2,
        ),
        Shown(name="y", kind="directory", inode=synthetic_inode("/d/y"), origin="synthetic"),
    )


def test_a_synthetic_directory_has_the_inode_of_its_path() -> None:
    (entry,) = compose("/documents/work", (), (), ["2025", "2025"], ()).entries
    assert entry.inode == 4966367103370734779
    (top,) = compose("/", (), (), ["x"], (), times={"x": LATER}).entries
    assert (top.inode, top.mtime) == (synthetic_inode("/x"), LATER)


def test_a_doubled_inode_is_shown_as_it_was_settled_elsewhere() -> None:
    one = file("f", 1)
    doc_id = directory_id("/d/x")
    second = {doc_id: second_inode(doc_id), one.row.file_id: second_inode(one.row.file_id)}
    composed = compose("/d", WINS, [one, file("g", 2)], (), [directory("/d/x"), directory("/d/y")], inodes=second)
    assert [entry.inode for entry in composed.entries] == [
        second[doc_id],
        5000,
        second[one.row.file_id],
        1002,
    ]


def test_reserved_names_stay_with_their_owners() -> None:
    federation = Shown(name="federation", kind="directory", inode=6, origin="synthetic")
    files = [file("federation", 1, mount=1), file(".mosaic", 2), file(".mosaic", 3), file("mosaic", 4)]
    composed = compose("/", WINS, files, ["federation", "x"], [directory("/.mosaic")], reserved=[federation])
    assert shown(composed) == {"federation": None, "x": None, "mosaic": "4"}
    assert named(composed.entries, "federation") == federation
    assert [candidate.row.n for candidate in composed.barred] == [2, 3, 1]
    assert [(problem.code, problem.mount_id) for problem in composed.problems] == [
        ("reserved_name", None),
        ("reserved_name", None),
        ("reserved_name", "m0"),
        ("reserved_name", "m1"),
    ]
    assert composed.hidden == ()


def test_problems_stand_in_the_order_of_names() -> None:
    composed = compose("/", WINS, (), ["federation", ".mosaic"], ())
    assert [".mosaic" in problem.message for problem in composed.problems] == [True, False]
    assert composed.entries == ()


def test_reserved_names_are_free_below_the_root() -> None:
    composed = of([file("federation", 1)], WINS, [".mosaic"])
    assert shown(composed) == {".mosaic": None, "federation": "1"}
    assert composed.problems == ()


def test_names_that_cannot_be_shown_are_set_aside_once() -> None:
    names = ["", ".", "..", "a/b", "a\0b", "a\nb", "\x7f"]
    files = [file(name, number, mount=mount) for number, name in enumerate(names) for mount in (0, 1)]
    composed = of([*files, file("ok", 9)], WINS, ["a\tb", "ok2", ".."])
    assert shown(composed) == {"ok2": None, "ok": "9"}
    assert sorted(candidate.row.name for candidate in composed.invalid) == sorted(names)
    assert {candidate.mount for candidate in composed.invalid} == {0}
    assert composed.invalid_folders == ("..", "a\tb")


def test_a_document_with_a_name_that_cannot_be_shown_is_a_problem() -> None:
    composed = compose("/d", WINS, (), (), [directory("/d/a\nb"), directory(f"/d/{LONG}"), directory("/d/ok")])
    assert shown(composed) == {"ok": None}
    assert [problem.code for problem in composed.problems] == ["invalid_name", "invalid_name"]


def test_names_that_are_too_long_are_cut_and_say_so() -> None:
    files = [file(LONG, 1), file(LONG, 2, folder="/b")]
    composed = of(files, WINS, [LONG + "d"])
    assert [(entry.name, entry.shown_as) for entry in composed.entries] == [
        (shown_folder(LONG + "d"), None),
        ("a" * 244 + " (00000001)", "shortened"),
        ("a" * 244 + " (00000002)", "shortened"),
    ]
    assert composed.hidden == ()


def test_a_cut_name_is_a_name_like_any_other() -> None:
    cut = "a" * 244 + " (00000001)"
    composed = of([file(LONG, 1), file(cut, 2, mount=1)], SUFFIXES)
    assert shown(composed) == {cut: "1", "a" * 244 + " (node-nas)": "2"}
    assert [entry.shown_as for entry in composed.entries] == ["shortened", "suffixed"]


def test_forms_of_one_letter_are_names_of_their_own() -> None:
    files = [file(name, number) for number, name in enumerate(["A.txt", "a.txt", "\u00e9", "e\u0301"])]
    assert [entry.name for entry in of(files, WINS).entries] == ["A.txt", "a.txt", "e\u0301", "\u00e9"]


def test_directories_come_first_and_names_stand_in_the_order_of_their_bytes() -> None:
    names = ["b", "\U0001d11e", "\uff5e", "\ue000", "é", "B", "z"]
    composed = compose("/d", WINS, [file(f"{name}.f", ord(name)) for name in names], names, [directory("/d/m")])
    by_bytes = sorted(names, key=lambda name: name.encode())
    assert [entry.name for entry in composed.entries] == [
        *sorted([*names, "m"], key=lambda name: name.encode()),
        *(f"{name}.f" for name in by_bytes),
    ]
