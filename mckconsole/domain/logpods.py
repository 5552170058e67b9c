"""Pods as far as their logs go: which containers they have, and how those stand."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from msgspec import field

from mckconsole.domain.objects import Meta, OwnerReference, Projection


class OwnedMeta(Meta, frozen=True, gc=False, rename="camel"):
    """Metadata with what made the object."""

    owner_references: tuple[OwnerReference, ...] = ()


class LoggedContainer(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One container of a pod."""

    name: str = ""
    restart_policy: str = ""


class LoggedSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Pod spec."""

    restart_policy: str = "Always"
    init_containers: tuple[LoggedContainer, ...] = ()
    containers: tuple[LoggedContainer, ...] = ()
    ephemeral_containers: tuple[LoggedContainer, ...] = ()


class Reason(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Why a container waits or has ended."""

    reason: str = ""
    exit_code: int = 0


class ContainerState(msgspec.Struct, frozen=True, gc=False):
    """What a container does."""

    waiting: Reason | None = None
    terminated: Reason | None = None


class LoggedStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """State of one container."""

    name: str = ""
    restart_count: int = 0
    state: ContainerState = ContainerState()


class LoggedPodStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Pod status."""

    phase: str = ""
    init_container_statuses: tuple[LoggedStatus, ...] = ()
    container_statuses: tuple[LoggedStatus, ...] = ()
    ephemeral_container_statuses: tuple[LoggedStatus, ...] = ()


class LoggedPod(Projection, frozen=True, gc=False):
    """core/v1 Pod, as far as its logs go."""

    metadata: OwnedMeta = OwnedMeta()
    spec: LoggedSpec = field(default_factory=LoggedSpec)
    status: LoggedPodStatus = field(default_factory=LoggedPodStatus)

    kind: ClassVar[str] = "Pod"

    @property
    def containers(self) -> tuple[str, ...]:
        """Names of all containers, in the order in which they start."""
        spec = self.spec
        every = (*spec.init_containers, *spec.containers, *spec.ephemeral_containers)
        return tuple(one.name for one in every if one.name)

    @property
    def over(self) -> bool:
        """Whether nothing of it will run again."""
        return self.status.phase in ("Succeeded", "Failed")

    def status_of(self, container: str) -> LoggedStatus:
        """How a container stands; a blank one where the pod does not say."""
        status = self.status
        every = (
            *status.container_statuses,
            *status.init_container_statuses,
            *status.ephemeral_container_statuses,
        )
        return next((one for one in every if one.name == container), LoggedStatus())

    def ended(self, container: str) -> str:
        """In which way a container is over for good; empty while it may go on."""
        found = self.status_of(container).state.terminated
        words = f"ended: {found.reason or 'exit'} {found.exit_code}" if found else "ended"
        if self.over:
            return words
        if found is None or self._restarts(container, failed=found.exit_code != 0):
            return ""
        return words

    def waits(self, container: str) -> str:
        """What a container that does not run waits for; empty where it runs or has ended."""
        found = self.status_of(container).state
        if found.waiting is not None:
            return f"waits: {found.waiting.reason or 'to start'}"
        started = found.terminated is not None or self.status.phase != "Pending"
        return "" if started else "waits: the pod has not started"

    def _restarts(self, container: str, *, failed: bool) -> bool:
        for one in self.spec.init_containers:
            if one.name == container:
                return failed or one.restart_policy == "Always"
        if any(one.name == container for one in self.spec.ephemeral_containers):
            return False
        policy = self.spec.restart_policy
        return policy == "Always" or (policy == "OnFailure" and failed)
