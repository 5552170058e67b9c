"""WI39: whether the webhooks that inject identities can be asked at all.

One that cannot means pods without an identity (failurePolicy Ignore, as EKS has it) or no pods at
all (Fail). Sources: Kubernetes dynamic admission control (a Service is verified by caBundle alone).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from mckconsole.analysis.identity.cabundle import Bundle, read_bundle
from mckconsole.analysis.identity.case import PANE, Scene
from mckconsole.analysis.identity.model import Account, Mechanism, Trace, WebhookFacts
from mckconsole.analysis.identity.rules_words import MAX_SHOWN, listed, show, steps
from mckconsole.domain.findings import Evidence, Finding, Severity, Unknown


def check_webhooks(scene: Scene, accounts: Sequence[Account]) -> Iterator[Finding | Unknown]:
    """Each webhook, with the accounts that need it."""
    facts = scene.facts
    for hook in facts.webhooks:
        needing = [one for one in accounts if _declares(one, hook.mechanism)]
        bundle = read_bundle(hook.ca_bundle)
        faults = list(_faults(scene, hook, bundle))
        if faults:
            yield _broken(scene, hook, bundle, faults, needing)
        elif hook.service and needing:
            if hook.ready is None:
                why = facts.unread.get("endpointslices", "its endpoints were not read")
                yield _unknown(scene, f"whether {_name(hook)} is ready is not known: {why}")
            if hook.failure_policy == "Ignore":
                yield _ignored(scene, hook, needing)
    reason = facts.unread.get("mutatingwebhooks", "")
    if reason and any(one.declarations for one in accounts):
        yield _unknown(scene, f"whether webhooks inject identities is not known: {reason}")


def _unknown(scene: Scene, reason: str) -> Unknown:
    return Unknown(PANE, scene.facts.name, "WI39", reason)


def _faults(scene: Scene, hook: WebhookFacts, bundle: Bundle) -> Iterator[str]:
    """Why it cannot be asked. Without a bundle a URL is verified by what the system trusts."""
    fault = bundle.fault(scene.now)
    if fault and (hook.service or hook.ca_bundle.strip()):
        yield f"its CA bundle is {fault}" if fault == "empty" else f"its CA bundle: {fault}"
    elif not bundle.problem:
        scene.look_again(bundle.ends)
    if hook.service and hook.ready == 0:
        yield f"its Service {'/'.join(hook.service)} has no ready endpoint"


def _declares(account: Account, mechanism: Mechanism) -> bool:
    return any(one.mechanism is mechanism for one in account.declarations)


def _name(hook: WebhookFacts) -> str:
    return f"{hook.object} webhooks[{hook.index}]"


def _show_hook(scene: Scene, hook: WebhookFacts, bundle: Bundle) -> list[Evidence]:
    place = f"webhooks[{hook.index}]"
    seen = [
        scene.seen(Trace(hook.object, f"{place}.failurePolicy", hook.failure_policy)),
        scene.seen(Trace(hook.object, f"{place}.clientConfig.caBundle", bundle.text)),
    ]
    if hook.service:
        service = "/".join(hook.service)
        seen.append(scene.seen(Trace(hook.object, f"{place}.clientConfig.service", service)))
        ready = "(not known)" if hook.ready is None else str(hook.ready)
        seen.append(scene.derived(f"ready endpoints of Service {service}", ready))
    return seen


def _broken(
    scene: Scene,
    hook: WebhookFacts,
    bundle: Bundle,
    faults: Sequence[str],
    needing: Sequence[Account],
) -> Finding:
    """High, but low where surely no account needs it."""
    needed = bool(needing) or "serviceaccounts" in scene.facts.unread
    silent = hook.failure_policy == "Ignore"
    effect = (
        "New pods start without an identity, and nobody is told (failurePolicy Ignore)."
        if silent
        else "The API server refuses new pods that it selects (failurePolicy "
        f"{hook.failure_policy})."
    )
    return scene.finding(
        "WI39",
        Severity.HIGH if needed else Severity.LOW,
        f"webhook for {hook.mechanism} cannot be asked",
        f"{_name(hook)}: {'; '.join(faults)}. {effect} {_who(scene, needing)}",
        (*_show_hook(scene, hook, bundle), *_declared(scene, hook, needing)),
        steps(*_repairs(scene, hook, faults, needing)),
        object=hook.object,
        subject=str(hook.index),
    )


def _who(scene: Scene, needing: Sequence[Account]) -> str:
    if not needing:
        if reason := scene.facts.unread.get("serviceaccounts", ""):
            return f"Which service accounts need it is not known: {reason}."
        return "No service account declares such an identity."
    names = listed(f"{one.key.namespace}/{one.key.name}" for one in needing)
    return f"Service accounts that need it: {names}."


def _declared(scene: Scene, hook: WebhookFacts, needing: Sequence[Account]) -> Iterator[Evidence]:
    for account in needing[:MAX_SHOWN]:
        for one in account.declarations:
            if one.mechanism is hook.mechanism:
                yield from show(scene, one)


def _repairs(
    scene: Scene, hook: WebhookFacts, faults: Sequence[str], needing: Sequence[Account]
) -> Iterator[str]:
    if hook.service and hook.ready == 0:
        namespace, name = hook.service
        chosen = shlex.quote(f"kubernetes.io/service-name={name}")
        yield scene.kubectl(f"get endpointslices -l {chosen} -o wide", namespace)
        yield scene.kubectl("get pods -o wide", namespace)
    if any("CA bundle" in one for one in faults):
        kind = f"mutatingwebhookconfiguration/{hook.object.name}"
        yield (
            f"{scene.kubectl(f'get {shlex.quote(kind)} -o yaml')}; what fills in caBundle (the "
            "annotation cert-manager.io/inject-ca-from, or the webhook itself) has not: restart "
            "that, and have the webhook's certificate renewed"
        )
    if needing and hook.failure_policy == "Ignore":
        yield "then restart what started without its identity: WI02 names it"


def _ignored(scene: Scene, hook: WebhookFacts, needing: Sequence[Account]) -> Finding:
    patch = f'[{{"op":"replace","path":"/webhooks/{hook.index}/failurePolicy","value":"Fail"}}]'
    kind = f"mutatingwebhookconfiguration/{hook.object.name}"
    return scene.finding(
        "WI39",
        Severity.MEDIUM,
        f"webhook for {hook.mechanism} may fail unnoticed",
        f"{_name(hook)} works now, but has failurePolicy Ignore: while it does not answer, pods "
        f"start without an identity and nobody is told. {_who(scene, needing)}",
        (*_show_hook(scene, hook, read_bundle(hook.ca_bundle)), *_declared(scene, hook, needing)),
        steps(
            "have it run twice or more, on different nodes, and keep its own namespace out of its "
            "namespaceSelector",
            scene.kubectl(f"patch {shlex.quote(kind)} --type=json -p {shlex.quote(patch)}"),
        ),
        object=hook.object,
        subject=f"{hook.index} Ignore",
    )
