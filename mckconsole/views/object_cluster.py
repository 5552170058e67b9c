"""Nodes, volumes and claims: what pods stand on."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.domain.trees import at, labels_at, map_at, maps_at, text_at, texts_at, words_at
from mckconsole.views.detail import Block, Card, Line, Span
from mckconsole.views.explain import count, fact, stated
from mckconsole.views.object_parts import WIDTH, Around, linked, value
from mckconsole.views.spec import Role

_ROLE = "node-role.kubernetes.io/"
_AMOUNTS = ("cpu", "memory", "pods", "ephemeral-storage")


def node_card(around: Around) -> Card:
    """What a node is and runs."""
    tree = around.tree
    info, labels = map_at(tree, "status", "nodeInfo"), labels_at(tree, "metadata", "labels")
    roles = [key.removeprefix(_ROLE) for key in labels if key.startswith(_ROLE)]
    zone = labels.get("topology.kubernetes.io/zone", "")
    lines = [
        *value("roles", ", ".join(roles)),
        *value("version", text_at(info, "kubeletVersion")),
        *value("system", f"{text_at(info, 'osImage')} {text_at(info, 'architecture')}".strip()),
        *value("kernel", text_at(info, "kernelVersion")),
        *value("runtime", text_at(info, "containerRuntimeVersion")),
        *value("machine", labels.get("node.kubernetes.io/instance-type", "")),
        *value("zone", zone),
        *value("provider id", text_at(tree, "spec", "providerID")),
        *value("pods are", ", ".join(texts_at(tree, "spec", "podCIDRs"))),
    ]
    if at(tree, "spec", "unschedulable") is True:
        lines.append(fact("cordoned", stated(Role.WARN, "no pods are placed here"), width=WIDTH))
    return Card("Node", tuple(lines))


def node_blocks(around: Around) -> Iterator[Block]:
    """Addresses and amounts, and what keeps pods away."""
    status = map_at(around.tree, "status")
    addresses = tuple(
        fact(text_at(one, "type"), text_at(one, "address"), width=14)
        for one in maps_at(status, "addresses")
    )
    amounts = tuple(_amounts(around))
    cards = [Card("Addresses", addresses)] if addresses else []
    cards += [Card("For pods, of all", amounts)] if amounts else []
    if cards:
        yield Block(cards=tuple(cards))
    taints = tuple(
        Line((Span(_taint(one), Role.WARN if one.get("effect") == "NoExecute" else Role.PLAIN),))
        for one in maps_at(around.tree, "spec", "taints")
    )
    if taints:
        yield Block("Taints", count(len(taints), "taint"), lines=taints)


def _taint(one: object) -> str:
    held = words_at(one, "value")
    name = text_at(one, "key") + (f"={held}" if held else "")
    return f"{name}:{text_at(one, 'effect')}"


def _amounts(around: Around) -> Iterator[Line]:
    every = map_at(around.tree, "status", "capacity")
    usable = map_at(around.tree, "status", "allocatable")
    for name in (*_AMOUNTS, *(name for name in every if name not in _AMOUNTS)):
        if words_at(usable, name) or words_at(every, name):
            words = f"{words_at(usable, name) or '?'} of {words_at(every, name) or '?'}"
            yield fact(name, words, width=18)


def claim_card(around: Around) -> Card:
    """How much is claimed, of what class, and what is behind it."""
    spec, status = map_at(around.tree, "spec"), map_at(around.tree, "status")
    volume, class_ = text_at(spec, "volumeName"), text_at(spec, "storageClassName")
    lines = [
        *value("phase", text_at(status, "phase")),
        *value("has", words_at(status, "capacity", "storage")),
        *value("asks for", words_at(spec, "resources", "requests", "storage")),
        *value("access", ", ".join(texts_at(spec, "accessModes"))),
        *linked("volume", volume, around.link("v1", "PersistentVolume", volume)),
        *linked("class", class_, around.link("storage.k8s.io/v1", "StorageClass", class_)),
    ]
    return Card("PersistentVolumeClaim", tuple(lines))


def volume_card(around: Around) -> Card:
    """What a volume is, who has it, and what becomes of it."""
    spec = map_at(around.tree, "spec")
    claim, class_ = map_at(spec, "claimRef"), text_at(spec, "storageClassName")
    where, name = text_at(claim, "namespace"), text_at(claim, "name")
    link = around.link("v1", "PersistentVolumeClaim", name, where)
    lines = [
        *value("phase", text_at(around.tree, "status", "phase")),
        *value("has", words_at(spec, "capacity", "storage")),
        *value("access", ", ".join(texts_at(spec, "accessModes"))),
        *linked("claimed by", f"{where}/{name}" if name else "", link),
        *linked("class", class_, around.link("storage.k8s.io/v1", "StorageClass", class_)),
        *value("afterwards", text_at(spec, "persistentVolumeReclaimPolicy")),
        *value("driver", text_at(spec, "csi", "driver")),
    ]
    return Card("PersistentVolume", tuple(lines))
