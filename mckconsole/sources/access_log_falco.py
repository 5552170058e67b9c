"""One alert of Falco, as its JSON output writes it, one to a line.

Two of its sources say something of Secrets: `k8s_audit` (the k8saudit plugin, which reads the audit
log and names the Secret) and `syscall` (a process reads a credential's file or asks for one), of
which only the rules about credentials are taken. Falco's rules on Secrets look at `get` alone: that
it names no `list` means nothing. Sources: falco.org, "Falco alerts" and "Supported fields";
falcosecurity/rules and plugins (k8saudit).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import field

from mckconsole.domain.access_log import SecretAccess
from mckconsole.sources.access_log_events import SECRETS, granted
from mckconsole.sources.access_log_observed import Observed, Place, agent, instant, is_own, name

CREDENTIAL_RULES: Final = frozenset(
    (
        "Find AWS Credentials",
        "Search Private Keys or Passwords",
        "Read sensitive file untrusted",
        "Read ssh information",
        "Read environment variable from /proc files",
        "Contact K8S API Server From Container",
        "Contact EC2 Instance Metadata Service From Container",
        "Contact cloud metadata service from container",
        "Exfiltrating Artifacts via Kubernetes Control Plane",
    )
)
"""Rules on system calls that are about credentials."""


class _Fields(msgspec.Struct, frozen=True):
    """Of all that a rule may put out, what is read."""

    user: str | None = field(default=None, name="ka.user.name")
    impersonated: str | None = field(default=None, name="ka.impuser.name")
    verb: str | None = field(default=None, name="ka.verb")
    resource: str | None = field(default=None, name="ka.target.resource")
    namespace: str | None = field(default=None, name="ka.target.namespace")
    target: str | None = field(default=None, name="ka.target.name")
    code: str | int | None = field(default=None, name="ka.response.code")
    agent: str | None = field(default=None, name="ka.useragent")
    addresses: str | list[str] | None = field(default=None, name="ka.sourceips")
    cluster: str | None = field(default=None, name="ka.cluster.name")
    pod_namespace: str | None = field(default=None, name="k8s.ns.name")
    pod: str | None = field(default=None, name="k8s.pod.name")
    process_user: str | None = field(default=None, name="user.name")


class _Alert(msgspec.Struct, frozen=True):
    rule: str
    time: str = ""
    source: str = ""
    output_fields: _Fields = _Fields()


_DECODER = msgspec.json.Decoder(_Alert)


def read_alert(raw: bytes | msgspec.Raw) -> Sequence[Observed]:
    """The alert, alone; nothing for what is none."""
    try:
        alert = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    at = instant(alert.time)
    place = Place(name(alert.output_fields.cluster))
    access = _audited(alert, at) if _is_audit(alert) else _called(alert, at)
    return (Observed(at, access, place=place),)


def _is_audit(alert: _Alert) -> bool:
    return alert.source.startswith("k8s") or alert.output_fields.verb is not None


def _audited(alert: _Alert, at: float | None) -> SecretAccess | None:
    """A request to the API server; None for one that is not about Secrets, or failed without being
    refused: Falco's rule on failed reads is for Secrets that are not there, too."""
    found = alert.output_fields
    if found.resource not in (SECRETS, None) or (not found.resource and "Secret" not in alert.rule):
        return None
    code = str(found.code or "")
    allowed = granted(int(code)) if code.isdecimal() and len(code) == 3 else None
    if allowed is None:
        return None
    user, by = found.user, None
    if _named(found.impersonated):
        user, by = found.impersonated, found.user
    return SecretAccess(
        cluster="",
        user=_named(user),
        verb=name(found.verb),
        namespace=_named(found.namespace),
        name=_named(found.target),
        allowed=allowed,
        first=at or 0.0,
        last=at or 0.0,
        addresses=_last_address(found.addresses),
        agents=(agent(found.agent),) if _named(found.agent) else (),
        impersonated_by=_named(by),
        source="falco",
        rule=name(alert.rule),
        own=is_own(found.agent),
    )


def _called(alert: _Alert, at: float | None) -> SecretAccess | None:
    """A system call; None for rules that are not about credentials."""
    if alert.rule not in CREDENTIAL_RULES:
        return None
    found = alert.output_fields
    namespace, pod = _named(found.pod_namespace), _named(found.pod)
    return SecretAccess(
        cluster="",
        user=_named(found.process_user),
        verb=name(alert.rule),
        namespace=namespace,
        name="",
        allowed=True,
        first=at or 0.0,
        last=at or 0.0,
        pod=f"{namespace}/{pod}" if pod else "",
        source="falco",
        rule=name(alert.rule),
    )


def _named(text: str | None) -> str:
    """A field that Falco fills with `<NA>` where there is nothing."""
    return "" if text == "<NA>" else name(text)


def _last_address(found: str | list[str] | None) -> tuple[str, ...]:
    """The last one, which the API server saw itself; Falco writes a list, or `(a,b)`."""
    several = found.strip("()").split(",") if isinstance(found, str) else found or []
    return (_named(several[-1].strip()),) if several and _named(several[-1].strip()) else ()
