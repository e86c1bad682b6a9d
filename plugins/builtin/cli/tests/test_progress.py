"""What the agent tells of its index, read with whatever is missing or strange in it."""

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.json import JsonObject
from mosaicfs_cli.supervising.progress import read_progress

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["crawler", "watch_paths", "watcher", "holds", "path", "files", "phase", "state"]), inner
        )
    ),
    max_leaves=10,
)


def folder(path: str, state: str = "present", files: int = 0, cause: str = "") -> JsonObject:
    return {"path": path, "state": state, "files": files, "cause": cause}


@given(st.dictionaries(st.sampled_from(["crawler", "watch_paths", "watcher", "holds"]), anything))
def test_no_answer_makes_it_fall_over(answer: JsonObject) -> None:
    progress = read_progress(answer)
    assert isinstance(progress.files, int)
    assert isinstance(progress.is_quiet, bool)
    assert all(isinstance(hint, str) for hint in progress.hints)


def test_a_crawl_that_runs_counts_what_it_has_seen_beside_what_the_others_hold() -> None:
    crawler: JsonObject = {
        "phase": "walking",
        "watch_path": "/b",
        "seen": 120,
        "files_per_s": 8000.5,
        "started_at": "x",
    }
    progress = read_progress({"crawler": crawler, "watch_paths": [folder("/a", files=10), folder("/b", files=7)]})
    assert (progress.files, progress.files_per_s, progress.is_quiet) == (130, 8000, False)


def test_it_is_quiet_when_every_folder_has_been_looked_through() -> None:
    idle = {"phase": "idle", "started_at": "x"}
    assert read_progress({"crawler": idle, "watch_paths": [folder("/a")]}).is_quiet
    assert not read_progress({"crawler": idle, "watch_paths": [folder("/a"), folder("/b", "starting")]}).is_quiet
    assert not read_progress({"crawler": {"phase": "idle"}, "watch_paths": [folder("/a")]}).is_quiet


def test_a_folder_that_is_away_is_not_waited_for_and_is_named() -> None:
    progress = read_progress({"watch_paths": [folder("/a", "absent", cause="is not mounted")]})
    assert progress.is_quiet
    assert progress.hints == ("/a is not mounted.",)


def test_a_watch_limit_that_is_too_low_names_the_line_to_type() -> None:
    (hint,) = read_progress({"watcher": {"unwatched_count": 1200}}).hints
    assert "1,200 folders" in hint
    assert "sudo sysctl fs.inotify.max_user_watches=524288" in hint
