"""What members of pins mean; a part of the glossary."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OF_SHAPES_OF_PINS: Mapping[str, str] = MappingProxyType(
    {
        "PinDraft.node_id": "The node that keeps the files.",
        "PinDraft.scope": "Which files: one of `path`, `labels`, `rule` and `search`.",
        "PinDraft.budget_bytes": "Most bytes that the pin may keep.",
        "NewPin.node_id": "The node that keeps the files.",
        "NewPin.scope": "Which files: one of `path`, `labels`, `rule` and `search`.",
        "NewPin.budget_bytes": "Most bytes that the pin may keep.",
        "PinPatch.node_id": "The node that keeps the files.",
        "PinPatch.scope": "Which files: one of `path`, `labels`, `rule` and `search`.",
        "PinPatch.budget_bytes": "Most bytes that the pin may keep.",
        "ShownPin.node_id": "The node that keeps the files.",
        "ShownPin.scope": "Which files: one of `path`, `labels`, `rule` and `search`.",
        "ShownPin.budget_bytes": "Most bytes that the pin may keep.",
        "NewPin.enabled": "Whether anything is kept for it.",
        "NewPin.expires_at": "From then on it counts as removed.",
        "NewPin.priority": "A higher one is filled first.",
        "PinPatch.enabled": "Whether anything is kept for it.",
        "PinPatch.expires_at": "From then on it counts as removed.",
        "PinPatch.priority": "A higher one is filled first.",
        "ShownPin.enabled": "Whether anything is kept for it.",
        "ShownPin.expires_at": "From then on it counts as removed.",
        "ShownPin.priority": "A higher one is filled first.",
        "PinScope.path": "A path of the tree, with everything below it.",
        "PinScope.labels": "Labels that a file must all have.",
        "PinScope.rule": "Files of a source that steps let through.",
        "PinScope.search": "Text of a search.",
        "PinRule.source": "Where its files come from.",
        "PinPreview.files": "Files that the pin would be about.",
        "PinPreview.bytes": "Their sizes, added up.",
        "ShownPin.files": "Files that it is about, as its node told last.",
        "ShownPin.bytes": "Their sizes, added up.",
        "ShownPin.blocked": "Where such files lie at their sources, the smallest first, at most 20.",
    }
)
