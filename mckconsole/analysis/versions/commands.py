"""What an operator would type to upgrade a cluster, by who runs it. Printed, never run.

Sources: the manuals of RKE2, k3s and kubeadm; those of the clouds are in `commands_cloud`.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from mckconsole.analysis.mesh.hints import kubectl_on
from mckconsole.analysis.versions.command_model import (
    Command,
    Place,
    Vendor,
    drain,
    node_versions,
    server_version,
    system_workloads,
)
from mckconsole.analysis.versions.commands_cloud import CLOUDS
from mckconsole.domain.kubeversion import Minor

_OWN_MEANS = frozenset(
    {"ack", "cce", "doks", "eks-d", "iks", "k0s", "kind", "lke", "microk8s", "minikube", "oke",
     "talos", "tke", "tkg"}
)  # fmt: skip
"""Those that are upgraded neither by kubeadm nor by any command known here."""


def _rancher(kind: str) -> Vendor:
    """RKE2 or k3s, which are installed alike."""

    def install(to: Minor, role: str) -> str:
        channel = f"INSTALL_{kind.upper()}_CHANNEL=v{to}"
        if kind == "rke2":
            return (
                f"curl -sfL https://get.rke2.io | {channel} INSTALL_RKE2_TYPE={role} sh -"
                f" && systemctl restart rke2-{role}"
            )
        unit = "k3s" if role == "server" else "k3s-agent"
        start = "INSTALL_K3S_SKIP_START=true INSTALL_K3S_SKIP_ENABLE=true"
        return (
            f"curl -sfL https://get.k3s.io | {channel} {start} sh -s - {role}"
            f" && systemctl restart {unit}"
        )

    def servers(place: Place, to: Minor) -> Command:
        return Command(
            f"{kind} etcd-snapshot save && {install(to, 'server')}",
            kubectl_on(place.context, "get nodes -l node-role.kubernetes.io/control-plane"),
            f"the etcd snapshot taken before, with the {kind} of before",
            "on every server, one after the other; clusters of a Rancher server are upgraded"
            " there instead",
        )

    def managed(place: Place, to: Minor) -> Command:
        return Command(
            "",
            kubectl_on(place.context, "get helmcharts.helm.cattle.io -A"),
            "",
            f"{kind} brings its own add-ons and kube-proxy along",
        )

    def nodes(place: Place, pool: str, to: Minor) -> Command:
        return _worked_on(place, install(to, "agent"))

    return Vendor(servers, servers, managed, nodes)


def _worked_on(place: Place, command: str) -> Command:
    """Nodes on which a command is run between drain and uncordon, one after the other."""
    node = '"${NODE:?}"'
    uncordon = kubectl_on(place.context, f"uncordon {node}")
    return Command(
        f"{drain(place)} && ssh {node} {shlex.quote(command)} && {uncordon}",
        node_versions(place),
        "drain it again and install the version of before, while the control plane allows it",
        "one node after the other; a drain waits for disruption budgets without end",
    )


def _kubeadm_servers(place: Place, to: Minor) -> Command:
    version = f'"v{to}.${{PATCH:?}}"'
    return Command(
        f"kubeadm upgrade plan {version} && kubeadm upgrade apply {version}",
        server_version(place),
        "restore the etcd snapshot taken before, and the static pod manifests that kubeadm keeps"
        " in its backup directory under /etc/kubernetes",
        f"on the first control-plane node with kubeadm {to}; on the others kubeadm upgrade node",
    )


def _kubeadm_managed(place: Place, to: Minor) -> Command:
    return Command(
        "",
        kubectl_on(place.context, "get daemonset/kube-proxy deployment/coredns", "kube-system"),
        "",
        "kubeadm upgrade apply brings kube-proxy and CoreDNS along; the network is upgraded by"
        " whatever installed it",
    )


def _kubeadm_nodes(place: Place, pool: str, to: Minor) -> Command:
    found = _worked_on(place, "kubeadm upgrade node && systemctl restart kubelet")
    return found._replace(note=f"with kubeadm and kubelet {to} installed on the node; {found.note}")


def _other_servers(place: Place, to: Minor) -> Command:
    return Command(
        "",
        server_version(place),
        f"as {place.provider} has it",
        f"by the means of {place.provider}",
    )


def _other_managed(place: Place, to: Minor) -> Command:
    return Command("", system_workloads(place), "")


def _other_nodes(place: Place, pool: str, to: Minor) -> Command:
    return _other_servers(place, to)._replace(check=node_versions(place))


_KUBEADM = Vendor(_kubeadm_servers, _kubeadm_servers, _kubeadm_managed, _kubeadm_nodes)
_OTHER = Vendor(_other_servers, _other_servers, _other_managed, _other_nodes)
_VENDORS: Mapping[str, Vendor] = {**CLOUDS, "rke2": _rancher("rke2"), "k3s": _rancher("k3s")}

_MESH_CHECKS: Sequence[tuple[str, str]] = (
    ("submariner", "subctl show connections --context {context}"),
    ("cilium", "cilium clustermesh status --context {context}"),
    ("istio", "istioctl remote-clusters --context {context}"),
    ("linkerd", "linkerd multicluster check --context {context}"),
)
_ADDON_COMMANDS: Mapping[str, str] = {
    "cilium": "cilium upgrade --context {context} --version {release}",
    "istio": "istioctl upgrade --context {context}",
    "submariner": "subctl upgrade --context {context}",
}
"""`istioctl` and `subctl` bring their own release: take the tool of the release wanted."""


def mesh_checks(place: Place, groups: Sequence[str]) -> tuple[str, ...]:
    """Commands that show how a cluster's meshes are, to run before and after."""
    context = shlex.quote(place.context)
    return tuple(
        text.format(context=context)
        for mesh, text in _MESH_CHECKS
        if any(group.lower().startswith(mesh) for group in groups)
    )


def addon_command(place: Place, addon: str, release: str) -> str:
    """How an add-on is upgraded; empty for what is upgraded by whatever installed it."""
    text = _ADDON_COMMANDS.get(addon, "")
    return text.format(context=shlex.quote(place.context), release=shlex.quote(release))


def vendor_of(provider: str) -> Vendor:
    """The commands for a provider, as `provider.identify` names it; kubeadm's for who names none
    and for mere infrastructure."""
    return _OTHER if provider in _OWN_MEANS else _VENDORS.get(provider, _KUBEADM)
