"""What concerns a service account beside itself and its pods: associations, users, lasting tokens.

Secret stores and Flux sources ask for tokens of service accounts themselves: an account that one of
them names is in use without any pod.

Sources: external-secrets pkg/provider/{aws,gcp,azure} (serviceAccountRef), Flux source API.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from mckconsole.analysis.identity.declared import Association, association_of
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.identity import (
    AccountRef,
    ClusterSecretStore,
    FluxBucket,
    FluxGit,
    FluxSource,
    PodIdentityAssociation,
    SecretStore,
    TokenSecret,
    UpboundAssociation,
)
from mckconsole.domain.objects import Key
from mckconsole.domain.snapshot import ClusterSnapshot

ASSOCIATION_TOPICS = ("podidentityassociations", "upbound-associations")
_STORES = ("secretstores", "clustersecretstores")
_FLUX = ("flux-ocirepositories", "flux-buckets", "flux-gitrepositories")
EXTRA_TOPICS = (*ASSOCIATION_TOPICS, *_STORES, *_FLUX, "token-secrets")
"""Topics that extras are read from."""
_CLOUDS = frozenset({"aws", "azure", "gcp"})
"""Providers of Flux that sign in to a cloud."""


class Extras(NamedTuple):
    """What concerns one service account."""

    associations: tuple[Association, ...] = ()
    """Of EKS Pod Identity, for whichever cluster."""
    users: tuple[ObjectRef, ...] = ()
    """Sorted."""
    secrets: tuple[TokenSecret, ...] = ()


NO_EXTRAS = Extras()


def read_extras(cluster: ClusterSnapshot) -> dict[Key, Extras]:
    """By namespace and name of the service account, whether there is such a one or not."""
    associations: defaultdict[Key, list[Association]] = defaultdict(list)
    found: list[Association] = [
        *cluster.objects("podidentityassociations", PodIdentityAssociation).values(),
        *cluster.objects("upbound-associations", UpboundAssociation).values(),
    ]
    for one in found:
        _, namespace, name, _ = association_of(one)
        associations[namespace, name].append(one)
    users: defaultdict[Key, set[ObjectRef]] = defaultdict(set)
    for key, ref in (*_stores(cluster), *_sources(cluster)):
        users[key].add(ref)
    secrets: defaultdict[Key, list[TokenSecret]] = defaultdict(list)
    for secret in cluster.objects("token-secrets", TokenSecret).values():
        meta = secret.metadata
        if meta.annotations.account:
            secrets[meta.namespace, meta.annotations.account].append(secret)
    return {
        key: Extras(
            tuple(
                sorted(associations.get(key, ()), key=lambda one: (type(one).api_group, one.key))
            ),
            tuple(sorted(users.get(key, ()))),
            tuple(sorted(secrets.get(key, ()), key=lambda one: one.key)),
        )
        for key in {*associations, *users, *secrets}
    }


def _stores(cluster: ClusterSnapshot) -> Iterator[tuple[Key, ObjectRef]]:
    stores: list[tuple[str, SecretStore]] = [
        *(("secretstores", one) for one in cluster.objects("secretstores", SecretStore).values()),
        *(
            ("clustersecretstores", one)
            for one in cluster.objects("clustersecretstores", ClusterSecretStore).values()
        ),
    ]
    for topic, store in stores:
        for account in _accounts_of(store):
            namespace = store.metadata.namespace or account.namespace  # own one wins
            if account.name and namespace:
                yield (namespace, account.name), store.ref(cluster.topic(topic).version)


def _accounts_of(store: SecretStore) -> Iterator[AccountRef]:
    provider = store.spec.provider
    for auth in (
        provider.aws.auth.jwt if provider.aws else None,
        provider.gcpsm.auth.workload_identity if provider.gcpsm else None,
        provider.azurekv,
    ):
        if auth is not None and auth.service_account_ref is not None:
            yield auth.service_account_ref


def _sources(cluster: ClusterSnapshot) -> Iterator[tuple[Key, ObjectRef]]:
    kinds: tuple[tuple[str, type[FluxSource]], ...] = (
        ("flux-ocirepositories", FluxSource),
        ("flux-buckets", FluxBucket),
        ("flux-gitrepositories", FluxGit),
    )
    for topic, kind in kinds:
        for one in cluster.objects(topic, kind).values():
            if one.spec.service_account_name and one.spec.provider in _CLOUDS:
                key = (one.metadata.namespace, one.spec.service_account_name)
                yield key, one.ref(cluster.topic(topic).version)
