"""How far the index is, as the agent's control socket tells it; plain values, so that nobody else reads that answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mosaicfs_cli.reading import count, items, number, part, text

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

ENOUGH_WATCHES = 524_288


class Watched(NamedTuple):
    """`state` is `starting`, `present`, `absent` or `refused`; `cause` says why one of the last two."""

    path: str
    state: str
    files: int = 0
    cause: str = ""


class Progress(NamedTuple):
    """`seen` is of the crawl that runs. `has_crawled`: one has begun since the agent started.

    `bytes` is what all files of the watched folders hold, where it was asked for.
    """

    phase: str = "idle"
    path: str = ""
    seen: int = 0
    files_per_s: int = 0
    eta_s: float = 0.0
    has_crawled: bool = False
    watched: tuple[Watched, ...] = ()
    unwatched: int = 0
    held: int = 0
    bytes: int | None = None

    @property
    def files(self) -> int:
        """In the index as far as the folders have counted, with what the crawl that runs has seen so far."""
        others = sum(each.files for each in self.watched if each.path != self.path)
        here = sum(each.files for each in self.watched if each.path == self.path)
        return others + max(here, self.seen)

    @property
    def is_quiet(self) -> bool:
        """Nothing is being looked through, and nothing is about to be."""
        is_waited_for = any(each.state == "starting" for each in self.watched)
        is_here = any(each.state == "present" for each in self.watched)
        return self.phase == "idle" and not is_waited_for and (self.has_crawled or not is_here)

    @property
    def hints(self) -> tuple[str, ...]:
        """What the owner should know: a folder that is not there, a limit that is too low."""
        away = [
            f"{w.path} {w.cause or 'cannot be read now'}." for w in self.watched if w.state in ("absent", "refused")
        ]
        if self.unwatched:
            away.append(
                f"{self.unwatched:,} folders are only looked at now and then. To have all of them watched: "
                f"sudo sysctl fs.inotify.max_user_watches={ENOUGH_WATCHES}"
            )
        return tuple(away)


def read_progress(answer: JsonObject) -> Progress:
    crawl = part(answer, "crawler")
    phase = text(crawl, "phase") or "idle"
    return Progress(
        phase,
        text(crawl, "watch_path"),
        count(crawl, "seen") if phase != "idle" else 0,
        count(crawl, "files_per_s"),
        eta_s=float(count(crawl, "eta_s")),
        has_crawled=bool(text(crawl, "started_at")),
        watched=tuple(map(_watched, items(answer, "watch_paths"))),
        unwatched=count(part(answer, "watcher"), "unwatched_count"),
        bytes=number(answer, "bytes"),
        held=sum(count(hold, "missing") for hold in items(answer, "holds")),
    )


def _watched(given: JsonObject) -> Watched:
    return Watched(text(given, "path"), text(given, "state") or "present", count(given, "files"), text(given, "cause"))
