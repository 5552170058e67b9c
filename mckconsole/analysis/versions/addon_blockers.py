"""UB13 and UB19: add-ons that do not go with the Kubernetes to come, or that nobody mends any more.

A network add-on that is out of its range takes the pods' network with it, so it blocks; others
warn. So does a row that nobody has confirmed, and what is only untested. The phase says whether
there is a way: ADDONS_FIRST, a newer release goes with both minors and is the first action of the
step; CONTROL_PLANE, there is none, and the step cannot begin.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import date

from mckconsole.analysis.mesh.hints import numbered
from mckconsole.analysis.versions.addon_bridge import Bridge, Way, bridge
from mckconsole.analysis.versions.addon_ranges import Judgement, judge, span
from mckconsole.analysis.versions.addon_signs import CONTAINERD
from mckconsole.analysis.versions.addons import RETIRED, AddonReading, day_of
from mckconsole.analysis.versions.model import Addon, Blocker, Fit, Gravity, Phase
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.support import Confidence, SupportData

_OUTSIDE = (Fit.BELOW, Fit.ABOVE, Fit.UNTESTED)
_CHARTS = {
    "cilium": ("cilium", "", "cilium/cilium"),
    "istio": ("istiod", "", "istio/istiod"),
    "cert-manager": ("cert-manager", "", "jetstack/cert-manager"),
    "calico": ("calico", "tigera-operator", "projectcalico/tigera-operator"),
    "karmada": ("karmada", "", "karmada-charts/karmada"),
    "envoy-gateway": ("eg", "", "oci://docker.io/envoyproxy/gateway-helm"),
    "rancher": ("rancher", "", "rancher-stable/rancher"),
    "consul-k8s": ("consul", "", "hashicorp/consul"),
}
"""As vendors have it installed: release, namespace (empty: the add-on's), and a chart whose version
is the add-on's."""


def addon_blockers(
    cluster: ClusterSnapshot,
    reading: AddonReading,
    at: Minor,
    to: Minor,
    data: SupportData,
    taken_at: float,
) -> tuple[Blocker, ...]:
    """What a cluster's add-ons have against its upgrade, step by step.

    Args:
        at: the cluster's present minor.
        to: the last minor that is asked for; nothing is said of what stands in the way after it.
    """
    today = day_of(taken_at)
    found: list[Blocker] = []
    for addon in reading.addons:
        found += _range(cluster, addon, at, to, data, today)
        found += _ended(cluster, addon, today)
    found += [
        Blocker(
            one.rule,
            Gravity.UNKNOWN,
            Phase.ADDONS_FIRST,
            "Not all add-ons can be told",
            one.reason,
            "Let the console list what it names (`mckconsole doctor` says what is missing).",
            subject=one.reason,
        )
        for one in reading.unknowns
        if one.rule == "UB13"
    ]
    return tuple(found)


def _range(
    cluster: ClusterSnapshot, addon: Addon, at: Minor, to: Minor, data: SupportData, today: date
) -> Iterator[Blocker]:
    """UB13 of one add-on; containerd is the kubelet's matter (UB11)."""
    rows = data.ranges.get(addon.name, ())
    limited = not rows or any(row.limits for row in rows)
    if addon.name == CONTAINERD or addon.name in RETIRED or not limited:
        return
    told: set[str] = set()
    for minor in _minors(at, to):
        found = _worst(addon, minor, data)
        if found.fit is Fit.UNKNOWN and (rows or addon.network):
            if "unknown" not in told:
                yield _unknown(addon, found, at.plus(1) if minor == at < to else minor)
            told.add("unknown")
        elif found.fit in _OUTSIDE and found.least is not None and minor < found.least:
            if "too new" not in told:  # it gets nearer with every step
                yield _outside(cluster, addon, found, at, minor, data, today)
            told.add("too new")
        elif found.fit in _OUTSIDE:
            yield _outside(cluster, addon, found, at, minor, data, today)
            return


def _minors(at: Minor, to: Minor) -> Iterator[Minor]:
    """From the present minor on, which may be outside of a range already."""
    for more in range(max(0, to.ahead_of(at) or 0) + 1):
        yield at.plus(more)


def _worst(addon: Addon, minor: Minor, data: SupportData) -> Judgement:
    """How the worst of the versions that run stands to a minor."""
    judged = [judge(addon.name, one, minor, data) for one in (addon.version, *addon.also)]
    return min(judged, key=lambda one: one.fit.rank)


def _outside(
    cluster: ClusterSnapshot, addon: Addon, found: Judgement, at: Minor, minor: Minor,
    data: SupportData, today: date,
) -> Blocker:  # fmt: skip
    way = bridge(addon.name, addon.version, minor.plus(-1) if minor > at else at, data, today)
    below = found.least is not None and minor < found.least
    sure = found.confidence is not Confidence.MEMORY and found.fit is not Fit.UNTESTED
    blocks = addon.network and sure and not below
    first = minor if below or found.most is None else found.most.plus(1)
    words = "is not tested with" if found.fit is Fit.UNTESTED else "does not go with"
    return Blocker(
        "UB13",
        Gravity.BLOCK if blocks else Gravity.WARN,
        Phase.CONTROL_PLANE if way.way in (Way.GAP, Way.NONE) else Phase.ADDONS_FIRST,
        f"{addon.name} {addon.version or ''} {words} Kubernetes {minor}".replace("  ", " "),
        _detail(addon, found, way),
        _back(addon, found, minor) if below else _remedy(cluster, addon, found, way),
        _object(addon),
        f"{addon.name}, too new" if below else addon.name,
        first,
        addon.evidence,
    )


def _detail(addon: Addon, found: Judgement, way: Bridge) -> str:
    said = f"{found.confidence.value}: " if found.confidence else ""
    parts = [f"{said}{span(found.least, found.most)}"]
    if found.reason and found.reason not in parts[0]:
        parts.append(found.reason)
    if addon.also:
        parts.append(f"also running: {', '.join(str(one) for one in addon.also)}")
    if way.way is Way.FIRST:
        parts.append(f"upgrade it to {way.to} first: {way.reason}")
    elif way.way in (Way.GAP, Way.NONE):
        parts.append(way.reason)
    if addon.network:
        parts.append("the pods' network depends on it")
    return "; ".join(parts)


def _remedy(cluster: ClusterSnapshot, addon: Addon, found: Judgement, way: Bridge) -> str:
    """The way out as commands; nothing here is ever run."""
    source = way.source or found.source
    if way.way is Way.FIRST:
        notes = f"read the upgrade notes up to {way.to}: {source}"
        return numbered([notes, upgrade_command(cluster, addon, way.to)])
    rest = "wait for a release that goes with both, or name it by --support-data"
    return f"Look at {source}; {rest}." if source else f"{rest.capitalize()}."


def _back(addon: Addon, found: Judgement, minor: Minor) -> str:
    return (
        f"Go on to Kubernetes {found.least}, or back to a release of {addon.name} that goes with "
        f"{minor}: {found.source}"
    )


def upgrade_command(cluster: ClusterSnapshot, addon: Addon, to: str) -> str:
    """How an add-on gets to a minor of its own, where it is installed as its vendor describes."""
    if addon.version is not None and "-eksbuild" in addon.version.text:
        name = shlex.quote(addon.name)
        return f"aws eks describe-addon-versions --addon-name {name}, then aws eks update-addon"
    if addon.name not in _CHARTS:
        return f"upgrade {addon.name} to {to} as its vendor describes"
    release, namespace, chart = _CHARTS[addon.name]
    ref = _object(addon)
    place = namespace or (ref.namespace if ref else "")
    return (
        f"helm --kube-context {shlex.quote(cluster.context)} -n {shlex.quote(place)} "
        f"upgrade {release} {chart} --version '~{to}.0' --reset-then-reuse-values"
    )


def _unknown(addon: Addon, found: Judgement, minor: Minor) -> Blocker:
    told = "" if addon.version else f"; {addon.how}"
    return Blocker(
        "UB13",
        Gravity.UNKNOWN,
        Phase.ADDONS_FIRST,
        f"Whether {addon.name} goes with Kubernetes {minor} is not known",
        f"{found.reason}{told}",
        "Look it up at the vendor, and give the console the row by --support-data.",
        _object(addon),
        addon.name,
        minor,
        addon.evidence,
    )


def _ended(cluster: ClusterSnapshot, addon: Addon, today: date) -> Iterator[Blocker]:
    """UB19 of one add-on: retired as a whole, or in a release whose support is over."""
    gone = RETIRED.get(addon.name)
    end = gone.end if gone else addon.end
    if end is None or end >= today:
        return
    if gone:
        title, detail = f"{addon.name} is retired", f"{gone.words} ({gone.source})"
        remedy = f"Move to {gone.instead}."
    else:
        title = f"{addon.name} {addon.version or ''} is past its end".replace("  ", " ")
        detail = f"its release got its last fixes on {end}"
        remedy = f"Upgrade it to a supported release: {addon.newer or 'see its vendor'}."
    yield Blocker(
        "UB19",
        Gravity.WARN,
        Phase.NODES if addon.name == CONTAINERD else Phase.ADDONS_FIRST,
        title,
        f"{detail}; {addon.how}",
        remedy,
        _object(addon),
        addon.name,
        evidence=addon.evidence,
    )


def _object(addon: Addon) -> ObjectRef | None:
    return addon.evidence[0].object if addon.evidence else None
