"""How far the parts of a cluster may be apart, in minors; patches never matter.

Source: https://kubernetes.io/releases/version-skew-policy/. Some distributions allow less, and then
the lesser of both counts: k0s wants workers at most one minor behind, GKE nodes at most two.
"""

from __future__ import annotations

from collections.abc import Mapping

from mckconsole.domain.kubeversion import Minor

_VENDOR: Mapping[str, int] = {"k0s": 1, "gke": 2}
_FAR_FROM = Minor(1, 25)
"""The first kubelet and kube-proxy that may be three minors older."""


def upstream_behind(node: Minor) -> int:
    """How many minors a kubelet or kube-proxy may be older than its API server."""
    return 3 if node >= _FAR_FROM else 2


def most_behind(provider: str, node: Minor) -> int:
    """The same where a distribution may allow less."""
    return min(upstream_behind(node), _VENDOR.get(provider, 3))


def too_old(server: Minor, node: Minor, provider: str = "") -> bool:
    """Whether a kubelet or kube-proxy is too old for an API server; of another major it is not
    comparable, and never too old."""
    behind = server.ahead_of(node)
    return behind is not None and behind > most_behind(provider, node)


def first_refusing(node: Minor, provider: str = "") -> Minor:
    """The first API server that a kubelet or kube-proxy is too old for."""
    return node.plus(most_behind(provider, node) + 1)


def newer(one: Minor, other: Minor) -> bool:
    """Whether the first is a later minor than the second, of the same major."""
    return (one.ahead_of(other) or 0) > 0
