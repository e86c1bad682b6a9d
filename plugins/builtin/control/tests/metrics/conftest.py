"""The server and the documents of the tests of the API."""

from plugins.builtin.control.tests.api.conftest import (
    clock,
    homes,
    instance,
    put,
    serve_instance,
    served,
    store,
)

__all__ = ["clock", "homes", "instance", "put", "serve_instance", "served", "store"]
