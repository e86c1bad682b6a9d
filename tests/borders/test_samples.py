"""One file of JSON samples for each document type, read here by Python and by the tests of the web page.

The first of each file is the example of the page that owns the type, or the smallest that is valid; the others
together have every optional field.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mosaicfs import wire
from mosaicfs.model.ids import directory_id, kind_of, notification_id, pair_of, tail_of, utilization_id
from mosaicfs.model.kinds import NOUNS, noun_of
from mosaicfs.model.noun import UNKNOWN

SAMPLES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in Path(__file__).parent.glob("*.json")}
ALL = [pytest.param(sample, id=sample["_id"]) for samples in SAMPLES.values() for sample in samples]

Json = Any


def test_every_type_has_samples_and_no_file_is_left_over() -> None:
    assert SAMPLES.keys() == NOUNS.keys()


@pytest.mark.parametrize("sample", ALL)
def test_a_sample_is_read_and_written_again(sample: dict[str, Json]) -> None:
    document = wire.document_from_json(json.dumps(sample).encode())
    noun = wire.decode(document.id, document.body)
    written = json.loads(wire.encode(noun))
    assert kind_of(document.id) == written["type"]
    assert without_nulls(json.loads(document.body)) == only_members_of(document.body, written)
    assert wire.decode(document.id, wire.encode(noun)) == noun


@pytest.mark.parametrize("sample", ALL)
def test_the_parts_of_an_id_agree_with_the_fields(sample: dict[str, Json]) -> None:
    """Samples teach whoever reads them, so they keep the rules that no schema checks."""
    match sample["type"]:
        case "virtual_directory":
            assert sample["_id"] == directory_id(sample["virtual_path"])
        case "utilization_snapshot":
            assert sample["_id"] == utilization_id(sample["node_id"], sample["captured_at"])
        case "notification":
            assert sample["_id"] == notification_id(sample["source"]["node_id"], sample["condition_key"])
        case "label_assignment" | "access":
            assert sample["file_id"] == f"file::{tail_of(sample['_id'])}"
        case "annotation":
            assert pair_of(sample["_id"]) == (tail_of(sample["file_id"]), sample["plugin_name"])
        case "replica":
            assert pair_of(sample["_id"]) == (tail_of(sample["file_id"]), sample["target_name"])
        case "file":
            parent, name = sample["source"]["export_parent"], sample["name"]
            assert sample["source"]["export_path"] == f"{parent.rstrip('/')}/{name}"


@pytest.mark.parametrize("kind", NOUNS)
def test_the_samples_of_a_type_have_every_field(kind: str) -> None:
    for noun in {noun_of(sample["_id"]) for sample in SAMPLES[kind]}:
        assert noun is not None
        fields = {field.encode_name for field in msgspec.structs.fields(noun)} - {UNKNOWN}
        present = {name for sample in SAMPLES[kind] if noun_of(sample["_id"]) is noun for name in sample}
        assert fields - present == set()


def without_nulls(value: dict[str, Json]) -> dict[str, Json]:
    return {name: each for name, each in value.items() if each is not None}


def only_members_of(body: bytes, written: Json) -> Json:
    """`written` without the defaults that writing added."""
    return pruned(written, json.loads(body))


def pruned(written: Json, given: Json) -> Json:
    if isinstance(written, dict) and isinstance(given, dict):
        return {name: pruned(each, given[name]) for name, each in written.items() if name in given}
    if isinstance(written, list) and isinstance(given, list) and len(written) == len(given):
        return [pruned(each, there) for each, there in zip(written, given, strict=True)]
    return written
