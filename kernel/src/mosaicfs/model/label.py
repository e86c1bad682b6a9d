"""Labels: those a person gave to one file, and rules that give them to all files below a path."""

from __future__ import annotations

from mosaicfs.model.noun import Noun
from mosaicfs.model.times import Time


class LabelAssignment(Noun, frozen=True, kw_only=True, tag_field="type", tag="label_assignment"):
    """`labels` keep the user's order; `updated_by` is the access key of the writer."""

    file_id: str
    labels: tuple[str, ...]
    updated_at: Time
    updated_by: str


class LabelRule(Noun, frozen=True, kw_only=True, tag_field="type", tag="label_rule"):
    """`node_id` may be `*`; `path_prefix` ends in `/`."""

    node_id: str
    path_prefix: str
    labels: tuple[str, ...]
    name: str
    enabled: bool
    created_at: Time
    updated_at: Time | None = None

    @property
    def folder(self) -> str | None:
        """Below which it gives its labels; None where it has no effect."""
        if not (self.enabled and self.path_prefix.startswith("/") and self.path_prefix.endswith("/")):
            return None
        return self.path_prefix.rstrip("/") or "/"
