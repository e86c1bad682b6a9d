"""The virtual tree as a face shows it: listings and their entries, drafts of directories, and why a file is where.

How they come about is the matter of `tree`; every face asks the same `Tree`, so they all show the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol, TypeAlias

from msgspec import UNSET, Struct, UnsetType, field

from mosaicfs.model.directory import Mount, VirtualDirectory
from mosaicfs.model.filing import FolderFiles
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.pin import PinScope
from mosaicfs.model.step import Step

Origin = Literal["document", "synthetic", "mount"]
ShownAs = Literal["own_name", "suffixed", "shortened"]
Sort = Literal["name", "mtime", "size"]


class Shown(Struct, frozen=True, kw_only=True, gc=False):
    """One name in a listing. `mount_count` is of directories with a document; the facts of a file are its own.

    A directory shows the time when it was changed last, 0 bytes; a synthetic one the newest of what made it appear, if
    that is known.
    """

    name: str
    kind: Literal["directory", "file"]
    inode: int
    origin: Origin
    size: int = 0
    mtime: str | None = None
    mime_type: str | None = None
    file_id: str | None = None
    node_id: str | None = None
    export_path: str | None = None
    mount_id: str | None = None
    shown_as: ShownAs | None = None
    mount_count: int | None = None


class Problem(Struct, frozen=True, kw_only=True):
    """Something in a directory that has no effect: a step nobody here knows, a source that is not there."""

    code: str
    message: str
    mount_id: str | None = None
    step: int | None = None


class Listing(Struct, frozen=True, kw_only=True):
    """Entries in order: directories first, each kind by the bytes of its names. `directory` is the document, if any."""

    path: str
    inode: int
    directory: VirtualDirectory | None
    entries: tuple[Shown, ...]
    hidden_by_conflict: int = 0
    shadowed: int = 0
    invalid_names: int = 0
    problems: tuple[Problem, ...] = ()
    truncated: bool = False
    files_examined: int = 0
    directories_examined: int = 0


class Brief(NamedTuple):
    """A directory that shows files of one folder of one node as they are: no more of them than `stat` shows, by
    columns. Directories come first, as in a listing.
    """

    path: str
    inode: int
    directories: Sequence[Shown]
    files: FolderFiles


class Walked(NamedTuple):
    """Listings in the order of a walk, and the directories where it would go on. What is not shown is left out."""

    listings: list[Listing | Brief]
    left: list[str]


class Draft(Struct, frozen=True, kw_only=True):
    """What a directory would be. What is left out is taken from the saved document."""

    mounts: tuple[Mount, ...] | UnsetType = UNSET
    steps: tuple[Step, ...] | UnsetType = UNSET
    enforce_steps_on_children: bool | UnsetType = UNSET


class TraceLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A gate or step that was asked of one file. `step_fields` are those of the step as they are stored."""

    from_path: str = field(name="from")
    mount_id: str | None = None
    step: int | None = None
    step_fields: JsonObject = {}
    raw_match: bool | None = None
    final_match: bool | None = None
    outcome: Literal["next", "through", "included", "excluded", "skipped"]
    problem: str | None = None
    measured: Json = None


class Previewed(Struct, frozen=True, kw_only=True):
    relative_path: str
    shown: Shown
    decided_by: TraceLine | None
    """None where `default_result` decided."""


class MountTally(Struct, frozen=True, kw_only=True):
    mount_id: str
    candidates: int
    included: int


class Preview(Struct, frozen=True, kw_only=True):
    """The whole sub-tree of a draft, files only, in the order of their paths. `partial` if it was stopped by time."""

    items: tuple[Previewed, ...]
    total: int
    per_mount: tuple[MountTally, ...]
    hidden_by_conflict: int
    shadowed: int
    invalid_names: int
    problems: tuple[Problem, ...]
    files_examined: int
    directories_examined: int
    partial: bool


Result = Literal[
    "visible",
    "excluded",
    "hidden_by_conflict",
    "shadowed",
    "invalid_name",
    "deleted",
    "disabled_import",
    "no_source",
    "not_found",
]


class Winner(Struct, frozen=True, kw_only=True):
    file_id: str
    mount_id: str | None


