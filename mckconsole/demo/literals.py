"""Credentials that somebody wrote into the template of a workload."""

from __future__ import annotations

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.sections_audit import Literals
from mckconsole.demo.world import World


def add_literals(world: World, name: str, workload: str, template: KubeObject) -> None:
    """Write the credentials that stand in a workload's template into it; it is the caller's own."""
    for one in world.scenario.literals:
        if one.workload == workload and world.scenario.within(name, one.where):
            _add(template, world.keyring.expand(one.annotations), one, world)


def _add(template: KubeObject, notes: dict[str, str], model: Literals, world: World) -> None:
    expand = world.keyring.expand
    containers = template["spec"]["containers"]
    container = next(one for one in containers if model.container in ("", one["name"]))
    env = [{"name": key, "value": expand(text)} for key, text in model.env.items()]
    if env:
        container["env"] = [*container.get("env", ()), *env]
    if model.args:
        container["args"] = expand(model.args)
    if model.probe:
        headers = [{"name": key, "value": expand(text)} for key, text in model.probe.items()]
        get: KubeObject = {"path": "/ready", "port": 8080, "scheme": "HTTP", "httpHeaders": headers}
        container["readinessProbe"] = {"httpGet": get, "periodSeconds": 10, "timeoutSeconds": 1,
                                       "successThreshold": 1, "failureThreshold": 3}  # fmt: skip
    if model.hook:
        container["lifecycle"] = {"preStop": {"exec": {"command": expand(model.hook)}}}
    if notes:
        metadata = template["metadata"]
        metadata["annotations"] = {**metadata.get("annotations", {}), **notes}
