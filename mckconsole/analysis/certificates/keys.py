"""The keys that service account tokens are signed with: public, and without dates.

When a key was made is published nowhere. That there is one alone in an old cluster means that none
was added beside it lately, which is how keys are changed. Source: Kubernetes "Configure Service
Accounts for Pods" (issuer discovery), kube-apiserver's service-account-key-file.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.certificates.known import Flaw
from mckconsole.analysis.certificates.matrix import DAY
from mckconsole.analysis.certificates.reading import Reading
from mckconsole.domain.core import Namespace
from mckconsole.domain.findings import Severity
from mckconsole.domain.identity import KeySet
from mckconsole.domain.times import parse_rfc3339

YEAR = 365 * DAY
_MANAGED = frozenset({"eks", "gke", "aks", "openshift"})


def signing_keys(reading: Reading) -> Iterator[Flaw]:
    """A cluster that is older than a year and has one key, where nobody else keeps the keys."""
    if reading.provider in _MANAGED or reading.doubt("oidc-keys"):
        return
    system = reading.cluster.objects("kube-system", Namespace).get(("", "kube-system"))
    made = parse_rfc3339(system.metadata.creation_timestamp) if system else None
    if made is None or reading.now - made < YEAR:
        return
    for key, one in reading.objects("oidc-keys", KeySet):
        if len(one.keys) == 1:
            age = f"{(reading.now - made) / DAY:.0f} days"
            yield reading.flaw(
                "CERT-SIGNING-KEYS",
                Severity.INFO,
                "one key signs all service account tokens",
                f"The cluster is {age} old and publishes one key that service account tokens are "
                "verified with. When it was made is published nowhere: if it is as old as the "
                "cluster, whoever copied it once can make a token for every service account.",
                (
                    reading.seen("oidc-keys", key, "keys", "1 key"),
                    reading.seen(
                        "kube-system",
                        ("", "kube-system"),
                        "metadata.creationTimestamp",
                        system.metadata.creation_timestamp if system else "",
                    ),
                ),
                "1. add a new key to --service-account-key-file of every API server\n"
                "2. sign with it: --service-account-signing-key-file\n"
                "3. take the old one away when no token of it is left",
                about=reading.ref("oidc-keys", key),
            )
