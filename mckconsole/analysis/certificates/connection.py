"""Certificates of the connection itself: the API server's, the console's own, and the authorities.

Sources: kubeadm "Certificate Management" (renewed on upgrade or by hand), Kubernetes "RBAC good
practices" (system:masters), EKS, GKE, AKS and OpenShift docs (who renews the API server's).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace

from mckconsole.analysis.certificates.authorities import authority_fix
from mckconsole.analysis.certificates.chains import flaws_of
from mckconsole.analysis.certificates.known import (
    Flaw,
    Known,
    dates_of,
    is_bundle,
    longest,
    name_of,
    shown_text,
)
from mckconsole.analysis.certificates.matrix import Renewal
from mckconsole.analysis.certificates.model import CertPlace
from mckconsole.analysis.certificates.reading import Reading
from mckconsole.analysis.certificates.secrets import MASTERS
from mckconsole.detect.x509 import MAX_NAMES, covers
from mckconsole.domain.audit import CertificateSeen
from mckconsole.domain.findings import Evidence, Severity

_ENDPOINTS = (
    (re.compile(r"\.eks\.amazonaws\.com(\.cn)?$"), "EKS"),
    (re.compile(r"\.gke\.goog$"), "GKE"),
    (re.compile(r"\.azmk8s\.io$"), "AKS"),
)
_PROVIDERS = {"eks": "EKS", "gke": "GKE", "aks": "AKS", "openshift": "OpenShift"}
_SERVER_FIX = "on each control plane node: kubeadm certs renew apiserver (k3s, RKE2: restart it)"


def provider_renewal(reading: Reading) -> Renewal | None:
    """Who renews the API server's certificate without being asked; None for nobody."""
    host = reading.cluster.server.partition("://")[2].partition("/")[0]
    host = re.sub(r":[0-9]+$", "", host)
    by_host = next((name for pattern, name in _ENDPOINTS if pattern.search(host)), "")
    name = by_host or _PROVIDERS.get(reading.provider, "")
    if not name:
        return None
    how = f"the server is {host}" if by_host else f"the cluster is {reading.provider}"
    words = f"{name} renews its API server's certificate"
    return Renewal(True, words, proof=(reading.derived("who runs the cluster", how),))


def connection_rows(reading: Reading) -> Iterator[Known]:
    """What the API server shows and the kubeconfig holds."""
    cluster = reading.cluster
    doubt = "" if cluster.state.readable else cluster.reason or "not connected"
    yield from _server(reading, doubt)
    fix = _client_fix(reading)
    for index, one in enumerate(cluster.handshake.client):
        flaws = list(_flaws(reading, one, "client", index, fix))
        if index == 0 and MASTERS in one.organizations:
            flaws.append(_masters(reading, one))
        place, by = CertPlace.CLIENT, Renewal(False)
        yield _row(reading, place, one, "client", index, by, fix, flaws, doubt)
    yield from _trusted(reading, doubt)


def _server(reading: Reading, doubt: str) -> Iterator[Known]:
    """What the API server shows, its own certificate first."""
    by, open_door = provider_renewal(reading) or Renewal(False), insecure(reading)
    more, fix = (open_door,) if open_door else (), _SERVER_FIX
    if not reading.cluster.handshake.server:
        yield _no_server(reading, doubt, by, more)
    for index, one in enumerate(reading.cluster.handshake.server):
        flaws = list(_flaws(reading, one, "server", index, fix))
        if index == 0:
            flaws += [*_server_flaws(reading, one), *more]
        place = CertPlace.API_SERVER
        yield _row(reading, place, one, "server", index, by, fix, flaws, doubt)


def _trusted(reading: Reading, doubt: str) -> Iterator[Known]:
    """The authorities of the kubeconfig; a whole set of them is as good as its longest."""
    place, trusted = CertPlace.KUBECONFIG_CA, reading.cluster.handshake.authorities
    fix = authority_fix()
    if is_bundle(trusted):
        one = longest(trusted)
        row = _row(reading, place, one, "authorities", 0, Renewal(False), fix, [], doubt)
        yield replace(row, bundle=True)
        return
    for index, one in enumerate(trusted):
        flaws = list(_flaws(reading, one, "authorities", index, fix))
        yield _row(reading, place, one, "authorities", index, Renewal(False), fix, flaws, doubt)


