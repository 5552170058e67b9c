"""Webhooks that inject identities: their configurations, and the ConfigMaps that they read."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import NamedTuple

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.sections_identity import WebhookModel
from mckconsole.demo.site import Site
from mckconsole.demo.world import World

_EKS_PREFIX = "eks.amazonaws.com"


class _Form(NamedTuple):
    """What all installations of one webhook have."""

    configuration: str
    webhook: str
    path: str
    selector: KubeObject


_FORMS = {
    "irsa": _Form(
        "pod-identity-webhook",
        "iam-for-pods.amazonaws.com",
        "/mutate",
        {
            "matchExpressions": [
                {"key": f"{_EKS_PREFIX}/skip-pod-identity-webhook", "operator": "DoesNotExist"}
            ]
        },
    ),
    "azure": _Form(
        "azure-wi-webhook-mutating-webhook-configuration",
        "mutation.azure-workload-identity.io",
        "/mutate-v1-pod",
        {"matchLabels": {"azure.workload.identity/use": "true"}},
    ),
    "gcp": _Form(
        "gcp-workload-identity-federation-webhook-mutating-webhook-configuration",
        "mpod.kb.io",
        "/mutate-v1-pod",
        {},
    ),
}


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """Those of cluster `name`."""
    model = world.scenario.identity_clusters.get(name)
    if model is None:
        return
    site = world.sites[name]
    for webhook in model.webhooks:
        pem = world.scenario.certificates[webhook.ca]
        yield _configuration(site, webhook, pem)
        if webhook.by == "azure":
            data = {"AZURE_TENANT_ID": model.tenant, "AZURE_ENVIRONMENT": "AzurePublicCloud"}
            yield _config(site, webhook, "azure-wi-webhook-config", data)
        elif webhook.by == "irsa" and model.roles_by_config:
            roles = {
                account: {"RoleARN": role, "Audience": "sts.amazonaws.com", "UseRegionalSTS": True}
                for account, role in model.roles_by_config.items()
            }
            yield _config(site, webhook, "pod-identity-webhook", {"config": json.dumps(roles)})


def _config(site: Site, webhook: WebhookModel, name: str, data: dict[str, str]) -> KubeObject:
    return site.manifest("v1", "ConfigMap", webhook.service.partition("/")[0], name, data=data)


def _configuration(site: Site, webhook: WebhookModel, pem: str) -> KubeObject:
    form = _FORMS[webhook.by]
    client: KubeObject = {"caBundle": base64.b64encode(pem.encode()).decode()}
    if webhook.service:
        namespace, _, service = webhook.service.partition("/")
        client["service"] = {
            "namespace": namespace,
            "name": service,
            "path": form.path,
            "port": 443,
        }
    else:
        client["url"] = f"https://127.0.0.1:23443{form.path}"
    return site.manifest(
        "admissionregistration.k8s.io/v1",
        "MutatingWebhookConfiguration",
        "",
        form.configuration,
        webhooks=[
            {
                "name": form.webhook,
                "admissionReviewVersions": ["v1"],
                "clientConfig": client,
                "failurePolicy": webhook.failure_policy,
                "matchPolicy": "Equivalent",
                "namespaceSelector": {},
                "objectSelector": form.selector,
                "reinvocationPolicy": "IfNeeded",
                "sideEffects": "None",
                "timeoutSeconds": 10,
                "rules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE"],
                        "resources": ["pods"],
                        "scope": "*",
                    }
                ],
            }
        ],
    )
