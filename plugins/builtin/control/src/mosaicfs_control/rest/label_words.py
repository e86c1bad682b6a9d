"""Labels as callers write them: brought into the form in which they are kept, or refused by field."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from mosaicfs.model.names import is_label
from mosaicfs_control.rest.refusals import invalid

MOST_LABELS = 100
"""Of one file, and of one rule."""

LabelText = Annotated[str, Meta(max_length=1_000)]


def label_of(field: str, text: str) -> str:
    """In NFC, without white space around it."""
    label = unicodedata.normalize("NFC", text)
    label = label if _has_control(label) else label.strip()
    if not is_label(label):
        raise invalid(field, "a label has 1 to 200 bytes of UTF-8 and no control characters")
    return label


def labels_of(field: str, texts: Sequence[str]) -> tuple[str, ...]:
    """In their order, none of them twice."""
    found = tuple(dict.fromkeys(label_of(f"{field}[{place}]", text) for place, text in enumerate(texts)))
    if len(found) > MOST_LABELS:
        raise invalid(field, f"there are {len(found)}; {MOST_LABELS} labels are the most")
    return found


def _has_control(text: str) -> bool:
    return any(unicodedata.category(char) == "Cc" for char in text)
