"""One directory of the virtual tree, and the sources it shows. How it is evaluated is the matter of `tree`."""

from __future__ import annotations

from typing import Literal

from mosaicfs.model.noun import Count, Noun, written
from mosaicfs.model.step import Step, StepResult
from mosaicfs.model.times import Time

Strategy = Literal["prefix_replace", "flatten", "mirror_source"]
ConflictPolicy = Literal["last_write_wins", "suffix_node_id"]


class MountSource(Noun, frozen=True, kw_only=True):
    """One of `node_id` (`*`: every node) with `export_path`, `federated_import_id`, `label`, or `search`.

    A source of a newer version has none of them; it is kept and shows nothing.
    """

    node_id: str | None = None
    export_path: str | None = None
    federated_import_id: str | None = None
    label: str | None = None
    search: str | None = None
    limit: Count | None = None


class MountExport(Noun, frozen=True, kw_only=True):
    """Which peers may see a mount."""

    enabled: bool = written(False)
    peer_ids: tuple[str, ...] = written(())


class Mount(Noun, frozen=True, kw_only=True):
    mount_id: str
    source: MountSource
    strategy: Strategy
    source_prefix: str | None = None
    steps: tuple[Step, ...] = written(())
    default_result: StepResult = written("include")
    conflict_policy: ConflictPolicy = written("last_write_wins")
    export: MountExport | None = None


class VirtualDirectory(Noun, frozen=True, kw_only=True, tag_field="type", tag="virtual_directory"):
    """`parent_path` is None for the root alone. `steps` are asked before those of each mount."""

    inode: Count
    virtual_path: str
    name: str
    parent_path: str | None = None
    system: bool | None = None
    created_at: Time
    updated_at: Time | None = None
    steps: tuple[Step, ...] = written(())
    enforce_steps_on_children: bool = written(False)
    mounts: tuple[Mount, ...]
