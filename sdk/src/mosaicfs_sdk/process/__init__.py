"""The other end of the process protocols, for plugins in Python that run as programs of their own.

Only the standard library is used in here, so that the folder can be copied beside a plugin and taken along.
"""

from mosaicfs_sdk.process.answering import Failed, Handler
from mosaicfs_sdk.process.executable import run_executable
from mosaicfs_sdk.process.socket_plugin import SocketPlugin

__all__ = ["Failed", "Handler", "SocketPlugin", "run_executable"]
