"""What stands around service accounts: associations, stores, Flux sources.

All of it names a service account or an identity, and is neither a pod nor an account.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.admission import external_account
from mckconsole.demo.objects import KubeObject, definition
from mckconsole.demo.sections_identity import Association, StoreModel
from mckconsole.demo.site import Site
from mckconsole.demo.world import World

_ACK = "eks.services.k8s.aws"
_CROSSPLANE = "eks.aws.upbound.io"
_ESO = "external-secrets.io"
_FLUX = "source.toolkit.fluxcd.io"
_FLUX_PLURALS = {
    "OCIRepository": "ocirepositories",
    "Bucket": "buckets",
    "GitRepository": "gitrepositories",
}


def definitions(world: World, name: str) -> Iterator[KubeObject]:
    """The CustomResourceDefinitions of what cluster `name` has of it."""
    users = world.scenario.identity_users
    plural = "podidentityassociations"
    operators = {one.operator for one in users.associations if one.cluster == name}
    if "ack" in operators:
        yield definition(_ACK, ("v1alpha1",), plural, "PodIdentityAssociation")
    if "crossplane" in operators:
        yield definition(
            _CROSSPLANE, ("v1beta1",), plural, "PodIdentityAssociation", namespaced=False
        )
    kinds = {one.kind for one in users.stores if one.cluster == name}
    if kinds & {"SecretStore", "ClusterSecretStore"}:
        yield definition(_ESO, ("v1", "v1beta1"), "secretstores", "SecretStore")
        yield definition(
            _ESO, ("v1", "v1beta1"), "clustersecretstores", "ClusterSecretStore", namespaced=False
        )
    for kind in sorted(kinds & _FLUX_PLURALS.keys()):
        yield definition(_FLUX, ("v1",), _FLUX_PLURALS[kind], kind)


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """The objects themselves."""
    site, users = world.sites[name], world.scenario.identity_users
    for association in users.associations:
        if association.cluster == name:
            yield _association(site, association)
    for store in users.stores:
        if store.cluster == name:
            yield _flux(site, store) if store.kind in _FLUX_PLURALS else _store(site, store)
    for config in users.external_accounts:
        if config.cluster == name:
            text = external_account(config.provider, config.file, config.mail)
            place = config.name.split("/")
            yield site.manifest("v1", "ConfigMap", *place, data={"credentials.json": text})


def _association(site: Site, model: Association) -> KubeObject:
    namespace, _, account = model.account.partition("/")
    spec: KubeObject = {
        "clusterName": site.cluster.name,
        "namespace": namespace,
        "serviceAccount": account,
    }
    if model.operator == "crossplane":
        provider = {**spec, "roleArn": model.role, "region": site.cluster.region}
        return site.manifest(
            f"{_CROSSPLANE}/v1beta1",
            "PodIdentityAssociation",
            "",
            f"{namespace}-{account}",
            spec={"forProvider": provider, "providerConfigRef": {"name": "default"}},
        )
    return site.manifest(
        f"{_ACK}/v1alpha1",
        "PodIdentityAssociation",
        namespace,
        account,
        spec={**spec, "roleARN": model.role},
    )


def _store(site: Site, model: StoreModel) -> KubeObject:
    namespace, _, name = model.name.rpartition("/")
    home, _, account = model.account.rpartition("/")
    reference = {"name": account, **({"namespace": home} if home else {})}
    jwt = {"serviceAccountRef": reference}
    provider: KubeObject = {
        "aws": {
            "aws": {
                "service": "SecretsManager",
                "region": site.aws_region,
                "auth": {"jwt": jwt},
            }
        },
        "gcp": {
            "gcpsm": {
                "projectID": "demo-000000",
                "auth": {
                    "workloadIdentity": {
                        **jwt,
                        "clusterLocation": site.cluster.region,
                        "clusterName": site.cluster.name,
                    }
                },
            }
        },
        "azure": {
            "azurekv": {
                "authType": "WorkloadIdentity",
                "vaultUrl": "https://demo-000000.vault.azure.net",
                **jwt,
            }
        },
    }[model.cloud]
    return site.manifest(
        f"{_ESO}/v1", model.kind, namespace, name, spec={"provider": provider, "refreshInterval": 0}
    )


def _flux(site: Site, model: StoreModel) -> KubeObject:
    namespace, _, name = model.name.rpartition("/")
    spec: KubeObject = {"interval": "10m0s", "provider": model.cloud}
    match model.kind:
        case "OCIRepository":
            spec |= {"url": f"oci://registry.example.com/{name}", "ref": {"tag": "latest"}}
        case "Bucket":
            spec |= {"bucketName": name, "endpoint": "s3.amazonaws.com"}
        case _:
            spec |= {"url": f"https://git.example.com/{name}"}
    spec["serviceAccountName"] = model.account.rpartition("/")[2]
    return site.manifest(f"{_FLUX}/v1", model.kind, namespace, name, spec=spec)
