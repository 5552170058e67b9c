"""One container as readers of identities see it: its variables, its mounts, and traces of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mckconsole.analysis.identity.model import (
    Cloud,
    ClusterFacts,
    Effective,
    Identity,
    Mechanism,
    Shape,
    Trace,
)
from mckconsole.domain.cloudkeys import WITHHELD
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.pods import (
    EnvVar,
    Pod,
    PodContainer,
    TokenSource,
    Volume,
    VolumeMount,
)

_FIELDS = {
    "app": "containers",
    "init": "initContainers",
    "sidecar": "initContainers",
    "ephemeral": "ephemeralContainers",
}


class File(NamedTuple):
    """A path in a container, as far as the pod tells what is there."""

    mount: VolumeMount | None = None
    volume: Volume | None = None
    name: str = ""
    """Of the file within the volume."""
    token: TokenSource | None = None
    place: str = ""
    """Field path of the token's source in the pod."""


NOWHERE = File()


class PodView:
    """What the containers of a shape share."""

    __slots__ = ("facts", "pod", "ref", "tokens", "volumes")

    def __init__(self, shape: Shape, facts: ClusterFacts) -> None:
        self.facts = facts
        self.pod: Pod = shape.pod
        self.ref: ObjectRef = self.pod.ref(facts.versions.get("pods", "v1"))
        self.volumes: Mapping[str, Volume] = {one.name: one for one in self.pod.spec.volumes}
        self.tokens = {name: one for name, one in self.volumes.items() if one.projected}

    def trace(self, path: str, value: str) -> Trace:
        """A field of the pod."""
        return Trace(self.ref, path, value)


class View:
    """One container."""

    __slots__ = ("_tokens", "container", "env", "pod", "role")

    def __init__(self, pod: PodView, role: str, container: PodContainer) -> None:
        self.pod = pod
        self.role = role
        self.container = container
        self.env: Mapping[str, EnvVar] = {one.name: one for one in container.env if one.given}
        self._tokens: list[tuple[VolumeMount, TokenSource, str]] | None = None

    @property
    def path(self) -> str:
        """Where it stands in the pod."""
        return f"spec.{_FIELDS[self.role]}[name={self.container.name}]"

    def of(self, *names: str) -> tuple[Trace, ...]:
        """Traces of variables, those that are set."""
        return tuple(self.trace(self.env[name]) for name in names if name in self.env)

    def trace(self, variable: EnvVar) -> Trace:
        """A variable: its value where it is public, else where it comes from."""
        field, value = source_of(variable)
        return self.pod.trace(f"{self.path}.env[name={variable.name}].{field}", value)

    def mounted(self, mount: VolumeMount) -> Trace:
        """A mount."""
        path = f"{self.path}.volumeMounts[mountPath={mount.mount_path}]"
        return self.pod.trace(path, f"volume {mount.name}")

    def file(self, path: str) -> File:
        """What is at a path of the container."""
        path = _posix(path)
        mount = self.container.mount_at(path)
        volume = self.pod.volumes.get(mount.name) if mount else None
        if mount is None or volume is None:
            return NOWHERE
        name = path[len(mount.mount_path.rstrip("/")) :].lstrip("/")
        if mount.sub_path:
            name = f"{mount.sub_path.strip('/')}/{name}".rstrip("/")
        token, place = _token(volume, name)
        return File(mount, volume, name, token, place)

    def token_traces(self, file: File) -> tuple[Trace, ...]:
        """The projected token behind a file."""
        if file.token is None or file.mount is None:
            return ()
        found = self.pod.trace(f"{file.place}.audience", file.token.audience)
        return (self.mounted(file.mount), found)

    def cloud_tokens(self) -> list[tuple[VolumeMount, TokenSource, str]]:
        """All projected tokens that are mounted into the container, with their field paths."""
        if self._tokens is not None:
            return self._tokens
        found = self._tokens = []
        for mount in self.container.volume_mounts:
            volume = self.pod.tokens.get(mount.name)
            if volume is not None and volume.projected is not None:
                for number, one in enumerate(volume.projected.sources):
                    if one.service_account_token is not None:
                        place = _place(volume, number)
                        found.append((mount, one.service_account_token, place))
        return found

    def effective(
        self,
        mechanism: Mechanism,
        cloud: Cloud,
        identity: Identity | None = None,
        text: str = "",
        traces: tuple[Trace, ...] = (),
        token: TokenSource | None = None,
        problem: str = "",
    ) -> Effective:
        """What this container is."""
        name = self.container.name
        return Effective(name, self.role, mechanism, cloud, identity, text, traces, token, problem)


def source_of(variable: EnvVar) -> tuple[str, str]:
    """Where in a variable its value stands, and what may be shown of it."""
    source = variable.value_from
    if source is None:
        return "value", variable.value or WITHHELD
    if (secret := source.secret_key_ref) is not None:
        return "valueFrom.secretKeyRef", f"Secret {secret.name}, key {secret.key}"
    if (config := source.config_map_key_ref) is not None:
        return "valueFrom.configMapKeyRef", f"ConfigMap {config.name}, key {config.key}"
    if source.field_ref is not None:
        return "valueFrom.fieldRef", source.field_ref.field_path
    return "valueFrom", WITHHELD


def unmounted(variable: str, path: str) -> str:
    """That a variable names a file which the container does not have, in words."""
    return f"{variable} names {path}, which lies under no mount of the container"


def _posix(path: str) -> str:
    """A path as mounts are written; containers of Windows have `C:\\…`."""
    if path[1:2] == ":":
        return path[2:].replace("\\", "/")
    return path


def _token(volume: Volume, name: str) -> tuple[TokenSource | None, str]:
    if volume.projected is not None:
        for number, one in enumerate(volume.projected.sources):
            token = one.service_account_token
            if token is not None and token.path.strip("/") == name:
                return token, _place(volume, number)
    return None, ""


def _place(volume: Volume, number: int) -> str:
    return f"spec.volumes[name={volume.name}].projected.sources[{number}].serviceAccountToken"
