"""Steps, globs and searches as the page about the tree says them, one file after the other: slow and obvious."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from mosaicfs.model.annotation import Annotation
from mosaicfs.model.file import File
from mosaicfs.model.json import Json
from mosaicfs.model.step import Step
from mosaicfs.model.times import instant

DAY = 86_400_000_000


class Subject(NamedTuple):
    """A file with all that a step may ask about it. `now` and `accessed` are microseconds."""

    file: File
    now: int
    labels: frozenset[str]
    accessed: int | None
    replicas: Mapping[str, str]
    annotations: Mapping[str, Annotation]
    node_names: tuple[str, ...] = ()


# --- lists of steps ------------------------------------------------------------------------------------------------


def decision(steps: Sequence[Step], subject: Subject) -> str:
    """`include`, `exclude`, or `through` at the end of the list."""
    for step in steps:
        matched = match(step, subject)
        if matched is None:
            continue
        final = matched != bool(step.invert)
        if step.on_match == "continue" and not final:
            return "exclude"
        if step.on_match != "continue" and final:
            return step.on_match
    return "through"


def match(step: Step, subject: Subject) -> bool | None:
    """None where the step cannot be asked."""
    op = OPS.get(step.op)
    return None if op is None else op(step.parameters, subject)


Parameters = Mapping[str, Json]


def of_glob(given: Parameters, subject: Subject) -> bool | None:
    pattern, flags = given.get("pattern"), given.get("flags", "")
    if not isinstance(pattern, str) or flags not in ("", "i") or len(pattern) > 1_000:
        return None
    if len(expanded(pattern)) > 256:
        return None
    return glob(pattern, subject.file.source.export_path, ignore_case=flags == "i")


def of_regex(given: Parameters, subject: Subject) -> bool | None:
    pattern = given.get("pattern")
    flags = given.get("flags", "")
    if not isinstance(pattern, str) or not isinstance(flags, str) or set(flags) - set("ims"):
        return None
    return searched(pattern, flags, subject.file.source.export_path)


def searched(pattern: str, flags: str, text: str) -> bool | None:
    known = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
    if "(?=" in pattern or "(?!" in pattern or "(?<" in pattern:
        return None
    try:
        return re.search(pattern, text, sum(known[flag] for flag in set(flags))) is not None
    except re.error:
        return None


def bounds(given: Parameters, low: str, high: str) -> tuple[int, float] | None:
    bad = [each for each in (given.get(low), given.get(high)) if each is not None and not is_count(each)]
    least, most = given.get(low), given.get(high)
    if bad or (least is None and most is None):
        return None
    found = (least if isinstance(least, int) else 0, most if isinstance(most, int) else float("inf"))
    return found if found[0] <= found[1] else None


def is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def of_age(given: Parameters, subject: Subject) -> bool | None:
    days = bounds(given, "min_days", "max_days")
    return None if days is None else aged(days, subject.now - instant(subject.file.mtime))


def aged(days: tuple[int, float], age: int) -> bool:
    return days[0] * DAY <= max(age, 0) <= days[1] * DAY


def of_size(given: Parameters, subject: Subject) -> bool | None:
    sizes = bounds(given, "min_bytes", "max_bytes")
    return None if sizes is None else sizes[0] <= subject.file.size <= sizes[1]


def of_mime(given: Parameters, subject: Subject) -> bool | None:
    types = strings(given.get("types"))
    if types is None or any(each.partition(";")[0].count("/") != 1 for each in types):
        return None
    return any(mime_fits(each, subject.file.mime_type) for each in types)


def mime_fits(pattern: str, mime_type: str | None) -> bool:
    if mime_type is None:
        return False
    wanted, there = (each.partition(";")[0].strip().lower() for each in (pattern, mime_type))
    return re.fullmatch(re.escape(wanted).replace(r"\*", "[^/]*"), there) is not None


def of_node(given: Parameters, subject: Subject) -> bool | None:
    nodes = strings(given.get("node_ids"))
    return None if nodes is None else subject.file.source.node_id in nodes


def of_label(given: Parameters, subject: Subject) -> bool | None:
    labels = strings(given.get("labels"))
    return None if labels is None else set(labels) <= subject.labels


def strings(value: Json) -> list[str] | None:
    """One or more."""
    if not isinstance(value, list) or not value:
        return None
    found = [each for each in value if isinstance(each, str) and each]
    return found if len(found) == len(value) else None


def of_replicated(given: Parameters, subject: Subject) -> bool | None:
    target, status = given.get("target_name"), given.get("status", "current")
    if not isinstance(target, str) or status not in ("current", "stale", "frozen", "pending_deletion", "any"):
        return None
    there = subject.replicas.get(target)
    return there is not None and status in (there, "any")


def of_access_age(given: Parameters, subject: Subject) -> bool | None:
    days, missing = bounds(given, "min_days", "max_days"), given.get("missing", "include")
    if days is None or missing not in ("include", "exclude"):
        return None
    if subject.accessed is None:
        return missing == "include"
    return aged(days, subject.now - subject.accessed)


def of_annotation(given: Parameters, subject: Subject) -> bool | None:
    plugin, key, pattern = given.get("plugin_name"), given.get("key"), given.get("regex")
    if not isinstance(plugin, str) or not isinstance(key, str):
        return None
    if pattern is not None and (not isinstance(pattern, str) or searched(pattern, "", "") is None):
        return None
    note = subject.annotations.get(plugin)
    if note is None or note.status != "ok":
        return False
    found = at_key(note.data, segments(key))
    if found is None:
        return False
    elements = [found, *(found if isinstance(found, list) else [])]
    return any(satisfies(each, given.get("value"), pattern) for each in elements)


def satisfies(found: Json, value: Json, pattern: str | None) -> bool:
    if value is not None and not same(found, value):
        return False
    return pattern is None or (isinstance(found, str) and bool(searched(pattern, "", found)))


def same(one: Json, other: Json) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def segments(key: str) -> list[str]:
    found, escaped = [""], False
    for char in key:
        if escaped or char not in "\\.":
            found[-1] += char
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            found.append("")
    return found


def at_key(data: Json, parts: Sequence[str]) -> Json:
    for part in parts:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and part.isascii() and part.isdigit() and int(part) < len(data):
            data = data[int(part)]
        else:
            return None
    return data


OPS: Mapping[str, Callable[[Parameters, Subject], bool | None]] = {
    "glob": of_glob,
    "regex": of_regex,
    "age": of_age,
    "size": of_size,
    "mime": of_mime,
    "node": of_node,
    "label": of_label,
    "replicated": of_replicated,
    "access_age": of_access_age,
    "annotation": of_annotation,
}


# --- globs ---------------------------------------------------------------------------------------------------------


def glob(pattern: str, path: str, *, ignore_case: bool = False) -> bool:
    if ignore_case:
        pattern, path = pattern.lower(), path.lower()
    return any(glob_one(each, path) for each in expanded(pattern))


def glob_one(pattern: str, path: str) -> bool:
    if "/" not in pattern:
        return rest_fits(pattern, path.rpartition("/")[2], "")
    return rest_fits("/" + pattern.removeprefix("/"), path, "")


def rest_fits(pattern: str, text: str, before: str) -> bool:
    """`before` is the character of the pattern that was matched last."""
    if not pattern:
        return not text
    if before == "/" and pattern == "**":
        return bool(text)
    if before == "/" and pattern.startswith("**/"):
        later = (text[at + 1 :] for at, char in enumerate(text) if char == "/")
        return any(rest_fits(pattern[3:], each, "/") for each in (text, *later))
    if pattern[0] == "*":
        return rest_fits(pattern.lstrip("*"), text, "*") or (
            text[:1] not in ("", "/") and rest_fits(pattern, text[1:], "*")
        )
    if not text:
        return False
    if pattern[0] == "[" and "]" in pattern[2:]:
        return set_fits(pattern, text)
    if pattern[0] == "\\" and len(pattern) > 1:
        return text[0] == pattern[1] and rest_fits(pattern[2:], text[1:], "x")
    fits = text[0] == pattern[0] or (pattern[0] == "?" and text[0] != "/")
    return fits and rest_fits(pattern[1:], text[1:], pattern[0])


def set_fits(pattern: str, text: str) -> bool:
    negated = pattern[1] in "!^"
    begin = 2 if negated else 1
    end = pattern.index("]", begin + 1)
    members, found = pattern[begin:end], False
    while members:
        if len(members) > 2 and members[1] == "-":
            found |= members[0] <= text[0] <= members[2]
            members = members[3:]
        else:
            found |= members[0] == text[0]
            members = members[1:]
    return found != negated and text[0] != "/" and rest_fits(pattern[end + 1 :], text[1:], "x")


def expanded(pattern: str) -> list[str]:
    """All that braces stand for; one that is not closed is a character like any other."""
    at = 0
    while at < len(pattern):
        if pattern[at] == "{" and (pair := choices(pattern, at)) is not None:
            end, ways = pair
            return [each for way in ways for each in expanded(pattern[:at] + way + pattern[end:])]
        at += 2 if pattern[at] == "\\" else 1
    return [pattern]


def choices(pattern: str, begin: int) -> tuple[int, list[str]] | None:
    """What is between the commas of this pair of braces, and where it ends."""
    depth, ways, at = 0, [""], begin
    while at < len(pattern):
        piece = pattern[at : at + 2] if pattern[at] == "\\" else pattern[at]
        depth += (piece == "{") - (piece == "}")
        at += len(piece)
        if depth == 0:
            return at, ways
        if depth == 1 and piece == ",":
            ways.append("")
        elif at > begin + 1:
            ways[-1] += piece
    return None


# --- searches ------------------------------------------------------------------------------------------------------


def found_by(text: str, subject: Subject) -> bool:
    """All terms hold. Of the query language what needs no other documents."""
    return all(
        term_holds(term.removeprefix("-"), subject) != term.startswith("-") for term in text.split() if term != "-"
    )


def term_holds(term: str, subject: Subject) -> bool:
    prefix, _, value = term.partition(":")
    path = subject.file.source.export_path
    match prefix:
        case "ext":
            return glob(f"*.{value}", path, ignore_case=True)
        case "mime":
            return mime_fits(value, subject.file.mime_type)
        case "node":
            return value in (subject.file.source.node_id, *subject.node_names)
        case "size":
            return within(value, subject.file.size, int)
        case "age":
            return within(value, max(subject.now - instant(subject.file.mtime), 0), lambda days: int(days[:-1]) * DAY)
        case _ if set(term) & set("*?[{"):
            return glob(term, path, ignore_case=True)
    name = path.rpartition("/")[2]
    return unicodedata.normalize("NFC", term).casefold() in unicodedata.normalize("NFC", name).casefold()


def within(bound: str, measured: int, read: Callable[[str], int]) -> bool:
    if ".." in bound:
        low, _, high = bound.partition("..")
        return read(low) <= measured <= read(high)
    if bound[0] in "<>":
        return measured <= read(bound[1:]) if bound[0] == "<" else measured >= read(bound[1:])
    return measured == read(bound)
