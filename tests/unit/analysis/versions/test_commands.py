"""The vendors' commands: complete, fit for a shell, and none for what is not known."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.command_model import Place, Vendor, cloud_name
from mckconsole.analysis.versions.commands import addon_command, mesh_checks, vendor_of
from mckconsole.domain.kubeversion import Minor

TO = Minor(1, 36)
KNOWN = ("eks", "gke", "aks", "openshift", "rke2", "k3s", "")
EVIL = 'x\'; rm -rf "$HOME" `id` $(id) \n#'


def place(provider: str, name: str = "west", region: str = "eu-1") -> Place:
    return Place(name, name, provider, region)


def commands(vendor: Vendor, where: Place, pool: str) -> list[str]:
    found = [vendor.patch(where, TO), vendor.control_plane(where, TO), vendor.managed(where, TO)]
    return [one.text for one in (*found, vendor.nodes(where, pool, TO))]


@pytest.mark.parametrize(
    ("provider", "control_plane", "nodes"),
    [
        (
            "eks",
            "aws eks update-cluster-version --region eu-1 --name west --kubernetes-version 1.36",
            "aws eks update-nodegroup-version --region eu-1 --cluster-name west "
            "--nodegroup-name blue --kubernetes-version 1.36",
        ),
        (
            "gke",
            "gcloud container clusters upgrade west --location eu-1 --master "
            "--cluster-version 1.36",
            "gcloud container clusters upgrade west --location eu-1 --node-pool blue "
            "--cluster-version 1.36",
        ),
        (
            "aks",
            'az aks upgrade --resource-group "${RESOURCE_GROUP:?}" --name west '
            "--control-plane-only --kubernetes-version 1.36",
            'az aks nodepool upgrade --resource-group "${RESOURCE_GROUP:?}" --cluster-name west '
            "--name blue --kubernetes-version 1.36",
        ),
        (
            "openshift",
            "oc --context west adm upgrade channel stable-4.23 && "
            "oc --context west adm upgrade --to-latest",
            "oc --context west wait machineconfigpool --all --for=condition=Updated --timeout=4h",
        ),
        (
            "rke2",
            "rke2 etcd-snapshot save && curl -sfL https://get.rke2.io | "
            "INSTALL_RKE2_CHANNEL=v1.36 INSTALL_RKE2_TYPE=server sh - && "
            "systemctl restart rke2-server",
            "INSTALL_RKE2_TYPE=agent",
        ),
        ("k3s", "INSTALL_K3S_CHANNEL=v1.36", "systemctl restart k3s-agent"),
        ("", 'kubeadm upgrade apply "v1.36.${PATCH:?}"', "kubeadm upgrade node"),
        ("hetzner", "kubeadm upgrade apply", "drain"),
        ("eks/gce", "kubeadm upgrade apply", "uncordon"),
        ("talos", "", ""),
        ("doks", "", ""),
    ],
)
def test_what_is_typed(provider: str, control_plane: str, nodes: str) -> None:
    vendor = vendor_of(provider)
    where = place(provider)
    upgrade, pool = vendor.control_plane(where, TO), vendor.nodes(where, "blue", TO)
    assert control_plane in upgrade.text
    assert nodes in pool.text
    assert bool(control_plane) == bool(upgrade.text)
    assert upgrade.check
    assert upgrade.back
    assert pool.check
    assert pool.back
    if provider in ("eks", "gke", "aks", "openshift"):
        assert "no way back" in upgrade.back
    if not upgrade.text:
        assert provider in upgrade.note


@pytest.mark.parametrize(
    ("context", "name", "region", "project"),
    [
        ("arn:aws:eks:eu-west-1:123456789012:cluster/shop", "shop", "eu-west-1", ""),
        ("arn:aws-cn:eks:cn-north-1:1:cluster/shop", "shop", "cn-north-1", ""),
        ("me@shop.us-east-2.eksctl.io", "shop", "us-east-2", ""),
        ("gke_my-project_europe-west3_shop", "shop", "europe-west3", "my-project"),
        ("shop", "shop", '"${REGION:?}"', ""),
        ("a b", "'a b'", '"${REGION:?}"', ""),
    ],
)
def test_names_in_the_cloud(context: str, name: str, region: str, project: str) -> None:
    assert cloud_name(Place("shop" if " " not in context else context, context, "eks")) == (
        name, region, project,
    )  # fmt: skip


@given(
    st.sampled_from((*KNOWN, "vsphere")),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1),
)
def test_names_are_quoted(provider: str, name: str) -> None:
    """A shell sees the name as one word, or as part of one, and nothing else of it."""
    plain = commands(vendor_of(provider), place(provider, "NAME", "NAME"), "NAME")
    named = commands(vendor_of(provider), place(provider, name, name), name)
    for one, other in zip(plain, named, strict=True):
        if provider == "eks" and "for addon" in one:
            continue  # nested commands; the shell itself is asked below
        words = [word.replace("NAME", name) for word in shlex.split(one)]
        assert shlex.split(other) == words


@pytest.mark.parametrize("provider", KNOWN)
def test_a_shell_can_read_every_command(provider: str) -> None:
    vendor = vendor_of(provider)
    texts = commands(vendor, place(provider, EVIL, EVIL), EVIL)
    texts += commands(vendor, place(provider, EVIL, ""), "")
    texts += [addon_command(place(provider, EVIL), name, "1.20") for name in ("cilium", "istio")]
    texts += mesh_checks(place(provider, EVIL), ["cilium a", "istio b"])
    for text in filter(None, texts):
        subprocess.run(["sh", "-n", "-c", text], check=True, capture_output=True)


def test_meshes_and_addons_have_their_own_commands() -> None:
    where = place("eks")
    found = mesh_checks(where, ["submariner prod", "Cilium edge"])
    assert found == ("subctl show connections --context west",
                     "cilium clustermesh status --context west")  # fmt: skip
    assert mesh_checks(where, []) == ()
    assert addon_command(where, "cilium", "1.20") == "cilium upgrade --context west --version 1.20"
    assert addon_command(where, "cert-manager", "1.20") == ""
