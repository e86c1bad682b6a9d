"""What the shape tests read: the distributions of the workspace, their modules, and what each module imports.

Everything is taken from the files, nothing is imported, so that a module is judged even when it would not load.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("kernel", "sdk", "plugins", "tests", "bench", "docs", "changes", "web", ".ci")
NOT_OURS = {"node_modules", "__pycache__", "dist"}
BUILT = "/mosaicfs_control/web/"
"""Where the build of the web page lies."""


class Distribution(NamedTuple):
    folder: Path
    project: dict[str, Any]
    """The table `[project]` of its pyproject.toml."""

    @property
    def name(self) -> str:
        return str(self.project["name"])

    @property
    def package(self) -> str:
        """The import name. The kernel alone is called what the whole is called."""
        return "mosaicfs" if self.name == "mosaicfs-kernel" else self.name.replace("-", "_")


class Import(NamedTuple):
    module: str
    target: str
    """Dotted, with the name that `from … import` takes."""
    place: str

    def __str__(self) -> str:
        return f"{self.place}: {self.module} imports {self.target}"


class Module(NamedTuple):
    name: str
    path: Path

    @property
    def place(self) -> str:
        return str(self.path.relative_to(ROOT))

    def tree(self) -> ast.Module:
        return parsed(self.path)

    def nodes(self) -> tuple[ast.AST, ...]:
        return walked(self.path)

    def imports(self) -> Iterator[Import]:
        """All of them: at the top, inside functions, and under TYPE_CHECKING."""
        for node in self.nodes():
            for target in _targets(node):
                yield Import(self.name, target, f"{self.place}:{node.lineno}")  # type: ignore[attr-defined]  # imports are statements


def _targets(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def walked(path: Path) -> tuple[ast.AST, ...]:
    """Every rule looks at all of them."""
    return tuple(ast.walk(parsed(path)))


@cache
def distributions() -> tuple[Distribution, ...]:
    """Every member of the workspace, without the root, which holds no code."""
    folders = [ROOT / "kernel", ROOT / "sdk", *sorted((ROOT / "plugins").glob("*/*"))]
    return tuple(_distribution(folder) for folder in folders if (folder / "pyproject.toml").is_file())


def root_distribution() -> Distribution:
    return _distribution(ROOT)


def pyproject(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


def _distribution(folder: Path) -> Distribution:
    return Distribution(folder, pyproject(folder)["project"])


def modules(distribution: Distribution) -> list[Module]:
    """What is installed: the modules below `src`."""
    source = distribution.folder / "src"
    return [Module(_dotted(path.relative_to(source)), path) for path in files_below(source, "*.py")]


def all_modules() -> list[Module]:
    return [module for distribution in distributions() for module in modules(distribution)]


def kernel() -> Distribution:
    return next(d for d in distributions() if d.name == "mosaicfs-kernel")


def plugins() -> list[Distribution]:
    return [d for d in distributions() if (ROOT / "plugins") in d.folder.parents]


def libraries() -> list[Distribution]:
    """What plugins share."""
    return [d for d in plugins() if d.folder.parent.name == "library"]


def within(name: str, room: str) -> bool:
    """Whether the dotted `name` is `room` or lies in it."""
    return name == room or name.startswith(f"{room}.")


def files_below(folder: Path, pattern: str) -> list[Path]:
    """Without what is hidden, installed or built."""
    return sorted(path for path in folder.rglob(pattern) if path.is_file() and _is_ours(path.relative_to(folder)))


def our_files(*patterns: str) -> list[Path]:
    """Files that people wrote: those of the root and of the folders of the map."""
    found = [p for pattern in patterns for p in ROOT.glob(pattern) if p.is_file()]
    for folder in FOLDERS:
        found += [p for pattern in patterns for p in files_below(ROOT / folder, pattern)]
    return sorted(set(found))


def _is_ours(path: Path) -> bool:
    if NOT_OURS & set(path.parts) or BUILT in f"/{path.as_posix()}":
        return False
    return not any(part.startswith(".") for part in path.parts[:-1])


def _dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
