"""The program `mosaicfs`, loaded once and forked for each command line that comes in at its socket.

A command is a process of its own, with its own environment, descriptors and exit code, but need not load Python first.
Run as a program, with the number of the socket's descriptor.
"""

import gc
import json
import os
import socket
import sys
import time
from importlib import import_module

from mosaicfs_cli.program import VERBS, main, module_of

LATE = ("mosaicfs.app", "mosaicfs_cli.failures", "mosaicfs_cli.options", "mosaicfs_cli.server_line")
"""What most verbs import only when they run."""

LONGEST = 1 << 20


def serve(orders: socket.socket) -> None:
    """One command line after the other: arguments, environment and folder come in, the exit code goes out."""
    for module in (*LATE, *map(module_of, VERBS)):
        import_module(module)
    gc.freeze()
    while True:
        order, descriptors, _, _ = socket.recv_fds(orders, LONGEST, 3)
        if not order:
            return
        if not (child := os.fork()):
            orders.close()
            become(**json.loads(order), descriptors=descriptors)
            end()
        for descriptor in descriptors:
            os.close(descriptor)
        orders.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def become(arguments: list[str], environment: dict[str, str], folder: str, descriptors: list[int]) -> None:
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.argv[1:] = arguments
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)


def end() -> None:
    """As the program does, but for the tidying of Python, which takes longer than most commands."""
    code: object = 1
    try:
        code = main()
    except SystemExit as asked:
        code = asked.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
