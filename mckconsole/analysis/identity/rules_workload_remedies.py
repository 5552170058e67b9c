"""Commands that mend a workload: what rules on workloads put into their remediation."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable

from mckconsole.analysis.identity.case import Case
from mckconsole.analysis.identity.containers import File
from mckconsole.analysis.identity.rules_words import TEMPLATED, named
from mckconsole.analysis.identity.rules_workload_evidence import writer
from mckconsole.domain.pods import TokenSource


def target(case: Case) -> str:
    """The workload as kubectl takes it, quoted for a shell."""
    return shlex.quote(named(case.workload))


def unset(case: Case, names: Iterable[str], containers: Iterable[str]) -> str:
    """The step that takes variables out of the template, for each container."""
    gone = list(dict.fromkeys(names))
    if case.workload.key.kind not in TEMPLATED:
        return f"take {', '.join(gone)} out of {', '.join(containers)}, in what makes the pods"
    words = " ".join(shlex.quote(f"{name}-") for name in gone)
    commands = (
        case.kubectl(f"set env {target(case)} -c {shlex.quote(one)} {words}", case.namespace)
        for one in containers
    )
    return " && ".join(commands) + _elsewhere(case, gone)


def _elsewhere(case: Case, names: Iterable[str]) -> str:
    """A reminder where something else than a person writes these fields."""
    managers = {found.manager for name in names if (found := writer(case, name))}
    others = sorted(one for one in managers if not one.startswith("kubectl"))
    return f" (in the source that {', '.join(others)} applies, too)" if others else ""


def patch_template(case: Case, template: dict[str, object]) -> str:
    """The step that changes the template of the pods."""
    if case.workload.key.kind not in TEMPLATED:
        return f"in what makes the pods, set {json.dumps(template)}"
    inner: dict[str, object] = {"spec": {"template": template}}
    if case.workload.key.kind == "CronJob":
        inner = {"spec": {"jobTemplate": inner}}
    words = shlex.quote(json.dumps(inner))
    return case.kubectl(f"patch {target(case)} --type=strategic -p {words}", case.namespace)


def retoken(case: Case, file: File, **changes: str | int) -> str:
    """The step that changes a projected token: a command, where all of its volume is known."""
    volume, token = file.volume, file.token
    if volume is None or token is None:
        return ""
    sources = volume.projected.sources if volume.projected else ()
    tokens = [one.service_account_token for one in sources]
    if len(tokens) != len(list(filter(None, tokens))) or case.workload.controller is None:
        fields = ", ".join(f"{name}: {value}" for name, value in changes.items())
        return f"in what makes the pods, set under {file.place}: {{{fields}}}"
    made = [
        {"serviceAccountToken": _source(one) | (changes if one is token else {})}
        for one in tokens
        if one is not None
    ]
    patch = {"name": volume.name, "projected": {"sources": made}}
    return patch_template(case, {"spec": {"volumes": [patch]}})


def _source(token: TokenSource) -> dict[str, object]:
    own: dict[str, object] = {"audience": token.audience} if token.audience else {}
    return {**own, "expirationSeconds": token.expiration_seconds, "path": token.path}


def declare_on(case: Case, note: str) -> list[str]:
    """The steps that annotate the account; an account of its own, where that is the default."""
    if case.account.key.name != "default":
        return [account_named(case, f"annotate serviceaccount {{}} {note}")]
    return [
        "create serviceaccount NAME, and name it in the template",
        case.kubectl(f"annotate serviceaccount NAME {note}", case.account.key.namespace),
    ]


def account_named(case: Case, command: str) -> str:
    """A kubectl command in the account's namespace; `{}` stands for its name."""
    return case.kubectl(
        command.replace("{}", shlex.quote(case.account.key.name), 1), case.account.key.namespace
    )
