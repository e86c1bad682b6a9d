"""Networks for the journeys of several machines.

`Bridged` gives each machine a network namespace of its own, with a link to a switch that can be pulled out. A namespace
lives as long as the process that keeps it, and that one ends with its standard input: so nothing is left of a test run
that was killed. `Loopback` is for machines where nobody may make namespaces: each machine has an address of its own,
and no link that could break.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

PREFIX = 24
PORT = 8443


class Network(Protocol):
    can_cut: bool

    def address(self, number: int) -> str:
        """Of that machine; known before it is attached."""

    def port(self, number: int) -> int:
        """One at which nobody listens on that machine."""

    def attach(self, number: int) -> list[str]:
        """What a command of that machine begins with."""

    def set_link(self, number: int, state: str) -> None:
        """`up` or `down`."""

    def close(self) -> None: ...


class Loopback:
    can_cut = False

    def address(self, number: int) -> str:
        return f"127.0.77.{number}"

    def port(self, number: int) -> int:
        with socket.create_server((self.address(number), 0)) as taken:
            found: int = taken.getsockname()[1]
        return found

    def attach(self, number: int) -> list[str]:
        del number
        return []

    def set_link(self, number: int, state: str) -> None:
        raise NotImplementedError(f"the link of machine {number} cannot be set {state}")

    def close(self) -> None:
        """Nothing was made."""


class Bridged:
    can_cut = True

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._made: set[str] = set()
        self._switch = self._namespace()
        self._in(self._switch, "ip", "link", "add", "switch", "type", "bridge", "forward_delay", "0")
        self._in(self._switch, "ip", "link", "set", "switch", "up")

    def address(self, number: int) -> str:
        return f"10.77.0.{number}"

    def port(self, number: int) -> int:
        del number
        return PORT

    def attach(self, number: int) -> list[str]:
        machine, port = self._namespace(), f"port{number}"
        peer = ["peer", "name", "cable", "netns", str(machine)]
        self._in(self._switch, "ip", "link", "add", port, "type", "veth", *peer)
        self._in(self._switch, "ip", "link", "set", port, "master", "switch", "up")
        self._in(machine, "ip", "link", "set", "lo", "up")
        self._in(machine, "ip", "address", "add", f"{self.address(number)}/{PREFIX}", "dev", "cable")
        self._in(machine, "ip", "link", "set", "cable", "up")
        return _inside(machine)

    def set_link(self, number: int, state: str) -> None:
        """At the switch, as when a cable is pulled out there."""
        self._in(self._switch, "ip", "link", "set", f"port{number}", state)

    def close(self) -> None:
        """Whoever is still in one of the namespaces is named: it would keep that alive."""
        self._stack.close()
        left = {process.name for process in Path("/proc").glob("[0-9]*") if _namespace_of(process) in self._made}
        assert not left, f"processes are left in the network of the test: {left}"

    def _namespace(self) -> int:
        """The process that keeps it."""
        keeper = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo ready; exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._stack.callback(_end, keeper)
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"ready\n"
        self._made.add(_namespace_of(Path(f"/proc/{keeper.pid}")))
        return keeper.pid

    @staticmethod
    def _in(keeper: int, *command: str) -> None:
        subprocess.run([*_inside(keeper), *command], check=True, capture_output=True)


def _inside(keeper: int) -> list[str]:
    return ["nsenter", f"--net=/proc/{keeper}/ns/net", "--"]


def _namespace_of(process: Path) -> str:
    """Empty for one that has ended meanwhile."""
    try:
        return str((process / "ns" / "net").readlink())
    except OSError:
        return ""


def _end(keeper: subprocess.Popen[bytes]) -> None:
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    keeper.stdin.close()
    keeper.wait(10)
    keeper.stdout.close()


def why_no_bridge() -> str:
    """Empty where namespaces and links may be made."""
    missing = [name for name in ("ip", "unshare", "nsenter") if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} is not installed; make test installs it"
    make_link = "ip link add probe type veth peer name other && ip link add switch type bridge"
    tried = subprocess.run(["unshare", "--net", "sh", "-c", make_link], capture_output=True, text=True, check=False)
    return f"no network of its own may be made here: {tried.stderr.strip()}" if tried.returncode else ""


def make_network() -> Network:
    return Loopback() if why_no_bridge() else Bridged()
