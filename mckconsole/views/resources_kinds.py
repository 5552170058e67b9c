"""Which kind a word means, over clusters that may serve different ones.

The usual kinds are known without asking anybody; all others are looked up in what the clusters
serve. A kind is the same in every cluster where plural and group are. Words and values only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mckconsole.domain.resources import Catalogue, ResourceKind

_NEAR = 3
_BESIDE = ("metrics.k8s.io", "events.k8s.io", "extensions")
"""Groups that serve what another group serves as well: nobody means them by a bare word."""


def _usual(line: str) -> ResourceKind:
    """`GROUP/VERSION PLURAL KIND [SHORT,…] [cluster]`."""
    group, _, rest = line.rpartition("/")
    version, plural, kind, *others = rest.split()
    short = tuple(one for word in others if word != "cluster" for one in word.split(","))
    return ResourceKind(
        group, version, plural, kind, kind.lower(), short, (), "cluster" not in others
    )


USUAL = Catalogue(
    tuple(
        map(
            _usual,
            """\
v1 pods Pod po
apps/v1 deployments Deployment deploy,dp
apps/v1 statefulsets StatefulSet sts
apps/v1 daemonsets DaemonSet ds
apps/v1 replicasets ReplicaSet rs
batch/v1 jobs Job
batch/v1 cronjobs CronJob cj
v1 nodes Node no cluster
v1 namespaces Namespace ns cluster
v1 services Service svc
discovery.k8s.io/v1 endpointslices EndpointSlice
v1 configmaps ConfigMap cm
v1 secrets Secret sec
v1 serviceaccounts ServiceAccount sa
v1 persistentvolumeclaims PersistentVolumeClaim pvc
v1 persistentvolumes PersistentVolume pv cluster
v1 replicationcontrollers ReplicationController rc
v1 resourcequotas ResourceQuota quota
v1 limitranges LimitRange limits
v1 events Event ev
storage.k8s.io/v1 storageclasses StorageClass sc cluster
networking.k8s.io/v1 ingresses Ingress ing
networking.k8s.io/v1 ingressclasses IngressClass cluster
networking.k8s.io/v1 networkpolicies NetworkPolicy netpol,np
autoscaling/v2 horizontalpodautoscalers HorizontalPodAutoscaler hpa
policy/v1 poddisruptionbudgets PodDisruptionBudget pdb
rbac.authorization.k8s.io/v1 roles Role
rbac.authorization.k8s.io/v1 rolebindings RoleBinding
rbac.authorization.k8s.io/v1 clusterroles ClusterRole cr cluster
rbac.authorization.k8s.io/v1 clusterrolebindings ClusterRoleBinding crb cluster
coordination.k8s.io/v1 leases Lease
apiextensions.k8s.io/v1 customresourcedefinitions CustomResourceDefinition crd,crds cluster
apiregistration.k8s.io/v1 apiservices APIService cluster""".splitlines(),
        )
    )
)
"""What every cluster serves; a test holds it against a real API server's discovery."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a word means."""

    kind: ResourceKind
    others: tuple[str, ...] = ()
    """Names of other kinds that it may mean as well."""


def resolve(word: str, catalogues: Mapping[str, Catalogue]) -> Resolution | None:
    """The kind that `word` means in the clusters of `catalogues`; None where none has such a one.

    Of several the core group's comes first, then Kubernetes' own, then the one that most clusters
    serve.
    """
    wanted = word.strip().lower()
    usual = USUAL.find(wanted)
    found: dict[str, list[ResourceKind]] = {}
    for catalogue in catalogues.values():
        for kind in catalogue.kinds:
            if kind.answers_to(wanted) or kind.name == wanted:
                found.setdefault(kind.name, []).append(kind)
    if usual is not None:
        found.setdefault(usual.name, [usual])
    ranked = sorted(found.values(), key=lambda kinds: (*_rank(kinds[0]), -len(kinds)))
    if not ranked:
        return None
    others = [one[0].name for one in ranked[1:] if one[0].group not in _BESIDE]
    return Resolution(ranked[0][0], tuple(others))


def _rank(kind: ResourceKind) -> tuple[bool, bool, bool]:
    own = "." not in kind.group or kind.group.endswith(".k8s.io")
    return (bool(kind.group), kind.group in _BESIDE, not own)


def near(word: str, catalogues: Mapping[str, Catalogue]) -> list[str]:
    """Kinds that are called alike, the likest first."""
    import difflib  # only slips pay for it

    wanted = word.strip().lower()
    names: dict[str, None] = {}
    for kind in _all(catalogues):
        names.update(dict.fromkeys((kind.plural, *kind.short_names)))
    found = difflib.get_close_matches(wanted, names, n=_NEAR, cutoff=0.7)
    found += [name for name in names if len(wanted) > 2 and wanted in name and name not in found]
    return found[:_NEAR]


def _all(catalogues: Mapping[str, Catalogue]) -> Iterator[ResourceKind]:
    yield from USUAL.kinds
    for catalogue in catalogues.values():
        yield from catalogue.kinds


def unknown_kind(
    word: str, catalogues: Mapping[str, Catalogue], troubles: Mapping[str, str]
) -> str:
    """Why there is no such kind, in words: what is near, and which clusters could not be asked."""
    alike = near(word, catalogues)
    hint = f"; near: {', '.join(alike)}" if alike else ""
    unasked = "; ".join(f"not known of {name}: {why}" for name, why in troubles.items())
    where = f"{len(catalogues)} cluster{'' if len(catalogues) == 1 else 's'}"
    return f"none of {where} serves a kind {word}{hint}" + (f"; {unasked}" if unasked else "")


@dataclass(frozen=True, slots=True)
class Offered:
    """A kind as a completion offers it."""

    word: str
    help: str


def offered(
    text: str, catalogues: Mapping[str, Catalogue], most: int, taken: Iterable[str] = ()
) -> Sequence[Offered]:
    """Kinds whose plural begins with `text`, then those that contain it in any of their words; at
    most so many, and none of the words that are `taken`."""
    wanted = text.strip().lower()
    clusters: dict[str, int] = {}
    kinds: dict[str, ResourceKind] = {kind.name: kind for kind in USUAL.kinds}
    for catalogue in catalogues.values():
        for kind in catalogue.kinds:
            kinds.setdefault(kind.name, kind)
            clusters[kind.name] = clusters.get(kind.name, 0) + 1
    ranked = []
    for number, kind in enumerate(kinds.values()):
        words = (kind.plural, *kind.short_names, kind.name, kind.kind.lower())
        if any(wanted in one for one in words):
            exact = wanted in (kind.plural, kind.singular, *kind.short_names)
            ranked.append((not exact, not kind.plural.startswith(wanted), number, kind))
    away, plurals = set(taken), [kind.plural for kind in kinds.values()]
    found = []
    for *_, kind in sorted(ranked, key=lambda one: one[:3])[: most + len(away)]:
        word = kind.plural if plurals.count(kind.plural) == 1 or not kind.group else kind.name
        if word not in away:
            found.append(Offered(word, _help(kind, clusters.get(kind.name, 0), len(catalogues))))
    return found[:most]


def _help(kind: ResourceKind, served: int, asked: int) -> str:
    short = f" ({', '.join(kind.short_names)})" if kind.short_names else ""
    group = f" of {kind.group}" if kind.group else ""
    where = f", in {served} of {asked} clusters" if 0 < served < asked else ""
    return f"{kind.kind}{group}{short}{where}"
