"""What members of questions to plugins, and of their answers, mean; a part of the glossary."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from types import MappingProxyType

_QUESTION = {
    "capability": "What is asked for: `search`, or a word that a plugin advertises.",
    "query": "What to look for, in the words of the plugins.",
    "limit": "Most results of one plugin.",
    "timeout_s": "Seconds that each plugin and each node have; who takes longer is omitted.",
    "node_ids": "Only these nodes, by id or name; without it, every node that has the capability.",
}
_ENVELOPE = {
    "plugin_name": "The plugin that answers.",
    "capability": "What it was asked for.",
    "description": "What the plugin calls its answer.",
    "results": "Best first. One with `file_id` is about that file, with `score` (0 to 1) and `fragments`, in which "
    "what was found stands between `**`; others are shown as names and values.",
    "took_ms": "Milliseconds that the plugin took.",
    "total": "Results that it has; absent where it does not know.",
}
_OMITTED = {
    "plugin_name": "The plugin that did not answer; absent where it is the whole node.",
    "reason": "`timeout`, `offline` or `error`.",
}
_WIDGET = {
    "fetched_at": "When the plugin answered last.",
    "silent": "True once it has not answered several times.",
}

OF_SHAPES_OF_QUERIES: Mapping[str, str] = MappingProxyType(
    {
        f"{shape}.{member}": meaning
        for shapes, meanings in (
            (("PluginQuestion",), _QUESTION),
            (("Envelope", "Widget"), _ENVELOPE),
            (("Omitted",), _OMITTED),
            (("Widget",), _WIDGET),
        )
        for shape, (member, meaning) in product(shapes, meanings.items())
    }
    | {
        "Answers.results": "One for each plugin that answered.",
        "Answers.omitted": "Who should have answered and did not; the answer is partial where it is not empty.",
    }
)
