"""Objects that name a version of the API and stop to work when it goes, without any request to it.

An autoscaler finds its target by the group and kind of `scaleTargetRef.apiVersion` alone
(pkg/controller/podautoscaler/horizontal.go: RESTMappings of the GroupKind), so `apps/v1beta1` goes
on to work and `extensions/v1beta1` does not: it matters only where the kind moved to another group.

A webhook is asked where a rule has the version of the request, or with `matchPolicy: Equivalent`
another version of the same resource that is *served* (apiserver pkg/admission/plugin/webhook/
generic, apimachinery pkg/runtime/mapper.go). A rule of removed versions alone matches nothing under
either policy: requests pass the webhook by, and nothing says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mckconsole.analysis.mesh.evidence import ref_of, seen, server_time
from mckconsole.analysis.versions.model import ApiUse, Use
from mckconsole.analysis.versions.removals import (
    plural_of,
    removal_of,
    removal_of_resource,
    removed_in,
    resources_of,
)
from mckconsole.domain.certificates import ValidatingWebhookConfiguration
from mckconsole.domain.failover import HorizontalPodAutoscaler
from mckconsole.domain.findings import Evidence, ObjectRef
from mckconsole.domain.identity import MutatingWebhookConfiguration, Webhook, WebhookRule
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.objects import Key
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.support import Removal, SupportData
from mckconsole.domain.wording import listed

REFERENCE_TOPICS = ("autoscalers", "mutatingwebhooks", "validatingwebhooks")
_NAMED = 5
_ALL = "*"


class Reference(NamedTuple):
    """One place in an object that names a version."""

    row: Removal
    version: str
    resource: str
    ref: ObjectRef
    why: str
    evidence: Evidence


def references(
    cluster: ClusterSnapshot, data: SupportData, taken_at: float, least: Minor | None
) -> tuple[ApiUse, ...]:
    """Versions that go, and what stops to work then; one for each resource of a version.

    Args:
        taken_at: Unix seconds of the snapshot, console clock.
        least: of the live API servers the oldest minor; None where it is not known.
    """
    found: dict[tuple[str, str, str], list[Reference]] = {}
    for one in (*_autoscalers(cluster, data, taken_at), *_webhooks(cluster, data, taken_at)):
        found.setdefault((one.row.group, one.version, one.resource), []).append(one)
    return tuple(_use(every, least) for _, every in sorted(found.items()))


def _use(every: list[Reference], least: Minor | None) -> ApiUse:
    first = every[0]
    refs = sorted({one.ref for one in every})
    end = removed_in(first.row)
    gone = end is not None and least is not None and end <= least
    state = f"{least} does not serve it any more, so this is so already: " if gone else ""
    return ApiUse(
        first.row.group,
        first.version,
        first.row.kind,
        first.resource,
        Use.REFERENCE,
        end,
        first.row.replacement,
        (),
        tuple(refs[:_NAMED]),
        len(refs),
        state + listed(dict.fromkeys(one.why for one in every), 2, between="; "),
        tuple(one.evidence for one in every[:_NAMED]),
    )


def _autoscalers(
    cluster: ClusterSnapshot, data: SupportData, taken_at: float
) -> Iterator[Reference]:
    """Those whose target's group goes."""
    at = server_time(cluster, cluster.topic("autoscalers"), taken_at)
    for key, one in sorted(cluster.objects("autoscalers", HorizontalPodAutoscaler).items()):
        target = one.spec.scale_target_ref
        group, _, version = target.api_version.rpartition("/")
        row = removal_of(data, group, version, target.kind)
        if row is None or removed_in(row) is None or _group(row.replacement) == group:
            continue
        ref = ref_of(cluster, "autoscalers", key)
        why = f"{ref} scales a {target.kind} of a group that goes, and finds it no more"
        path = "spec.scaleTargetRef.apiVersion"
        evidence = seen(cluster.name, ref, path, target.api_version, at)
        yield Reference(row, version, plural_of(target.kind), ref, why, evidence)


def _group(api_version: str) -> str:
    """Of `apps/v1 Deployment` or `apps/v1`; empty for the core group, and for no version."""
    return api_version.partition(" ")[0].rpartition("/")[0]


def _webhooks(cluster: ClusterSnapshot, data: SupportData, taken_at: float) -> Iterator[Reference]:
    configurations: list[tuple[str, Key, tuple[Webhook, ...]]] = [
        *(("mutatingwebhooks", key, one.webhooks) for key, one in
          cluster.objects("mutatingwebhooks", MutatingWebhookConfiguration).items()),
        *(("validatingwebhooks", key, one.webhooks) for key, one in
          cluster.objects("validatingwebhooks", ValidatingWebhookConfiguration).items()),
    ]  # fmt: skip
    for topic, key, hooks in sorted(configurations, key=lambda one: one[:2]):
        at = server_time(cluster, cluster.topic(topic), taken_at)
        ref = ref_of(cluster, topic, key)
        rules = [rule for hook in hooks for rule in hook.rules]
        for number, hook in enumerate(hooks):
            for index, rule in enumerate(hook.rules):
                for row, version, resource in _last(data, rule, rules):
                    path = f"webhooks[{number}].rules[{index}].apiVersions"
                    evidence = seen(cluster.name, ref, path, ", ".join(rule.api_versions), at)
                    why = _why(ref, hook, row.group, version, resource)
                    yield Reference(row, version, resource, ref, why, evidence)


def _why(ref: ObjectRef, hook: Webhook, group: str, version: str, resource: str) -> str:
    exact = " (and with matchPolicy Exact not of other versions now)" if (
        hook.match_policy == "Exact") else ""  # fmt: skip
    return (
        f"webhook {hook.name} of {ref} is asked of {resource} by {group}/{version} alone and "
        f"would not be asked any more{exact}"
    )


def _last(
    data: SupportData, rule: WebhookRule, rules: list[WebhookRule]
) -> Iterator[tuple[Removal, str, str]]:
    """Of what a rule names, the version that goes last, where all go by which any rule of the
    configuration would match the resource."""
    for group in rule.api_groups:
        for resource in _named(data, rule, group):
            ends: list[tuple[Minor, str, Removal]] = []
            for version in rule.api_versions:
                row = removal_of_resource(data, group, version, resource)
                end = removed_in(row)
                if row is not None and end is not None:
                    ends.append((end, version, row))
            if not ends:
                continue
            end, version, row = max(ends, key=lambda one: one[:2])
            groups = {group, _group(row.replacement)} if row.replacement else {group}
            if not any(_outlives(data, one, groups, resource, end) for one in rules):
                yield row, version, resource


def _named(data: SupportData, rule: WebhookRule, group: str) -> Iterable[str]:
    """The resources of a rule, without subresources; for all of them those that the table has."""
    plain = {one.partition("/")[0] for one in rule.resources}
    if _ALL in plain:
        plain |= {
            one for version in rule.api_versions for one in resources_of(data, group, version)
        }
    return sorted(plain - {_ALL, ""})


def _outlives(
    data: SupportData, rule: WebhookRule, groups: set[str], resource: str, end: Minor
) -> bool:
    """Whether a rule still matches the resource once a version that goes in `end` is gone."""
    if not {resource, _ALL} & {one.partition("/")[0] for one in rule.resources}:
        return False
    for group in groups if _ALL in rule.api_groups else groups & set(rule.api_groups):
        for version in rule.api_versions:
            last = removed_in(removal_of_resource(data, group, version, resource))
            if version == _ALL or last is None or last > end:
                return True
    return False
