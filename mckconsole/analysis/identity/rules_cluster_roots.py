"""WI40: whether pods have the certificate of their API server, in every namespace the same one.

The controller manager publishes the ConfigMap kube-root-ca.crt, which tokens are mounted with.
Source: kube-controller-manager's root-ca-cert-publisher. Not compared with the authority that the
console itself trusts: behind a load balancer or a proxy another one is right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from mckconsole.analysis.identity.case import PANE, Scene
from mckconsole.analysis.identity.model import Trace
from mckconsole.analysis.identity.rules_words import MAX_SHOWN, listed, steps
from mckconsole.domain.core import Namespace
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity, Unknown
from mckconsole.domain.identity import RootCa
from mckconsole.domain.objects import Key
from mckconsole.domain.pods import API_MOUNT, Pod
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.times import parse_rfc3339
from mckconsole.domain.wording import counted

_ROOT_CA = "kube-root-ca.crt"
_SETTLING = 120.0
"""Seconds a new namespace may be without its ConfigMap."""
_SHOWN_DIGEST = 16


def check_roots(scene: Scene, cluster: ClusterSnapshot) -> Iterator[Finding | Unknown]:
    """Namespaces that lack the ConfigMap, and those that differ."""
    if reason := scene.facts.unread.get("root-ca", ""):
        yield _unknown(scene, f"whether root certificates differ is not known: {reason}")
        return
    found = cluster.objects("root-ca", RootCa)
    by_digest: defaultdict[str, list[str]] = defaultdict(list)
    for (namespace, _), one in found.items():
        if digest := one.data.get("ca.crt", ""):
            by_digest[digest].append(namespace)
    yield from _missing(scene, cluster, set(chain.from_iterable(by_digest.values())))
    if len(by_digest) > 1:
        yield _differing(scene, by_digest)


def _missing(scene: Scene, cluster: ClusterSnapshot, have: set[str]) -> Iterator[Finding | Unknown]:
    pods = cluster.objects("pods", Pod)
    lacking = {namespace for namespace, _ in pods} - have
    if not lacking:
        return
    if reason := scene.facts.unread.get("namespaces", ""):
        yield _unknown(scene, f"how old a namespace without {_ROOT_CA} is: {reason}")
        return
    spaces = cluster.objects("namespaces", Namespace)
    read_at = cluster.topic("root-ca").as_of or scene.now
    lacking = {name for name in lacking if _settled(spaces.get(("", name)), read_at)}
    waiting = _waiting(pods, lacking) if lacking else {}
    if waiting:
        yield _absent(scene, waiting)


def _unknown(scene: Scene, reason: str) -> Unknown:
    return Unknown(PANE, scene.facts.name, "WI40", reason)


def _settled(namespace: Namespace | None, read_at: float) -> bool:
    """Whether the namespace was there long enough when the ConfigMaps were read, and stays."""
    if namespace is None or namespace.metadata.deletion_timestamp:
        return False
    created = parse_rfc3339(namespace.metadata.creation_timestamp)
    return created is None or read_at - created > _SETTLING


def _waiting(pods: Mapping[Key, Pod], namespaces: set[str]) -> dict[str, Pod]:
    """One pod that mounts a token for the API server, of each of these namespaces."""
    found: dict[str, Pod] = {}
    for (namespace, _), pod in pods.items():
        if namespace in namespaces and namespace not in found and _mounts(pod):
            found[namespace] = pod
    return found


def _mounts(pod: Pod) -> bool:
    if pod.over:
        return False
    containers = chain(pod.spec.init_containers, pod.spec.containers)
    mounts = (mount for one in containers for mount in one.volume_mounts)
    return any(one.mount_path.rstrip("/") == API_MOUNT for one in mounts)


def _absent(scene: Scene, waiting: Mapping[str, Pod]) -> Finding:
    names = sorted(waiting)
    shown = [
        scene.seen(Trace(scene.ref("pods", waiting[name]), "spec.volumes", f"mounts {_ROOT_CA}"))
        for name in names[:MAX_SHOWN]
    ]
    return scene.finding(
        "WI40",
        Severity.MEDIUM,
        f"{_ROOT_CA} is missing in {_spaces(names)}",
        f"{listed(names)}: pods there have a token for the API server and nothing to verify that "
        "server by; new ones do not start at all. The controller manager publishes the ConfigMap "
        "in every namespace, at once when it is gone.",
        (
            *shown,
            *(
                scene.derived(f"ConfigMap {name}/{_ROOT_CA}", "(none)")
                for name in names[:MAX_SHOWN]
            ),
        ),
        steps(
            scene.kubectl("get pods -l component=kube-controller-manager -o wide", "kube-system"),
            "see in its logs why root-ca-cert-publisher does not run, and restart it",
        ),
        object=None,
        subject="missing",
    )


def _spaces(names: Sequence[str]) -> str:
    return f"namespace {names[0]}" if len(names) == 1 else f"{len(names)} namespaces"


def _differing(scene: Scene, by_digest: Mapping[str, list[str]]) -> Finding:
    common = _common(by_digest)
    odd = sorted(name for digest in by_digest if digest != common for name in by_digest[digest])
    digest_of = {name: digest for digest, names in by_digest.items() for name in names}
    shown = [
        Evidence(
            "kubernetes",
            scene.facts.name,
            ObjectRef("v1", "ConfigMap", name, _ROOT_CA),
            "data['ca.crt']",
            f"SHA-256 {digest_of[name][:_SHOWN_DIGEST]}…",
            scene.time_of("root-ca"),
        )
        for name in [*odd[:MAX_SHOWN], min(by_digest[common])]
    ]
    return scene.finding(
        "WI40",
        Severity.MEDIUM,
        f"{_ROOT_CA} differs in {_spaces(odd)}",
        f"{_ROOT_CA} of {listed(odd)} holds another certificate than that of "
        f"{counted(len(by_digest[common]), 'namespace')}. Pods verify the API server by it: either "
        "here or there they cannot. A rotation of the authority that stopped half way leaves this.",
        shown,
        steps(
            *(scene.kubectl(f"delete configmap {_ROOT_CA}", name) for name in odd[:3]),
            "the controller manager publishes it anew; if it comes back the same, the others are "
            "old: restart the controller manager with the right --root-ca-file",
        ),
        object=None,
        subject="differing",
    )


def _common(by_digest: Mapping[str, list[str]]) -> str:
    """The certificate of most namespaces; of kube-system where two have as many."""
    counts = Counter({digest: len(names) for digest, names in by_digest.items()})
    return max(sorted(counts), key=lambda one: (counts[one], "kube-system" in by_digest[one]))
