"""What the suites of all hooks have in common: a plugin under test, loaded as if it were installed, and nothing else.

A suite is used by subclassing, in a test file of the plugin: `plugin` is its module, `options` its configuration, and
the fixtures that the suite of the hook names describe a place to try it on. A check that a plugin cannot pass stands
in `PLUGIN.exempt` with its reason, and is reported as skipped for that reason.
"""

from __future__ import annotations

from types import ModuleType
from typing import ClassVar

import pytest

from mosaicfs import PluginHost
from mosaicfs.model.json import JsonObject
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs_sdk.fakes.given_module import GivenModule
from mosaicfs_sdk.pytest_plugin import MakeHost


class Suite:
    plugin: ModuleType
    hook: ClassVar[str]

    @property
    def name(self) -> str:
        return GivenModule(self.plugin).name

    @pytest.fixture
    def options(self) -> JsonObject:
        """The options of the plugin, as they would stand in the configuration."""
        return {}

    @pytest.fixture
    def host(self, plugin_host: MakeHost, options: JsonObject) -> PluginHost:
        return plugin_host(self.plugin, options={self.name: options})

    @pytest.fixture(autouse=True)
    def exemption(self, request: pytest.FixtureRequest) -> None:
        info = getattr(self.plugin, "PLUGIN", None)
        exempt = info.exempt if isinstance(info, PluginInfo) else {}
        if reason := exempt.get(request.node.originalname):
            pytest.skip(reason)

    def test_it_is_ready_and_answers_the_hook(self, host: PluginHost) -> None:
        (item,) = host.items()
        assert (item.standing, item.reason) == ("ready", "")
        assert self.hook in item.hooks
