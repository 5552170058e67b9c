"""Pods, as far as their identity, place, health and what they ask of a node go.

A fleet has a hundred thousand of them, and those of one workload are alike but for name, place and
health. So what repeats is a tuple (hashable: shared as a whole between pods), and what would differ
for no reason is made the same: the suffixes that admission gives to token volumes. Environment
variables that name no cloud are dropped here, and values as `cloudkeys` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

import msgspec
from msgspec import field
from msgspec.structs import force_setattr

from mckconsole.domain.cloudkeys import (
    GCP_CREDENTIALS,
    PUBLIC_ENV,
    meant_for,
    public_note,
    public_value,
    wanted_env,
    wanted_key,
)
from mckconsole.domain.external import NO_CREDENTIALS, GoogleCredentials, read_credentials
from mckconsole.domain.objects import Meta, OwnerReference, Projection
from mckconsole.domain.scheduling import (
    NO_AFFINITY,
    NOTHING_ASKED,
    Affinity,
    Asked,
    Toleration,
    eviction_note,
    told_affinity,
    told_tolerations,
)

_SUFFIXED = re.compile(r"(kube-api-access)-[a-z0-9]{5}|(azure-workload-identity-reserved)-\w+")
OVER = ("Succeeded", "Failed")
"""Phases of pods of which nothing runs any more."""
API_MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
"""Where admission mounts the API server's token."""


CONTROL_PLANE = frozenset({"kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"})
"""Containers whose flags are kept; all others' are dropped."""
_VALUED = "--feature-gates="
"""The one flag whose value is kept: others may name what is no concern of ours."""


def _same_name(name: str) -> str:
    """A volume's name without the suffix that makes it unique to its pod."""
    if name.startswith(("kube-api-access-", "azure-workload-identity-reserved-")):
        found = _SUFFIXED.fullmatch(name)
        if found:
            return found[1] or found[2]
    return name


def kept_annotations(annotations: dict[str, str]) -> dict[str, str]:
    """Those that say something of a cloud identity, or nearly; long values are cut, and what may be
    credentials is left out."""
    return {
        key: "" if meant_for(key) == GCP_CREDENTIALS else public_note(value)
        for key, value in annotations.items()
        if key != GCP_CREDENTIALS and wanted_key(key)
    }


class KeyRef(msgspec.Struct, frozen=True, gc=False):
    """A key of a Secret or ConfigMap."""

    name: str = ""
    key: str = ""
    optional: bool = False


class FieldRef(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A field of the pod itself."""

    field_path: str = ""


class EnvSource(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Where an environment variable's value comes from."""

    secret_key_ref: KeyRef | None = None
    config_map_key_ref: KeyRef | None = None
    field_ref: FieldRef | None = None


class EnvVar(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One environment variable; `value` is there only where it is public."""

    name: str = ""
    value: str = ""
    value_from: EnvSource | None = None
    withheld: bool = False
    """A value stands there that is not kept: it is a credential, or does not look public."""

    def __post_init__(self) -> None:
        if self.value:
            # A look here spares most variables, which name no cloud, a call.
            known = self.name in PUBLIC_ENV and public_value(self.name, self.value) is not None
            if not known:
                force_setattr(self, "value", "")
                force_setattr(self, "withheld", True)

    @property
    def given(self) -> bool:
        """Whether the variable has a value, literal or referred to."""
        return bool(self.value) or self.withheld or self.value_from is not None

    @property
    def secret(self) -> KeyRef | None:
        """The Secret's key that its value comes from."""
        return self.value_from.secret_key_ref if self.value_from else None


class NameRef(msgspec.Struct, frozen=True, gc=False):
    """An object of the same namespace."""

    name: str = ""


class EnvFrom(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """All keys of an object as environment variables."""

    secret_ref: NameRef | None = None
    config_map_ref: NameRef | None = None


class Taken(msgspec.Struct, frozen=True, gc=False):
    """Where a variable that is not kept itself takes its value from."""

    variable: str = ""
    kind: str = ""
    """Secret or ConfigMap."""
    name: str = ""


class VolumeMount(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Where a container has a volume."""

    name: str = ""
    mount_path: str = ""
    sub_path: str = ""

    def __post_init__(self) -> None:
        same = _same_name(self.name)
        if same is not self.name:
            force_setattr(self, "name", same)


class PodContainer(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One container of a pod."""

    name: str = ""
    image: str = ""
    env: tuple[EnvVar, ...] = ()
    """Those that name a cloud, or take a static key from a Secret."""
    env_from: tuple[EnvFrom, ...] = ()
    taken: tuple[Taken, ...] = ()
    """Of the other variables, those that take a key of an object."""
    volume_mounts: tuple[VolumeMount, ...] = ()
    restart_policy: str = ""
    """`Always` makes an init container a sidecar."""
    resources: Asked = NOTHING_ASKED
    command: tuple[str, ...] = ()
    """Flags of the control plane's own containers without their values, but for feature gates."""
    args: tuple[str, ...] = ()
    """Empty once decoded: its flags are with `command`."""

    def __post_init__(self) -> None:
        if self.command or self.args:
            own = self.name in CONTROL_PLANE
            force_setattr(self, "command", flags((*self.command, *self.args)) if own else ())
            force_setattr(self, "args", ())
        if self.taken:  # no container has such a field
            force_setattr(self, "taken", ())
        if self.env:
            kept, others = [], []
            for one in self.env:
                if _wanted(one):
                    kept.append(one)
                elif one.value_from is not None:
                    others.append(one)
            if others:
                force_setattr(self, "taken", tuple(_taken(others)))
            if len(kept) != len(self.env):
                force_setattr(self, "env", tuple(kept))

    def variable(self, name: str) -> EnvVar | None:
        """The environment variable of that name; the last one counts."""
        found = None
        for one in self.env:
            if one.name == name:
                found = one
        return found

    def mount_at(self, path: str) -> VolumeMount | None:
        """The mount that `path` lies in: the deepest."""
        best = None
        for one in self.volume_mounts:
            root = one.mount_path.rstrip("/")
            inside = path == root or path.startswith(f"{root}/")
            if inside and (best is None or len(root) > len(best.mount_path.rstrip("/"))):
                best = one
        return best


def flags(words: Iterable[str]) -> tuple[str, ...]:
    """`--name` of every flag; of feature gates with their value, which may be a word by itself."""
    found: list[str] = []
    for one in words:
        if found and found[-1] == _VALUED and not one.startswith("--"):
            found[-1] += one
        elif one == _VALUED[:-1]:
            found.append(_VALUED)
        elif one.startswith("--"):
            found.append(one if one.startswith(_VALUED) else one.partition("=")[0])
    return tuple(found)


def _wanted(variable: EnvVar) -> bool:
    source = variable.value_from
    reference = source.secret_key_ref if source else None
    return wanted_env(variable.name, reference.key if reference else "")


def _taken(variables: Iterable[EnvVar]) -> Iterator[Taken]:
    for one in variables:
        source = one.value_from
        if source is None:
            continue
        if source.secret_key_ref is not None:
            yield Taken(one.name, "Secret", source.secret_key_ref.name)
        elif source.config_map_key_ref is not None:
            yield Taken(one.name, "ConfigMap", source.config_map_key_ref.name)


class TokenSource(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A projected service account token; without an audience it is for the API server."""

    audience: str = ""
    expiration_seconds: int = 3600
    path: str = ""


class VolumeSource(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One source of a projected volume."""

    service_account_token: TokenSource | None = None
    secret: NameRef | None = None
    config_map: NameRef | None = None


class ProjectedVolume(msgspec.Struct, frozen=True, gc=False):
    """Several sources in one volume."""

    sources: tuple[VolumeSource, ...] = ()


class SecretVolume(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A Secret as files."""

    secret_name: str = ""


class CsiVolume(msgspec.Struct, frozen=True, gc=False):
    """An inline volume of a CSI driver."""

    driver: str = ""


class ClaimVolume(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A PersistentVolumeClaim of the pod's namespace."""

    claim_name: str = ""


class GitRepoVolume(msgspec.Struct, frozen=True, gc=False):
    """A clone of a repository; that it is one is all that is read."""


class Volume(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One volume of a pod; of most kinds that bring no credential only the name is kept."""

    name: str = ""
    projected: ProjectedVolume | None = None
    secret: SecretVolume | None = None
    config_map: NameRef | None = None
    csi: CsiVolume | None = None
    persistent_volume_claim: ClaimVolume | None = None
    git_repo: GitRepoVolume | None = None

    def __post_init__(self) -> None:
        same = _same_name(self.name)
        if same is not self.name:
            force_setattr(self, "name", same)

    @property
    def tokens(self) -> tuple[TokenSource, ...]:
        """Its projected service account tokens."""
        if self.projected is None:
            return ()
        sources = (one.service_account_token for one in self.projected.sources)
        return tuple(one for one in sources if one is not None)


class PodMeta(Meta, frozen=True, gc=False, rename="camel"):
    """Pod metadata: its controller, and annotations that concern its identity."""

    owner_references: tuple[OwnerReference, ...] = ()
    annotations: dict[str, str] = field(default_factory=dict)
    google: GoogleCredentials = NO_CREDENTIALS
    """What `cloud.google.com/external-credentials-json` holds, without secrets."""
    held: str = ""
    """The annotation by which it asks not to be moved."""

    def __post_init__(self) -> None:
        if self.held:  # no metadata has such a field
            force_setattr(self, "held", "")
        if self.annotations:
            held = eviction_note(self.annotations)
            if held:
                force_setattr(self, "held", held)
            text = self.annotations.get(GCP_CREDENTIALS)
            if text is not None:
                force_setattr(self, "google", read_credentials(text))
            force_setattr(self, "annotations", kept_annotations(self.annotations))


class PodSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Pod spec."""

    node_name: str = ""
    service_account_name: str = ""
    automount_service_account_token: bool | None = None
    host_network: bool = False
    init_containers: tuple[PodContainer, ...] = ()
    containers: tuple[PodContainer, ...] = ()
    ephemeral_containers: tuple[PodContainer, ...] = ()
    volumes: tuple[Volume, ...] = ()
    image_pull_secrets: tuple[NameRef, ...] = ()
    """Those of its service account among them: admission adds them."""
    node_selector: dict[str, str] = field(default_factory=dict)
    affinity: Affinity = NO_AFFINITY
    tolerations: tuple[Toleration, ...] = ()
    """Without the two that every pod gets."""
    termination_grace_period_seconds: int = 30

    def __post_init__(self) -> None:
        if self.tolerations:
            force_setattr(self, "tolerations", told_tolerations(self.tolerations))
        if self.affinity is not NO_AFFINITY:
            force_setattr(self, "affinity", told_affinity(self.affinity))


class ContainerStatus(msgspec.Struct, frozen=True, gc=False):
    """State of one container."""

    ready: bool = False


class PodStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Pod status."""

    phase: str = ""
    container_statuses: tuple[ContainerStatus, ...] = ()


class Pod(Projection, frozen=True, gc=False):
    """core/v1 Pod."""

    metadata: PodMeta = PodMeta()
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    kind: ClassVar[str] = "Pod"

    @property
    def account(self) -> str:
        """The service account it runs as."""
        return self.spec.service_account_name or "default"

    @property
    def over(self) -> bool:
        """Whether it has run to its end: nothing of it runs any more."""
        return self.status.phase in OVER
