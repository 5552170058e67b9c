"""Objects that the scenario has as their makers wrote them, and the custom kinds among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mckconsole.demo.objects import KubeObject, definition
from mckconsole.demo.scenario import Scenario
from mckconsole.demo.sections_versions import Thing
from mckconsole.demo.world import World


def _here(scenario: Scenario, name: str) -> list[Thing]:
    return [one for one in scenario.things if scenario.within(name, one.where)]


def namespaces(world: World, name: str) -> set[str]:
    """Namespaces of cluster `name` that they are in."""
    places = (one.name.rpartition("/")[0] for one in _here(world.scenario, name))
    return {place for place in places if place}


def definitions(world: World, name: str) -> Iterator[KubeObject]:
    """The CustomResourceDefinitions that they need, each once."""
    made = {(one.api, one.plural): one for one in _here(world.scenario, name) if one.plural}
    for (api, plural), one in made.items():
        group, _, version = api.partition("/")
        yield definition(group, (version,), plural, one.kind, namespaced="/" in one.name)


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """All of them in cluster `name`."""
    site = world.sites[name]
    for one in _here(world.scenario, name):
        namespace, _, own = one.name.rpartition("/")
        yield site.manifest(
            one.api,
            one.kind,
            namespace,
            own,
            labels=one.labels,
            days_ago=min(90.0, site.cluster.age_days),
            **_named(one.body, name),
        )


def _named(value: Any, name: str) -> Any:
    """With the cluster's name in its texts."""
    if isinstance(value, str):
        return value.replace("{cluster}", name)
    if isinstance(value, dict):
        return {key: _named(item, name) for key, item in value.items()}
    return [_named(item, name) for item in value] if isinstance(value, list) else value
