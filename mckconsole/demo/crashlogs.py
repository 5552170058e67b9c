"""What the containers of a rollout that fails write, run after run; the scenario has the lines."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from mckconsole.demo.crashing import LIFE, loop_at, starts
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.podlogs import Written
from mckconsole.demo.rollouts import Place, rolled_out, stages
from mckconsole.demo.world import World

_FIRST = 0.05
"""Seconds from the start of a run to its first line."""


def speaker(world: World, cluster: str) -> Callable[[KubeObject, str, bool], Written | None]:
    """Who says what such containers of a cluster say: (pod, container, of the run before)."""

    def speak(pod: KubeObject, container: str, previous: bool) -> Written | None:
        place = _place(world, cluster, pod)
        loop = loop_at(world.reached - place.born) if place else None
        if place is None or loop is None:
            return None
        return _written(world, cluster, place, loop.started - previous)

    return speak


def _place(world: World, cluster: str, pod: KubeObject) -> Place | None:
    wanted = (pod["metadata"]["namespace"], pod["metadata"]["name"])
    for model in rolled_out(world, cluster):
        for place in stages(world, cluster, model)[-1].places:
            if place.log and (place.model.namespace, place.seat.name) == wanted:
                return place
    return None


def _written(world: World, cluster: str, place: Place, run: int) -> Written:
    """The lines of a run, counted from 1, over the time that it lasts."""
    if run < 1:
        return Written()
    age = next(islice(starts(), run - 1, None))
    began = world.sites[cluster].epoch + place.born + age + _FIRST
    step = (LIFE - 2 * _FIRST) / len(place.log)
    return Written(
        [
            (began + step * number, text.replace("{node}", place.seat.node.name).encode())
            for number, text in enumerate(place.log)
        ]
    )
