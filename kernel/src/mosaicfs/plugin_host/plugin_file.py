"""A plugin that is one file in the plugins folder: whether it is safe to run, and how it becomes a module.

What is checked is the open file, and what was read from it is what runs: a file that is swapped in between is not
taken. The same rules hold for folders and files of every kind of plugin.
"""

from __future__ import annotations

import os
import stat
import sys
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import BinaryIO

from mosaicfs.plugin_host.contract import RefusedError

_PREFIX = "mosaicfs_plugin_file_"


def read_safely(folder: Path, name: str) -> bytes:
    """The content of a file that only its owner, us or root, can have written. `RefusedError` otherwise."""
    with open_plugin_file(folder, name) as file:
        return file.read()


def open_plugin_file(folder: Path, name: str) -> BinaryIO:
    """That file, open; its `name` is where it lies. What was looked at is the open file, so use that and no other."""
    path = (folder / name).resolve()
    if path.parent != folder.resolve():
        raise RefusedError(f"unsafe file: {folder / name} leads out of the plugins folder")
    _check(folder.stat(), f"the folder {folder}")
    file = _opened(path)
    try:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise RefusedError(f"unsafe file: {path} is not a regular file")
        _check(found, str(path))
    except BaseException:
        file.close()
        raise
    return file


def _opened(path: Path) -> BinaryIO:
    """A pipe would hang us, and a device may do anything: both are opened without waiting and then refused."""
    try:
        return open(path, "rb", opener=_without_waiting)
    except OSError as cause:
        raise RefusedError(f"unsafe file: {path} cannot be opened: {cause.strerror}") from None


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)


def import_file(name: str, path: Path, source: bytes) -> ModuleType:
    """Whatever the file raises while it is run leaves nothing behind."""
    spec = ModuleSpec(_PREFIX + name, _Source(path, source), origin=str(path))
    spec.has_location = True
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        _Source(path, source).exec_module(module)
    except BaseException:
        del sys.modules[spec.name]
        raise
    return module


class _Source(InspectLoader):
    """Runs what was read, under the name of its file, so that a traceback shows the line."""

    def __init__(self, path: Path, source: bytes) -> None:
        self._path = path
        self._source = source

    def get_source(self, fullname: str) -> str:
        return self._source.decode()

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self._source, str(self._path))


def _check(found: os.stat_result, what: str) -> None:
    if found.st_uid not in (0, os.geteuid()):
        raise RefusedError(f"unsafe file: {what} belongs to neither root nor us")
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise RefusedError(f"unsafe file: others may write {what}. Type: chmod go-w")
