"""Imports point one way: down the floors of the kernel, and from the plugins to its door."""

from __future__ import annotations

import ast

from tests.shape.workspace import Import, all_modules, distributions, kernel, libraries, modules, plugins, within

# Arrows go to a lower floor or stay in the room. A set is one room of several modules.
FLOORS: list[list[set[str]]] = [
    [{"model"}, {"errors"}, {"whole_file"}],
    [{"wire"}, {"hookspecs"}, {"identity"}, {"local_files"}],
    [
        {"documents"},
        {"plugin_host"},
        {"config", "config_file", "instance_id", "listeners", "logs", "node_id", "paths", "stopping", "unix_socket"},
    ],
    [{"tree"}, {"content"}],
    [{"services"}],
    [{"app", "agent", "running_kernel"}],
]
PURE = {"model"}
DOOR = (
    "mosaicfs.model",
    "mosaicfs.errors",
    "mosaicfs.wire",
    "mosaicfs.hookspecs",
    "mosaicfs.identity",
    "mosaicfs.instance_id",
)


def test_every_room_of_the_kernel_has_a_floor() -> None:
    rooms = {_room(module.name) for module in modules(kernel())} - {""}
    assert rooms <= {room for floor in FLOORS for group in floor for room in group}


def test_arrows_of_the_kernel_only_go_down() -> None:
    """Also inside functions and under TYPE_CHECKING: that is the same knot, hidden."""
    rising = [
        str(each)
        for each in _imports_of_the_kernel()
        if _room(each.module) and not _goes_down(_room(each.module), _room(each.target))
    ]
    assert not rising, "\n".join(rising)


def test_the_model_imports_nothing_of_ours() -> None:
    leaving = [str(e) for e in _imports_of_the_kernel() if _room(e.module) in PURE and _room(e.target) not in PURE]
    assert not leaving, "\n".join(leaving)


def test_the_door_imports_nothing_until_it_is_asked() -> None:
    door = next(module for module in modules(kernel()) if module.name == "mosaicfs")
    ours = [
        node
        for node in door.tree().body
        if isinstance(node, ast.Import | ast.ImportFrom) and "mosaicfs" in ast.unparse(node)
    ]
    assert not ours, f"{door.place} imports something of the kernel when it is loaded"


def test_the_door_tells_the_type_checker_what_it_hands_on() -> None:
    """It says each name twice, lazily for the program and plainly for the type checker; the two must agree."""
    door = next(module for module in modules(kernel()) if module.name == "mosaicfs")
    told = {each.target for each in door.imports() if within(each.target, "mosaicfs")}
    handed = next(
        node.value for node in door.tree().body if isinstance(node, ast.Assign) and "_ROOMS" in ast.unparse(node)
    )
    assert told == {f"{room}.{name}" for name, room in ast.literal_eval(handed).items()}


def test_the_kernel_imports_no_plugin() -> None:
    strangers = [d.package for d in distributions() if d != kernel()]
    found = [str(e) for e in _imports_of_the_kernel(ours=False) if any(within(e.target, name) for name in strangers)]
    assert not found, "\n".join(found)


def test_a_plugin_sees_only_the_door_of_the_kernel_and_no_other_plugin() -> None:
    """What several of them need is a library, which is no plugin itself."""
    strayed = []
    for plugin in plugins():
        others = [d.package for d in distributions() if d not in (plugin, kernel(), *libraries())]
        for module in modules(plugin):
            for each in module.imports():
                behind_the_door = within(each.target, "mosaicfs") and not _at_the_door(each.target)
                if behind_the_door or any(within(each.target, other) for other in others):
                    strayed.append(str(each))
    assert not strayed, "\n".join(strayed)


def test_a_library_is_no_plugin() -> None:
    announced = [library.name for library in libraries() if "entry-points" in library.project]
    assert not announced


def test_the_sdk_imports_no_plugin() -> None:
    strangers = [plugin.package for plugin in plugins()]
    sdk = next(d for d in distributions() if d.name == "mosaicfs-sdk")
    found = [str(e) for m in modules(sdk) for e in m.imports() if any(within(e.target, name) for name in strangers)]
    assert not found, "\n".join(found)


def test_imports_are_written_whole() -> None:
    """A relative import would pass under the tests above."""
    relative = [
        f"{module.place}:{node.lineno}"
        for module in all_modules()
        for node in ast.walk(module.tree())
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative, "\n".join(relative)


def _imports_of_the_kernel(*, ours: bool = True) -> list[Import]:
    found = [each for module in modules(kernel()) for each in module.imports()]
    return [each for each in found if within(each.target, "mosaicfs")] if ours else found


def _room(name: str) -> str:
    """`documents` of `mosaicfs.documents.sqlite.rows`; the version and its like belong to the door, which is ``."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and not parts[1].startswith("__") else ""


def _goes_down(room: str, target: str) -> bool:
    return not target or target in _group(room) or _floor(target) < _floor(room)


def _group(room: str) -> set[str]:
    return next((group for floor in FLOORS for group in floor if room in group), set())


def _floor(room: str) -> int:
    """What has no floor is above all: a name that the door hands on hides where it comes from."""
    return next((level for level, floor in enumerate(FLOORS) if any(room in group for group in floor)), len(FLOORS))


def _at_the_door(target: str) -> bool:
    rooms = {room for floor in FLOORS for group in floor for room in group}
    return _room(target) not in rooms or any(within(target, allowed) for allowed in DOOR)
