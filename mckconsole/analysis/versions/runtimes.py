"""Container runtimes as nodes report them, and from which Kubernetes on the kubelet refuses them.

Sources: dockershim went in 1.24; the kubelet speaks only CRI v1 since 1.26, which containerd has
from 1.6 on; KEP-4033 takes away the kubelet's own cgroup driver setting, and with it every runtime
that cannot tell its driver: containerd before 2.0, CRI-O before 1.28. That was put off more than
once, so its minor is the one that the table of add-ons gives for containerd 1.7.
"""

from __future__ import annotations

from typing import NamedTuple

from mckconsole.analysis.versions.addon_ranges import numbered
from mckconsole.domain.kubeversion import Minor, Version, parse_version
from mckconsole.domain.support import SupportData

_LAST_CONTAINERD = Minor(1, 7)
"""The last minor of containerd that cannot tell its cgroup driver."""
_TELLS_DRIVER = {"containerd": Minor(2, 0), "cri-o": Minor(1, 28)}
_PLANNED = Minor(1, 38)
"""Where the table says nothing: KEP-4033 as of 2026-11."""
_SPEAKS_V1 = {"containerd": Minor(1, 6), "cri-o": Minor(1, 20)}


class Runtime(NamedTuple):
    """A container runtime."""

    name: str
    """`containerd`, `cri-o`, `docker` …"""
    version: Version | None
    text: str
    """As the node reports it."""

    @property
    def words(self) -> str:
        """`containerd 1.7.33`."""
        return f"{self.name} {self.version}" if self.version else self.text


class Refusal(NamedTuple):
    """From which minor on the kubelet does not work with a runtime."""

    known: bool
    """False: the runtime or its version is not known, so nothing can be said."""
    first: Minor | None
    """The first minor that refuses it; None where none is known."""
    why: str


def parse_runtime(text: str) -> Runtime | None:
    """`containerd://1.7.33` as a node's `containerRuntimeVersion` has it; None for an empty one."""
    name, _, version = text.partition("://")
    return Runtime(name.lower(), parse_version(version), text) if text else None


def refusal(text: str, data: SupportData) -> Refusal:
    """What a node's `containerRuntimeVersion` means for the kubelets to come."""
    runtime = parse_runtime(text)
    if runtime is None:
        return Refusal(False, None, "the node reports no container runtime")
    if runtime.name == "docker":
        return Refusal(True, Minor(1, 24), "the kubelet speaks to Docker no more (dockershim)")
    enough = _TELLS_DRIVER.get(runtime.name)
    if enough is None or runtime.version is None:
        return Refusal(False, None, f"nothing is known of the container runtime {text}")
    at = runtime.version.of
    if at < _SPEAKS_V1[runtime.name]:
        return Refusal(True, Minor(1, 26), f"{runtime.words} has no CRI v1")
    if at < enough:
        why = f"{runtime.words} cannot tell the kubelet its cgroup driver (KEP-4033)"
        return Refusal(True, _driver_needed(data), f"{why}: {runtime.name} {enough} or newer can")
    return Refusal(True, None, "")


def _driver_needed(data: SupportData) -> Minor:
    """The first minor whose kubelet asks the runtime for its cgroup driver."""
    for minor, row in numbered(data.ranges.get("containerd", ())):
        if minor == _LAST_CONTAINERD and row.most is not None:
            return row.most.plus(1)
    return _PLANNED
