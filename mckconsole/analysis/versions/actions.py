"""What is to be done within one step, in order (https://kubernetes.io/releases/version-skew-policy/
and the vendors' own orders): latest patch, add-ons that must be newer first, control plane, managed
add-ons, node pools one at a time, and looking whether all is well.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.mesh.hints import kubectl_on
from mckconsole.analysis.versions.carry import Move
from mckconsole.analysis.versions.command_model import (
    Command,
    Vendor,
    node_versions,
    server_version,
    workloads,
)
from mckconsole.analysis.versions.commands import addon_command, mesh_checks, vendor_of
from mckconsole.analysis.versions.model import Action, Headroom, NodePool, Phase
from mckconsole.analysis.versions.path import Course, Stride
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.wording import counted, listed

SOAK = "24 hours"
"""How long a cluster is watched before the next one goes."""
_STUCK_SHOWN = 3


def actions_of(course: Course, stride: Stride) -> tuple[Action, ...]:
    """Everything to do in a step; of one in which only nodes move, that alone."""
    vendor = vendor_of(course.versions.provider)
    return tuple(_actions(course, stride, vendor))


def _actions(course: Course, stride: Stride, vendor: Vendor) -> Iterator[Action]:
    place, start, to = course.place, stride.before.minor, stride.to
    if stride.ahead:
        patch = vendor.patch(place, start)
        yield _action(Phase.PATCH, f"{place.cluster} to the latest patch of {start}", patch)
        for move in stride.moves:
            yield _addon(course, move)
        words = f"control plane from {start} to {to}"
        yield _action(Phase.CONTROL_PLANE, words, vendor.control_plane(place, to))
    if stride.ahead or _behind(stride.before.proxy, to):
        words = f"kube-proxy, CoreDNS and the network to what goes with {to}"
        yield _action(Phase.MANAGED_ADDONS, words, vendor.managed(place, to))
    yield from _nodes(course, stride, vendor)
    yield _verify(course, to)


def _action(phase: Phase, words: str, command: Command) -> Action:
    said = f"{words}; {command.note}" if command.note else words
    return Action(phase, said, command.text, command.check, command.back)


def _behind(node: Minor | None, to: Minor) -> bool:
    return node is not None and node < to


def _addon(course: Course, move: Move) -> Action:
    """An add-on that must be newer before the control plane is."""
    place, before, after = course.place, move.before, move.after
    release = str(after.version)
    words = f"{after.name} from {before.version or 'its release'} to {release}: {move.reason}"
    command = addon_command(place, after.name, release)
    if not command:
        words += "; by whatever installed it"
    back = f"{after.name} {before.version}" if before.version else "the release of before"
    check = f"{workloads(place)} shows all of it ready with {release}"
    return Action(
        Phase.ADDONS_FIRST, words, command, check, f"{back}, while it is on the old minor"
    )


def _nodes(course: Course, stride: Stride, vendor: Vendor) -> Iterator[Action]:
    """One pool after the other, the smallest first: it is the canary of the others."""
    pools = zip(course.versions.pools, stride.before.pools, strict=True)
    due = [(pool, at) for pool, at in pools if at is None or at < stride.to]
    for pool, at in sorted(due, key=lambda one: (len(one[0].nodes), one[0].name)):
        command = vendor.nodes(course.place, pool.name, stride.to)
        yield _action(Phase.NODES, _pool(pool, at, stride.to), command)


def _pool(pool: NodePool, at: Minor | None, to: Minor) -> str:
    name = f"pool {pool.name}" if pool.name else "nodes without a pool"
    size = counted(len(pool.nodes), "node")
    return f"{name}, {size} from {at or 'an unknown version'} to {to}; {_room(pool.headroom)}"


def _room(room: Headroom | None) -> str:
    """Whether a node can be emptied, in words."""
    if room is None or (room.fits is None and not room.stuck):
        why = f": {room.reason}" if room is not None and room.reason else ""
        return f"whether its pods fit elsewhere is not known{why}"
    if room.stuck:
        return f"nowhere else fits {listed(room.stuck, _STUCK_SHOWN)}"
    if room.surge:
        return f"add {counted(room.surge, 'node')} first"
    return "its pods fit on the others" if room.fits else "its pods do not fit on the others"


def _verify(course: Course, to: Minor) -> Action:
    place = course.place
    checks = (
        server_version(place),
        node_versions(place),
        kubectl_on(place.context, "get --raw '/readyz?verbose'"),
        *mesh_checks(place, course.versions.groups),
    )
    words = f"see that {place.cluster} is well at {to}, then watch it for {SOAK}"
    stop = f"every node Ready at {to}, no tunnel down, no round trip doubled, no endpoint less"
    if course.versions.groups:
        words += "; peers sign in at the upgraded API server: see that they still can"
    return Action(Phase.VERIFY, words, " && ".join(checks), stop)
