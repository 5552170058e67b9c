"""Azure identities on a pod: Workload Identity, and its predecessor AAD Pod Identity.

Source: azure-workload-identity pkg/webhook; the credential chains of azure-identity.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.identity.containers import PodView, View, source_of, unmounted
from mckconsole.analysis.identity.effective_aws import missing_token, wrong_audience
from mckconsole.analysis.identity.formats import parse_azure
from mckconsole.analysis.identity.model import Cloud, Effective, Identity, Mechanism
from mckconsole.domain.cloudkeys import AAD_BINDING
from mckconsole.domain.pods import EnvVar

CLIENT = "AZURE_CLIENT_ID"
TENANT = "AZURE_TENANT_ID"
TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE"  # noqa: S105
AUTHORITY = "AZURE_AUTHORITY_HOST"
NO_CLIENT = f"{CLIENT} is not set"


def azure(view: View) -> Iterator[Effective]:
    """By a federated token. A client id alone is a managed identity of the node's."""
    path = view.env.get(TOKEN_FILE)
    if path is None:
        return
    client, tenant = view.env.get(CLIENT), view.env.get(TENANT)
    file = view.file(path.value)
    identity, problem = _identity(client, tenant)
    if (client is None or tenant is None) and view.container.env_from:
        problem = ""  # they may be among the variables that are not read
    if not problem and path.value:
        if file.mount is None:
            problem = unmounted(TOKEN_FILE, path.value)
        elif file.token is None:
            problem = missing_token(TOKEN_FILE, file)
        else:
            problem = wrong_audience(file.token.audience, Mechanism.AZURE)
    traces = (*view.of(CLIENT, TENANT, TOKEN_FILE, AUTHORITY), *view.token_traces(file))
    text = source_of(client)[1] if client else f"{CLIENT} is told elsewhere, if at all"
    yield view.effective(Mechanism.AZURE, Cloud.AZURE, identity, text, traces, file.token, problem)


def _identity(client: EnvVar | None, tenant: EnvVar | None) -> tuple[Identity | None, str]:
    for name, variable in ((CLIENT, client), (TENANT, tenant)):
        if variable is None:
            return None, NO_CLIENT if name == CLIENT else f"{name} is not set"
        if variable.withheld:
            return None, f"the value of {name} is no GUID"
    if client is None or client.value_from is not None:
        return None, ""
    known = tenant.value if tenant else ""
    parsed = parse_azure(client.value, known)
    return parsed.identity, parsed.problem


def aad_pod_identity(pod: PodView) -> Iterator[Effective]:
    """The label of AAD Pod Identity."""
    binding = pod.pod.metadata.labels.get(AAD_BINDING)
    if binding:
        trace = pod.trace(f"metadata.labels['{AAD_BINDING}']", binding)
        yield Effective("", "app", Mechanism.AAD_POD_IDENTITY, Cloud.AZURE, None, binding, (trace,))
