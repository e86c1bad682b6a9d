"""Numbers in what an agent has told, which may be of any version: what is no number is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mosaicfs.model.json import Json
from mosaicfs_control.metrics.readings import Readings


def put_known(readings: Readings, name: str, value: Json, **labels: str) -> None:
    """What an agent did not tell is left out, and so is what is no number."""
    for number in numbers_in([value]):
        readings.put(name, number, **labels)


def numbers_in(values: Iterable[Json]) -> list[float]:
    return [float(each) for each in values if isinstance(each, int | float) and not isinstance(each, bool)]


def objects_in(value: Json) -> list[Mapping[str, Json]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []
