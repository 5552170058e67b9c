"""Signs that a container means to use a cloud, where nothing tells as whom.

A sign is not an identity: it makes one expected. What may give an identity or a key and cannot be
looked into (a whole Secret as variables, a configuration file) is `unseen`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from mckconsole.analysis.identity.containers import PodView, View
from mckconsole.analysis.identity.effective_aws import agent_elsewhere
from mckconsole.analysis.identity.model import Cloud, ClusterFacts, Shape, Trace
from mckconsole.analysis.identity.static import optional_keys
from mckconsole.domain.pods import PodContainer

_AZURE = frozenset(
    f"{prefix}_{name}"
    for prefix in ("AZURE", "ARM")
    for name in (
        "CLIENT_ID",
        "TENANT_ID",
        "SUBSCRIPTION_ID",
        "RESOURCE_GROUP",
        "ENVIRONMENT",
        "CLOUD",
        "LOCATION",
        "AUTHORITY_HOST",
        "STORAGE_ACCOUNT",
        "STORAGE_ACCOUNT_NAME",
        "KEYVAULT_NAME",
        "KEYVAULT_URL",
        "KEY_VAULT_NAME",
        "KEY_VAULT_URL",
        "USE_MSI",
        "USE_OIDC",
    )
)
_GCP = frozenset(
    {
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GOOGLE_CLOUD_PROJECT",
        "GOOGLE_CLOUD_REGION",
        "GOOGLE_CLOUD_LOCATION",
        "GOOGLE_PROJECT",
        "GOOGLE_PROJECT_ID",
        "GCP_PROJECT",
        "GCP_PROJECT_ID",
        "GCP_REGION",
        "GCLOUD_PROJECT",
    }
)
_IMAGES = (
    ("amazon/aws-", Cloud.AWS),
    ("/aws-cli", Cloud.AWS),
    ("aws-load-balancer-controller", Cloud.AWS),
    ("aws-ebs-csi-driver", Cloud.AWS),
    ("aws-efs-csi-driver", Cloud.AWS),
    ("/karpenter/", Cloud.AWS),
    ("google/cloud-sdk", Cloud.GCP),
    ("google-cloud-cli", Cloud.GCP),
    ("cloud-sql-proxy", Cloud.GCP),
    ("gce-proxy", Cloud.GCP),
    ("azure-cli", Cloud.AZURE),
    ("azuredisk-csi", Cloud.AZURE),
    ("azurefile-csi", Cloud.AZURE),
)
_ANYWHERE = ("cluster-autoscaler", "external-dns", "velero/velero", "/velero:")
"""Images that use the cloud that they run in, whichever it is."""
_NO_METADATA = "AWS_EC2_METADATA_DISABLED"


def hints(shape: Shape, home: Cloud | None = None) -> tuple[tuple[Cloud, Trace], ...]:
    """Signs of a shape's containers, one for each container and cloud; `home` is the cloud of the
    nodes, which images for any cloud are taken to use."""
    return tuple(_hints(shape, home))


def _hints(shape: Shape, home: Cloud | None) -> Iterator[tuple[Cloud, Trace]]:
    for role, container in shape.containers():
        by_image = _of_image(container.image)
        if not by_image and not container.env:
            continue
        found: dict[Cloud, Trace] = {}
        view = View(PodView(shape, _NO_FACTS), role, container)
        for name, variable in view.env.items():
            cloud = _of_variable(name)
            if cloud is not None and cloud not in found:
                found[cloud] = view.trace(variable)
        cloud = home if by_image == "any" else Cloud(by_image) if by_image else None
        if cloud is not None and cloud not in found:
            found[cloud] = view.pod.trace(f"{view.path}.image", container.image)
        yield from found.items()


_NO_FACTS = ClusterFacts("")


@lru_cache(maxsize=4096)
def _of_variable(name: str) -> Cloud | None:
    if name.startswith("AWS_") and name != _NO_METADATA:
        return Cloud.AWS
    if name in _AZURE:
        return Cloud.AZURE
    if name in _GCP or name.startswith("CLOUDSDK_"):
        return Cloud.GCP
    return None


@lru_cache(maxsize=8192)
def _of_image(image: str) -> str:
    """The cloud that an image is for, `any` for that of the nodes, empty for none."""
    for part, cloud in _IMAGES:
        if part in image:
            return cloud.value
    return "any" if any(part in image for part in _ANYWHERE) else ""


def unseen(shape: Shape, cloud: Cloud) -> str:
    """What may give an identity or keys of a cloud and cannot be looked into, in words; empty when
    there is nothing of the kind."""
    for role, container in shape.containers():
        if container.env or container.env_from:
            found = _unseen(View(PodView(shape, _NO_FACTS), role, container), cloud)
            if found:
                return f"container {container.name}: {found}"
    return ""


def _unseen(view: View, cloud: Cloud) -> str:
    if secret := _whole_secret(view.container):
        return f"all of Secret {secret} become variables, and Secrets are not read"
    if secret := optional_keys(view, cloud):
        return f"it has a key if Secret {secret} is there, and Secrets are not read"
    if cloud is Cloud.AWS:
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            if name in view.env:
                return f"{name} is set, and files are not read"
        if agent_elsewhere(view):
            return "another process hands out container credentials"
    if cloud is Cloud.GCP and "GOOGLE_APPLICATION_CREDENTIALS" in view.env:
        return "GOOGLE_APPLICATION_CREDENTIALS names a file whose content is not known"
    return ""


def _whole_secret(container: PodContainer) -> str:
    return next((one.secret_ref.name for one in container.env_from if one.secret_ref), "")


def no_metadata(shape: Shape) -> bool:
    """Whether all of a shape's containers are told not to ask AWS for the node's credentials."""
    found = [one.variable(_NO_METADATA) for one in shape.pod.spec.containers]
    return bool(found) and all(one is not None and one.value.lower() == "true" for one in found)