class Explanation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`directory` is the one whose document decides; `trace` what it and those above asked, in order."""

    result: Result
    virtual_path: str | None = None
    kind: Literal["directory", "file"] | None = None
    origin: Origin | None = None
    file_id: str | None = None
    directory: str | None = None
    mount_id: str | None = None
    mapped_name: str | None = None
    shown_as: ShownAs | None = None
    trace: tuple[TraceLine, ...] = ()
    winner: Winner | None = None
    shadowed_by: str | None = None
    component: str | None = None
    since: str | None = None
    nearest: str | None = None
    """The nearest source, or the nearest path that exists."""
    also_at: tuple[str, ...] = ()


class GivenLabel(NamedTuple):
    """Why a file has a label: a person gave it (`rule_id` empty), or a rule did."""

    label: str
    rule_id: str = ""
    rule_name: str = ""
    path_prefix: str = ""
    updated_by: str = ""


class Inherited(NamedTuple):
    """Gates that a directory hands down."""

    virtual_path: str
    steps: tuple[Step, ...]
    mount_steps: tuple[tuple[str, tuple[Step, ...]], ...] = ()


class Directory(NamedTuple):
    """A directory document with what it inherits, from the root downwards."""

    document: VirtualDirectory
    rev: str
    inherited: tuple[Inherited, ...]


class Disturbed(NamedTuple):
    """Directories that may be shown differently than before: alone, or with all below them.

    `lost`: a file may have left a place that nobody has looked into, so a directory above it may not be shown any more.
    """

    directories: frozenset[str] = frozenset()
    below: frozenset[str] = frozenset()
    everything: bool = False
    lost: bool = False


class TreeState(NamedTuple):
    """For `status.json` and metrics."""

    directories: int
    listings_kept: int
    kept_bytes: int
    files_examined: int
    directories_examined: int
    labelled_files: int


class Tree(Protocol):
    """Always of the last commit that this store accepted. Paths are absolute; `NotShownError` where nothing is."""

    async def listing(self, path: str) -> Listing: ...

    async def listings(self, paths: Sequence[str]) -> list[Listing | None]:
        """Of many, which costs less than one after the other; None where nothing is. Others may come in between."""

    async def walk(self, paths: Sequence[str], most: int, brief: str = "") -> Walked:
        """Of these directories and all that is below them, each before what is below it, as many as have `most` names
        together, and at least one. Views are walked only where they are asked for.

        `brief`: where only files of this node are shown, and as they are, a `Brief` will do.
        """

    async def look_up(self, path: str) -> Shown:
        """The entry that the listing of its parent shows; of `/` too."""

    async def directory(self, path: str) -> Directory:
        """`NotShownError` where no document is, also when a synthetic directory is shown there."""

    async def preview(self, path: str, draft: Draft, *, timeout_s: float | None = None) -> Preview:
        """`InvalidDirectoryError` names every fault of the draft. Without a time it takes as long as is configured."""

    async def explain(self, path: str | None = None, file_id: str | None = None) -> list[Explanation]:
        """One of a path; of a file one a place where it is shown; of both, why the file is or is not there."""

    async def paths_of(self, file_id: str, limit: int = 20) -> list[str]: ...

    def require_sound(self, scope: PinScope) -> None:
        """`InvalidDirectoryError` names every fault, such as `scope.rule.steps[0].pattern`."""

    async def within(self, scope: PinScope) -> list[str]:
        """Ids of all files that a scope is about, each once: with all that is below a path, for one. None where there
        is nothing (yet). Raises as `require_sound` does.
        """

    async def labels_of(self, file_ids: Sequence[str]) -> list[tuple[GivenLabel, ...]]:
        """In the order asked; each by label, then those given directly first."""

    async def state(self) -> TreeState: ...

    async def disturbed(self) -> Disturbed:
        """Since the last call, by changes of documents and by time, of what was asked for; the first says everything.

        For the one in a process who keeps what it was shown.
        """


# --- writing directories -------------------------------------------------------------------------------------------


class AddMount(Struct, frozen=True):
    """At this position of the list, at its end without one."""

    mount: Mount
    index: int | None = None


class ReplaceMount(Struct, frozen=True):
    """In its place and under the same `mount_id`, whatever the new one says of it."""

    mount_id: str
    mount: Mount


class RemoveMount(Struct, frozen=True):
    mount_id: str


MountOp: TypeAlias = AddMount | ReplaceMount | RemoveMount


class DirectoryChange(Draft, frozen=True, kw_only=True):
    """What is left out stays. `mount_ops` are done one after the other, after `mounts` has replaced the list."""

    name: str | UnsetType = UNSET
    parent_path: str | UnsetType = UNSET
    mount_ops: tuple[MountOp, ...] = ()


class SavedDirectory(NamedTuple):
    document: VirtualDirectory
    rev: str


class Directories(Protocol):
    """Making, changing, moving and removing directory documents, as the control plane writes them.

    Paths and names are taken in any form and kept in NFC. A mount entry whose `mount_id` is empty is given one.
    `rev` is the revision that the caller has seen: `ConflictError` where it is not the present one.

    `InvalidDirectoryError` names every fault by its field: `virtual_path`, `name`, `parent_path`, `steps[2].pattern`,
    `mounts[0].source`, `mount_ops[1].mount_id`, `mount_ops[0].mount.steps[1].op`. `NotShownError` names the path that
    has no document, of the directory or of its parent.
    """

    async def create(self, path: str, draft: Draft | None = None, *, parents: bool = False) -> SavedDirectory:
        """`DirectoryExistsError`; without `parents`, `NotShownError` where the parent has no document."""

    async def change(self, path: str, change: DirectoryChange, *, rev: str | None = None) -> SavedDirectory:
        """Another name or parent takes everything below along: `DirectoryExistsError`, `MovedBelowItselfError`,
        `SystemDirectoryError`.
        """

    async def remove(self, path: str, *, force: bool = False, rev: str | None = None) -> list[str]:
        """The paths that were removed, from the top. `DirectoryNotEmptyError` where others lie below, without `force`;
        `SystemDirectoryError`.
        """

    async def show_node(self, node_id: str, name: str) -> SavedDirectory | None:
        """Its directory below `/nodes`, made where none shows it yet. None where the owner has no `/nodes`."""
