"""Feature gates and flags that Kubernetes does not know any more, and since when.

A component refuses to start with one that it does not know. What is not in this table is not known
to be gone, which is not to say that it is still there.

Sources: the pages of each gate, `removed: true` after the last `toVersion`
(https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates-removed/); the
release notes of 1.37; for flags https://kubernetes.io/blog/2023/03/17/upcoming-changes-in-kubernetes-v1-27/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mckconsole.domain.kubeversion import Minor

REMOVED_GATES: Final[Mapping[str, Minor]] = {
    "KMSv2": Minor(1, 32),
    "LegacyServiceAccountTokenCleanUp": Minor(1, 32),
    "ValidatingAdmissionPolicy": Minor(1, 32),
    "AppArmor": Minor(1, 33),
    "PersistentVolumeLastPhaseTransitionTime": Minor(1, 33),
    "DevicePluginCDIDevices": Minor(1, 34),
    "LoadBalancerIPMode": Minor(1, 35),
    "UserNamespacesPodSecurityStandards": Minor(1, 35),
    "AnyVolumeDataSource": Minor(1, 37),
    "BtreeWatchCache": Minor(1, 37),
    "GangScheduling": Minor(1, 37),
    "OrderedNamespaceDeletion": Minor(1, 37),
    "RetryGenerateName": Minor(1, 37),
    "SidecarContainers": Minor(1, 37),
}
"""By gate: the first minor without it."""

REMOVED_FLAGS: Final[Mapping[tuple[str, str], Minor]] = {
    ("kube-controller-manager", "--enable-taint-manager"): Minor(1, 27),
    ("kube-controller-manager", "--pod-eviction-timeout"): Minor(1, 27),
}
"""By component and flag: the first minor without it. Flags of kubelets (as
`--pod-infra-container-image`, gone in 1.35) are not here: nothing in the API shows them."""
