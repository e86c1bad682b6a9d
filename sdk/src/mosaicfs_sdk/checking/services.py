"""Whether a process that listens at a socket is free to be looked at: it serves one agent after the other."""

from __future__ import annotations

import socket
from pathlib import Path

from mosaicfs_sdk.conformance.process.agent_line import AgentLine

PATIENCE_S = 3.0


def answers(path: Path) -> bool:
    """It says something, whatever that is, to an agent whose version nobody speaks."""
    with socket.socket(socket.AF_UNIX) as connected:
        connected.settimeout(PATIENCE_S)
        try:
            connected.connect(str(path))
            line = AgentLine(connected)
            line.say({"type": "hello", "protocols": [], "node_id": "conformance", "config": {}})
            connected.recv(1)
        except OSError:
            return False
    return True
