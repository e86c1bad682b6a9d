"""What a model wrote, as facts. Models keep to a form most of the time; what they write instead is the summary."""

from __future__ import annotations

import re

import msgspec

from mosaicfs.model.json import Json, JsonObject

_FENCED = re.compile(r"\A```\w*\n(.*?)\n?```\Z", re.DOTALL)
_MOST_KEYWORDS = 20


def facts_of(text: str) -> JsonObject:
    """`{}` where it wrote nothing."""
    text = text.strip()
    plain: JsonObject = {"summary": text} if text else {}
    try:
        told = msgspec.json.decode((fenced[1] if (fenced := _FENCED.match(text)) else text).encode())
    except msgspec.DecodeError:
        return plain
    if not isinstance(told, dict) or not isinstance(told.get("summary"), str):
        return plain
    facts: dict[str, Json] = {"summary": told["summary"].strip()}
    if isinstance(language := told.get("language"), str):
        facts["language"] = language
    if isinstance(keywords := told.get("keywords"), list):
        facts["keywords"] = [each for each in keywords if isinstance(each, str)][:_MOST_KEYWORDS]
    return facts
