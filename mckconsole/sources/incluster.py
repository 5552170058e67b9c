"""The cluster that we run in, when there is no kubeconfig at all.

Source: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mckconsole.sources.credentials import FileToken
from mckconsole.sources.endpoint import ClusterEndpoint, TLSSettings

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def in_cluster(
    env: Mapping[str, str], service_account: Path = SERVICE_ACCOUNT
) -> ClusterEndpoint | None:
    """The endpoint of our own cluster, None outside of one."""
    host = env.get("KUBERNETES_SERVICE_HOST", "")
    port = env.get("KUBERNETES_SERVICE_PORT", "")
    token, ca = service_account / "token", service_account / "ca.crt"
    if not host or not port.isdecimal() or not token.is_file():
        return None
    return ClusterEndpoint(
        name="in-cluster",
        context="in-cluster",
        base_url=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        credential=FileToken(token),
        tls=TLSSettings(ca_file=ca if ca.is_file() else None),
        origin=f"service account {service_account}",
    )
