"""Roles for the whole fleet that show in what a cluster runs, by the images of its workloads.

An image tells what runs, not who uses it: that other clusters write to a store is not read, and
the effects say so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sign:
    """How a role is recognised, and what its loss means."""

    role: str
    images: re.Pattern[str]
    """Found in the repository part of an image."""
    effect: str


def _sign(role: str, images: str, effect: str) -> Sign:
    return Sign(role, re.compile(rf"(?:^|/)(?:{images})$"), effect)


SIGNS: tuple[Sign, ...] = (
    _sign(
        "central metrics store",
        r"thanos|mimir|cortex|vmstorage|victoria-metrics|m3dbnode|prometheus",
        "metrics that others send there or are scraped from there are not stored or seen any more, "
        "alerts on them stay silent; the clusters themselves go on",
    ),
    _sign(
        "central log sink",
        r"loki|elasticsearch|opensearch|opensearch-service|splunk|graylog|victoria-logs|clickhouse",
        "logs that others send there wait in their agents' buffers and are lost when these are "
        "full; the clusters themselves go on",
    ),
    _sign(
        "secret store",
        r"vault|vault-enterprise|openbao|infisical|conjur",
        "secrets that others fetch there are not issued, renewed or rotated; what is mounted stays "
        "valid until it expires",
    ),
    _sign(
        "image registry",
        r"harbor-core|registry-photon|registry|distribution|zot|zot-linux-amd64|quay|nexus3|"
        r"artifactory-pro|artifactory-oss|pulp",
        "images that others pull from it cannot be pulled: running pods go on, new ones and moved "
        "ones stay in ImagePullBackOff unless their node has the image",
    ),
    _sign(
        "certificate authority",
        r"step-ca|boulder|pebble|ejbca-ce|ejbca-ee",
        "certificates that others get there are not issued or renewed; those in use stay valid "
        "until they expire",
    ),
    _sign(
        "GitOps controller",
        r"argocd|argo-cd",
        "what it rolls out to other clusters stays as it is; changes and repairs wait",
    ),
)
"""Judged where only lost clusters run them."""


def repository(image: str) -> str:
    """`quay.io/thanos/thanos:v0.39@sha256:…` as `quay.io/thanos/thanos`."""
    name = image.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"