def _no_server(reading: Reading, doubt: str, by: Renewal, flaws: tuple[Flaw, ...]) -> Known:
    """The API server's certificate was not seen."""
    plain = reading.cluster.server.startswith("http://")
    why = "plain http: there is none" if plain else "no handshake was seen"
    return Known(
        CertPlace.API_SERVER, None, "server[0]", reading.cluster.handshake.name or "API server",
        unseen=why, renewal=by, subject="server[0]", doubt=doubt, flaws=flaws,
    )  # fmt: skip


def insecure(reading: Reading) -> Flaw | None:
    """The connection trusts anybody."""
    if reading.cluster.handshake.verified:
        return None
    context = reading.cluster.context or reading.name
    path = shlex.quote(f'{{.contexts[?(@.name=="{context}")].context.cluster}}')
    return reading.flaw(
        "CERT-INSECURE",
        Severity.HIGH,
        "kubeconfig does not check the API server's certificate",
        "The kubeconfig has insecure-skip-tls-verify: whoever stands between can pretend to be the "
        "API server, and gets the credentials that are sent to it.",
        (_shown(reading, "insecure-skip-tls-verify", "true"),),
        f"kubectl config set-cluster $(kubectl config view -o jsonpath={path}) "
        "--insecure-skip-tls-verify=false --certificate-authority=CA-FILE --embed-certs",
        about=None,
        subject="kubeconfig",
        fails=True,
    )


def _row(
    reading: Reading,
    place: CertPlace,
    one: CertificateSeen,
    what: str,
    index: int,
    renewal: Renewal,
    fix: str,
    flaws: list[Flaw],
    doubt: str,
) -> Known:
    path = f"{what}[{index}]"
    return Known(
        place, None, path, name_of(one), dates_of(one), renewal=renewal,
        evidence=(_shown(reading, path, shown_text(one)),), subject=path, doubt=doubt, seen=one,
        flaws=tuple(flaws), fix=fix,
    )  # fmt: skip


def _shown(reading: Reading, path: str, value: str) -> Evidence:
    at = reading.cluster.handshake.at
    at = reading.now if at is None else at + reading.cluster.clock_offset
    return Evidence("derived", reading.name, None, f"connection: {path}", value, at)


def _flaws(
    reading: Reading, one: CertificateSeen, what: str, index: int, fix: str
) -> Iterator[Flaw]:
    path = f"{what}[{index}]"
    shown = _shown(reading, path, shown_text(one))
    return flaws_of(reading, one, shown, fix, about=None, subject=path)


def _server_flaws(reading: Reading, one: CertificateSeen) -> Iterator[Flaw]:
    """A name that is not in it, where nobody checked."""
    name = reading.cluster.handshake.name
    if not name or len(one.names) >= MAX_NAMES or covers(one.names, name):
        return
    held = ", ".join(one.names[:10]) or "(none)"
    yield reading.flaw(
        "CERT-NAME",
        Severity.HIGH,
        f"API server's certificate is not good for {name}",
        f"The kubeconfig asks for {name}, and the names of the certificate that the API server "
        f"shows are {held}: clients that check it refuse it.",
        (_shown(reading, "server[0]", shown_text(one)), reading.derived("names asked for", name)),
        f"add {name} to certSANs of the API server, then: {_SERVER_FIX}",
        about=None,
        subject=f"server {name}",
        fails=True,
    )


def _masters(reading: Reading, one: CertificateSeen) -> Flaw:
    name = name_of(one)
    return reading.flaw(
        "CERT-MASTERS",
        Severity.HIGH,
        f"kubeconfig signs in as {MASTERS}",
        f"The client certificate of {name} in the kubeconfig has the organization {MASTERS}: the "
        "API server lets it do everything without asking RBAC, nothing can take that away before "
        "the certificate ends, and it cannot be revoked.",
        (
            _shown(reading, "client[0]", shown_text(one)),
            _shown(reading, "client[0] organizations", ", ".join(one.organizations)),
        ),
        "keep it for emergencies, and sign in as a user with a role: "
        + _client_fix(reading)
        + "; whoever has a copy keeps it until the authority is changed",
        about=None,
        subject="client",
    )


def _client_fix(reading: Reading) -> str:
    user = shlex.quote(f"USER@{reading.cluster.context or reading.name}")
    return (
        f"kubeadm kubeconfig user --client-name {user} --org GROUP --validity-period 720h, or a "
        "credential plugin, whose credentials are short-lived"
    )
