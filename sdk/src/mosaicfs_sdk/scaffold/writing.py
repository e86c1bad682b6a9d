"""Beginning a plugin: files of `templates/` with its names filled in.

A name of a template may hold `{package}` or `{name}`; all end in `.tmpl`, so that no tool takes them for code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from string import Template
from typing import NamedTuple

import mosaicfs
from mosaicfs.model.names import is_plugin_name

TEMPLATES = Path(__file__).parent / "templates"


class Kind(NamedTuple):
    """`parts` are the folders of templates that make it, the later over the earlier; `prefix` begins its distribution.

    `typed` is what the type checker looks at; `linted` says that its name does not
    show the linter that it is Python.
    """

    says: str
    summary: str
    parts: tuple[str, ...]
    prefix: str = "mosaicfs-"
    typed: tuple[str, ...] = ("src", "tests")
    linted: bool = False
    stands_on: str = "mosaicfs-kernel"


KINDS = {
    "annotate": Kind("facts about files", "Counts the lines and words of text files.", ("distribution", "annotate")),
    "crawl": Kind("a new place files come from", "Finds the files of a folder.", ("distribution", "crawl")),
    "tier": Kind("a new way to reach bytes", "Reads files from copies that lie in a folder.", ("distribution", "tier")),
    "bridge": Kind(
        "a storage service: finds its files and reads them",
        "Shows the files of a storage service.",
        ("distribution", "bridge"),
        "mosaicfs-bridge-",
    ),
    "search": Kind(
        "a search engine",
        "Finds text files by the words inside them.",
        ("distribution", "words", "search"),
        "mosaicfs-search-",
    ),
    "target": Kind("a place that keeps copies", "Keeps copies of files in a folder.", ("distribution", "target")),
    "notifier": Kind("a way to tell people", "Puts notices into a folder.", ("distribution", "notifier")),
    "face": Kind("a way to show the tree", "Tells visitors the name of this node.", ("distribution", "face")),
    "file": Kind(
        "a plugin in a single file", "Notes the first line of text files.", ("file",), typed=("{name}.py", "tests")
    ),
    "executable": Kind(
        "a program for the plugins folder, in any language",
        "Notes the first line of text files.",
        ("executable",),
        typed=("{name}", "tests"),
        linted=True,
    ),
    "socket": Kind(
        "a process of its own, which answers at a socket",
        "Finds text files by the words inside them.",
        ("distribution", "words", "socket"),
        stands_on="mosaicfs-sdk",
    ),
}
ALIASES = {"annotator": "annotate"}
PROGRAM = 0o755


class ScaffoldError(Exception):
    """The author has to choose something else."""


class BadNameError(ScaffoldError):
    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} cannot name a plugin: a-z, 0-9, - and _ only, beginning with one of a-z.")


class TakenError(ScaffoldError):
    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is there already; choose another name or another place.")


@dataclass(frozen=True, slots=True)
class NewPlugin:
    kind: str
    name: str

    def __post_init__(self) -> None:
        if not is_plugin_name(self.name) or not self.name[0].isalpha() or "@" in self.name:
            raise BadNameError(self.name)

    @property
    def distribution(self) -> str:
        return KINDS[self.kind].prefix + self.name.replace("_", "-")

    @property
    def package(self) -> str:
        return self.distribution.replace("-", "_")

    def words(self) -> dict[str, str]:
        return {
            "name": self.name,
            "title": self.name.replace("-", " ").replace("_", " ").capitalize(),
            "distribution": self.distribution,
            "package": self.package,
            "summary": KINDS[self.kind].summary,
            "version": mosaicfs.__version__,
        }


def write_plugin(plugin: NewPlugin, into: Path) -> Path:
    """The folder that was written. Nothing that is there already is touched."""
    folder = into / plugin.name
    if folder.exists():
        raise TakenError(folder)
    for path, text in files_of(plugin, in_workspace=is_workspace(into)).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
        if text.startswith("#!"):
            (folder / path).chmod(PROGRAM)
    return folder


def files_of(plugin: NewPlugin, *, in_workspace: bool) -> dict[str, str]:
    """Text by path. Inside our own workspace its tools and its licence hold; elsewhere the plugin brings its own."""
    words = plugin.words()
    words["licence_line"] = '\nlicense = "Apache-2.0"' if in_workspace else ""
    kind = KINDS[plugin.kind]
    words["typed"] = ", ".join(f'"{each.format(name=plugin.name)}"' for each in kind.typed)
    words["stands_on"] = kind.stands_on
    words["linted"] = f'\nextend-include = ["{plugin.name}"]' if kind.linted else ""
    files = {_named(path, plugin): _filled(path, words) for path in _templates(plugin.kind)}
    tools = _filled(TEMPLATES / ("workspace.toml.tmpl" if in_workspace else "standalone.toml.tmpl"), words)
    files["pyproject.toml"] = files.get("pyproject.toml", "") + tools
    return files


def is_workspace(into: Path) -> bool:
    """Whether a folder lies in the workspace of MosaicFS itself."""
    return any((above / "kernel/src/mosaicfs").is_dir() for above in into.resolve().parents)


def _templates(kind: str) -> Iterator[Path]:
    for part in KINDS[kind].parts:
        yield from sorted((TEMPLATES / part).rglob("*.tmpl"))


def _named(template: Path, plugin: NewPlugin) -> str:
    path = Path(*template.relative_to(TEMPLATES).parts[1:]).as_posix()
    return path.removesuffix(".tmpl").replace("{package}", plugin.package).replace("{name}", plugin.name)


def _filled(template: Path, words: dict[str, str]) -> str:
    return _in_order(Template(template.read_text(encoding="utf-8")).substitute(words))


def _in_order(text: str) -> str:
    """Imports sorted again: where a line belongs depends on the name that was filled in."""
    runs = groupby(text.splitlines(keepends=True), key=lambda line: line.startswith("from mosaicfs"))
    return "".join("".join(sorted(run, key=_module) if imports else run) for imports, run in runs)


def _module(line: str) -> str:
    return line.split()[1]
