"""The credential plugin policy of kubectl's preferences file, `~/.kube/kuberc`.

Whoever told kubectl which plugins may run has told us too. Only `credentialPluginPolicy` and
`credentialPluginAllowlist` are read; aliases and defaults are kubectl's own. A file that cannot be
understood lets no plugin run, because that is the safe reading of a security setting.
Source: https://kubernetes.io/docs/reference/kubectl/kuberc/ (beta since Kubernetes 1.35).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mckconsole.config.paths import home
from mckconsole.sources.exec_policy import ExecPolicy, Mode, checked_policy
from mckconsole.sources.kubeconfig_fields import Fields, KubeconfigError
from mckconsole.sources.yamltext import Value, YamlTrouble, parse_yaml

MAX_BYTES = 1024 * 1024
_GROUP = "kubectl.config.k8s.io/"
_MODES: dict[str, Mode] = {
    "": "allow-all",
    "AllowAll": "allow-all",
    "DenyAll": "deny-all",
    "Allowlist": "allowlist",
}


def read_kuberc(env: Mapping[str, str]) -> ExecPolicy | None:
    """The policy of KUBERC or `~/.kube/kuberc`; None when off, not there, or silent on plugins."""
    named = env.get("KUBERC", "")
    if named == "off":
        return None
    path = Path(named) if named else home(env) / ".kube" / "kuberc"
    setting = f"credentialPluginPolicy in {path}"
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            return _invalid(setting, "the file is too large")
        return _policy(parse_yaml(raw).documents, f"{path}: ", setting)
    except FileNotFoundError:
        return _invalid(setting, "no such file") if named else None
    except OSError as error:
        return _invalid(setting, error.strerror or "it cannot be read")
    except YamlTrouble as error:
        return _invalid(setting, f"line {error.line}: {error}")
    except (KubeconfigError, ValueError) as error:
        return _invalid(setting, str(error))


def _policy(documents: list[Value], place: str, setting: str) -> ExecPolicy | None:
    for document in documents:
        fields = Fields(document, place)
        if fields.text("kind") != "Preference":
            continue
        if not fields.text("apiVersion").startswith(_GROUP):
            continue
        if not {"credentialPluginPolicy", "credentialPluginAllowlist"} & set(fields.keys()):
            return None
        name = fields.text("credentialPluginPolicy")
        if name not in _MODES:
            return _invalid(setting, f"unknown policy {name}")
        allowlist = None
        if "credentialPluginAllowlist" in fields:
            # 1.35 called the key `name`, later versions call it `command`.
            entries = fields.subs("credentialPluginAllowlist")
            allowlist = tuple(entry.text("command") or entry.text("name") for entry in entries)
        return checked_policy(_MODES[name], allowlist, setting)
    return None


def _invalid(setting: str, why: str) -> ExecPolicy:
    return ExecPolicy("deny-all", (), setting, why)
