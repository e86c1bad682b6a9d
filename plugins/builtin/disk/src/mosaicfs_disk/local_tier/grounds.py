"""Which paths of this machine are served as files, judged by their names alone: what is watched or was named to be
served, and never what is ours.

No document widens it. What is watched is known from the configuration and from what the agent keeps of its folders.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from os.path import normpath
from pathlib import Path
from typing import NamedTuple

from mosaicfs.errors import PathRefusedError
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.names import is_path
from mosaicfs_disk.keeper import own_paths
from mosaicfs_disk.local_tier.real_names import real_name
from mosaicfs_disk.mounts import Mounts
from mosaicfs_disk.roots import Roots

ROOTS = "roots.json"


class Lying(NamedTuple):
    """A file by name: the folder that lets it be served, and the rest of its path."""

    folder: str
    below: str
    is_watched: bool

    @property
    def path(self) -> str:
        return f"{self.folder.rstrip('/')}/{self.below}"


@dataclass(frozen=True, slots=True)
class Grounds:
    """All by one kind of names: those that were given, or real ones. `served` folders are so though nobody watches."""

    watched: tuple[str, ...]
    served: tuple[str, ...]
    excluded: tuple[str, ...]
    own: tuple[str, ...]
    _own: tuple[str, ...] = field(init=False, compare=False)
    _excluded: tuple[str, ...] = field(init=False, compare=False)
    _around: tuple[tuple[str, str, bool], ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Each name with a `/` at its end, so that to be below it is to begin with it; the longest first."""
        folders = {**dict.fromkeys(self.watched, True), **dict.fromkeys(self.served, False)}
        around = ((folder, _stem(folder), is_watched) for folder, is_watched in folders.items())
        object.__setattr__(self, "_own", tuple(map(_stem, self.own)))
        object.__setattr__(self, "_excluded", tuple(map(_stem, self.excluded)))
        object.__setattr__(self, "_around", tuple(sorted(around, key=lambda each: -len(each[0]))))

    def lying(self, path: str) -> Lying:
        """The innermost folder counts, for it may be a disk of its own. `PathRefusedError` where there is none."""
        whole = f"{path}/"
        if whole.startswith(self._own):
            raise PathRefusedError(path, "it belongs to MosaicFS itself")
        excluded = whole.startswith(self._excluded)
        for folder, stem, is_watched in self._around:
            if path.startswith(stem) and path != folder and not (excluded and is_watched):
                return Lying(folder, path[len(stem) :], is_watched)
        raise PathRefusedError(path, "it is excluded" if excluded else "it lies in no folder that is served")

    def real(self, mounts: Mounts) -> Grounds:
        """With links followed. A name on a file system that may never answer stays as it is."""
        return Grounds(
            watched=_real(self.watched, mounts),
            served=_real(self.served, mounts),
            excluded=_real(self.excluded, mounts),
            own=_real(self.own, mounts),
        )

    def within(self, folder: str, *, is_watched: bool) -> Grounds:
        """With one more, which is open and so is known for what it is."""
        if is_watched:
            return replace(self, watched=(*self.watched, folder))
        return replace(self, served=(*self.served, folder))


def grounds_of(kernel: Kernel) -> Grounds:
    """As the configuration says now, with what the agent watches beyond it."""
    settings = kernel.settings
    agents = Roots(kernel.places.state_dir / ROOTS).paths()
    mount_point = settings.mount.path
    own = [*own_paths(kernel), *([Path(mount_point).expanduser()] if mount_point else [])]
    return Grounds(
        watched=_paths((*settings.agent.watch_paths, *agents)),
        served=_paths(settings.agent.transfer_serve_paths),
        excluded=_paths(settings.agent.excluded_paths),
        own=_paths(map(str, own)),
    )


def _stem(folder: str) -> str:
    return f"{folder.rstrip('/')}/"


def _paths(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for path in map(normpath, given) if is_path(path)))


def _real(paths: Iterable[str], mounts: Mounts) -> tuple[str, ...]:
    return tuple(real_name(path, mounts) for path in paths)
