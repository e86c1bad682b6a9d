"""Every check of one plugin: its contract here, its conduct in a process of its own, and walls for a program."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

from mosaicfs import RefusedError, check_plugin, find_plugin
from mosaicfs.model.plugin_check import PluginCheck
from mosaicfs.model.plugin_kind import PluginGround

if TYPE_CHECKING:
    from mosaicfs import Configured

TRIALS = "mosaicfs_sdk.checking"
LIMIT_S = 900.0
"""For all suites and the plugin's own tests; each call of a hook has its own, shorter limit."""
PROBE = ("--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--", "/usr/bin/env", "true")
PROBE_S = 5.0


def checks_of(word: str, configured: Configured, config: str) -> Iterator[PluginCheck]:
    """`word` is a name or a path, `config` the configuration that was named. Runs the code of the plugin."""
    try:
        found = find_plugin(word, ground_of(configured))
    except (RefusedError, OSError) as trouble:
        yield PluginCheck("found", "found", "fail", str(trouble))
        return
    yield PluginCheck("found", "found", "ok", f"{found.kind} {found.place}")
    for check in check_plugin(found, configured.settings.plugin_options.get(found.name, {})):
        yield check
        if check.status == "fail":
            return
    if found.kind == "executable":
        yield _sandbox(configured.settings.plugins.sandbox)
    yield from _conduct(word, config)


def ground_of(configured: Configured) -> PluginGround:
    places = configured.places
    return PluginGround("", places.plugins_dir, places.runtime_dir, places.state_dir, configured.settings.plugins)


def _sandbox(wanted: str) -> PluginCheck:
    """Whether the machine can put walls around the program; what is inside them is the host's matter."""
    if wanted == "off":
        return PluginCheck("sandbox", "sandbox probe", "skip", 'switched off: [plugins] sandbox = "off"')
    program = shutil.which("bwrap")
    if program is not None and _works([program, *PROBE]):
        return PluginCheck("sandbox", "sandbox probe", "ok", "bwrap")
    detail = "bwrap does not work here: install bubblewrap"
    return PluginCheck("sandbox", "sandbox probe", "fail" if wanted == "required" else "skip", detail)


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=PROBE_S, check=False).returncode == 0  # noqa: S603 - our own words
    except (OSError, subprocess.TimeoutExpired):
        return False


def _conduct(word: str, config: str) -> Iterator[PluginCheck]:
    if find_spec("mosaicfs_sdk") is None:
        yield PluginCheck("conformance", "conformance", "skip", "the suites come with mosaicfs-sdk: pip install it")
        return
    try:
        done = subprocess.run(  # noqa: S603 - a part of MosaicFS
            [sys.executable, "-P", "-m", TRIALS, word],
            input=json.dumps({"config": config}),
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        yield PluginCheck("conformance", "conformance", "fail", f"it was not done within {LIMIT_S:g} s")
        return
    for line in done.stdout.splitlines():
        yield PluginCheck(**json.loads(line))
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        yield PluginCheck("conformance", "conformance", "fail", last)
