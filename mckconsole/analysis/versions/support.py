"""Until when a minor of Kubernetes is supported, by the calendar of whoever runs the cluster.

Sources: the rows of `k8s_support.csv` name theirs. Standard support that is over is not the end
where a provider sells more of it: EKS and GKE charge for that, AKS wants a plan opted into for it.
After the last day EKS and GKE upgrade the control plane without asking.
"""

from __future__ import annotations

from datetime import date

from mckconsole.analysis.versions.model import Support, SupportState
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.support import Release, SupportData

WARN_DAYS, ALERT_DAYS = 90, 30
"""Days before the end from which on it is told, and told louder."""
UPSTREAM = "upstream"
_AS_UPSTREAM = frozenset(
    {"rke2", "k3s", "k0s", "talos", "kind", "minikube", "microk8s", "tkg", "eks-d"}
)
"""Distributions without a calendar of their own here that follow Kubernetes' own."""
_EXTENDED = {
    "eks": "extended support costs money",
    "gke": "the extended period costs money; its end is computed as 24 months",
    "aks": "only with long-term support (Premium tier), which is opted into",
    "openshift": "extended update support, for some subscriptions",
}
_AFTER = {
    "eks": "EKS upgrades the control plane without notice",
    "gke": "GKE upgrades the control plane by itself",
    "aks": "AKS gives platform support only",
}


def support_of(provider: str, minor: Minor | None, today: date, data: SupportData) -> Support:
    """How a minor stands on a day.

    Args:
        provider: as `provider.identify` names it; empty or with a `/` where it is not clear.
        minor: None where it could not be read.
    """
    if minor is None:
        return Support(
            SupportState.UNKNOWN, provider or UPSTREAM, reason="the version is not known"
        )
    row = data.releases.get((provider, minor))
    note = "" if row is not None else _instead(provider, data)
    if row is None:
        row = data.releases.get((UPSTREAM, minor))
    if row is None:
        return _not_listed(provider or UPSTREAM, minor, today, data)
    return _judged(row, note, today)


def _instead(provider: str, data: SupportData) -> str:
    """Why the days are Kubernetes' own."""
    if not provider:
        return "upstream date, provider unknown"
    if "/" in provider:
        return f"upstream date, provider unclear ({provider})"
    if any(one.provider == provider for one in data.calendar):
        return f"upstream date, {provider} does not list this minor"
    if provider in _AS_UPSTREAM:
        return f"upstream date: {provider} follows Kubernetes"
    return f"upstream date, no calendar of {provider} is known"


def _not_listed(provider: str, minor: Minor, today: date, data: SupportData) -> Support:
    """A minor that no row has: older than all is over, newer is not known."""
    known = [one.minor for one in data.calendar if one.provider == UPSTREAM]
    ended = [one for one in data.calendar if one.provider == UPSTREAM
             and one.standard_end is not None and one.standard_end < today]  # fmt: skip
    if known and minor < min(known) and any(one.minor >= minor for one in ended):
        why = f"older than {min(known)}, the oldest in the table"
        return Support(SupportState.ENDED, UPSTREAM, reason=why)
    return Support(SupportState.UNKNOWN, provider, reason=f"{minor} is not in the table")


def _judged(row: Release, note: str, today: date) -> Support:
    state, days, why = _state(row, today)
    return Support(
        state,
        row.provider,
        row.standard_end,
        row.extended_end,
        row.release,
        days,
        "; ".join(filter(None, (note, why))),
        row.source,
    )


def _state(row: Release, today: date) -> tuple[SupportState, int | None, str]:
    standard, extended = row.standard_end, row.extended_end
    if row.release > today:
        return SupportState.PLANNED, None, f"planned for {row.release}"
    if standard is None:
        return SupportState.UNKNOWN, None, "no end is published"
    left = (standard - today).days
    if left >= 0:
        ending = left <= WARN_DAYS
        return (SupportState.ENDING if ending else SupportState.SUPPORTED), left, ""
    if extended is not None and today <= extended:
        more = (extended - today).days
        return SupportState.EXTENDED, more, _EXTENDED.get(row.provider, "")
    last = extended or standard
    return SupportState.ENDED, (last - today).days, _AFTER.get(row.provider, "")
