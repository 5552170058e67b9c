"""Put credentials where clusters have them: objects as the API server answers them, and labels."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from mckconsole.domain.kind import Scan

Fields = dict[str, str]
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True, slots=True)
class Label:
    """What must be found."""

    place: str
    """What the sighting's path begins with."""
    rule: str
    tier: str


@dataclass(frozen=True, slots=True)
class Wrapped:
    """One object, and everything that is to be found in it."""

    raw: bytes
    scan: Scan
    labels: tuple[Label, ...]
    how: str
    """In which way it was wrapped."""


@dataclass(frozen=True, slots=True)
class Put:
    """Where a wrapper put each field: the place by the field's name."""

    document: dict[str, Any]
    scan: Scan
    places: dict[str, str]


def b64(text: str | bytes) -> str:
    """Base64, as the data of a Secret is written."""
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def _object(kind: str, version: str = "v1", **rest: Any) -> dict[str, Any]:
    metadata = {"name": "thing", "namespace": "shop", "uid": "7e4b6f0c-31c5-4f5e-9a04-2b8f5d2f8a11"}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}


def secret(fields: Fields, secret_type: str = "Opaque") -> Put:
    """A Secret with a key for each field."""
    data = {name: b64(text) for name, text in fields.items()}
    return Put(_object("Secret", type=secret_type, data=data), Scan.SECRET,
               {name: f"data['{name}']" for name in fields})  # fmt: skip


def config_map(fields: Fields) -> Put:
    """A ConfigMap with a key for each field."""
    return Put(_object("ConfigMap", data=dict(fields)), Scan.CONFIG_MAP,
               {name: f"data['{name}']" for name in fields})  # fmt: skip


def dotenv(fields: Fields) -> Put:
    """One key whose value is lines of assignments."""
    lines = ["# settings", "LOG_LEVEL=info", *(f"{k}={v}" for k, v in fields.items()), "PORT=80"]
    return Put(_object("ConfigMap", data={".env": "\n".join(lines) + "\n"}), Scan.CONFIG_MAP,
               dict.fromkeys(fields, "data['.env']"))  # fmt: skip


def yaml_file(fields: Fields) -> Put:
    """One key whose value is YAML."""
    lines = ["server:", "  port: 8080", "auth:", *(f'  {k}: "{v}"' for k, v in fields.items())]
    return Put(_object("Secret", data={"values.yaml": b64("\n".join(lines) + "\n")}), Scan.SECRET,
               dict.fromkeys(fields, "data['values.yaml']"))  # fmt: skip


def json_file(fields: Fields) -> Put:
    """One key whose value is JSON."""
    text = json.dumps({"server": {"port": 8080}, "auth": fields}, indent=1)
    return Put(_object("ConfigMap", data={"config.json": text}), Scan.CONFIG_MAP,
               dict.fromkeys(fields, "data['config.json']"))  # fmt: skip


def encoded_twice(fields: Fields) -> Put:
    """Base64 within the base64 of a Secret."""
    return Put(_object("Secret", data={n: b64(b64(t)) for n, t in fields.items()}), Scan.SECRET,
               {name: f"data['{name}']" for name in fields})  # fmt: skip


def _template(container: dict[str, Any]) -> dict[str, Any]:
    plain = {"name": "app", "image": "ghcr.io/shop/app@sha256:" + "0f" * 32}
    return {"metadata": {"labels": {"app": "shop"}}, "spec": {"containers": [plain | container]}}


def env(fields: Fields) -> Put:
    """Literals in the environment of a Deployment's container."""
    listed = [{"name": "LOG_LEVEL", "value": "info"}]
    listed += [{"name": name, "value": text} for name, text in fields.items()]
    spec = {"replicas": 1, "template": _template({"env": listed})}
    path = "spec.template.spec.containers[0].env[{}].value"
    return Put(_object("Deployment", "apps/v1", spec=spec), Scan.WORKLOAD,
               {name: path.format(at) for at, name in enumerate(fields, 1)})  # fmt: skip


def arguments(fields: Fields) -> Put:
    """Flags of a container of a CronJob."""
    flags = [f"--{n.lower().replace('_', '-')}={t}" for n, t in fields.items()]
    spec = {"schedule": "@daily", "jobTemplate": {"spec": {"template": _template(
        {"command": ["/app"], "args": ["--verbose", *flags]})}}}  # fmt: skip
    path = "spec.jobTemplate.spec.template.spec.containers[0].args[{}]"
    return Put(_object("CronJob", "batch/v1", spec=spec), Scan.WORKLOAD,
               {name: path.format(at) for at, name in enumerate(fields, 1)})  # fmt: skip


def applied(fields: Fields) -> Put:
    """What `kubectl apply` left in the annotation of a Secret that was given as text."""
    was = _object("Secret", stringData=dict(fields))
    made = _object("Secret", data={})
    made["metadata"]["annotations"] = {_APPLIED: json.dumps(was) + "\n"}
    return Put(made, Scan.SECRET, dict.fromkeys(fields, f"metadata.annotations['{_APPLIED}']"))


def applied_data(fields: Fields) -> Put:
    """The same for one that was given as base64."""
    was = _object("Secret", data={name: b64(text) for name, text in fields.items()})
    made = _object("Secret", data={})
    made["metadata"]["annotations"] = {_APPLIED: json.dumps(was) + "\n"}
    return Put(made, Scan.SECRET, dict.fromkeys(fields, f"metadata.annotations['{_APPLIED}']"))


def release(fields: Fields) -> Put:
    """A revision of a Helm release, in the values that were given."""
    body = {"name": "shop", "version": 3, "info": {"status": "deployed"},
            "chart": {"metadata": {"name": "shop"}, "values": {"port": 80}},
            "config": {"auth": fields}, "manifest": "---\nkind: Service\n"}  # fmt: skip
    packed = b64(b64(gzip.compress(json.dumps(body).encode(), mtime=0)))
    made = _object("Secret", type="helm.sh/release.v1", data={"release": packed})
    made["metadata"]["name"] = "sh.helm.release.v1.shop.v3"
    return Put(made, Scan.SECRET, dict.fromkeys(fields, "data['release']"))


def resource(fields: Fields) -> Put:
    """The spec of a custom resource."""
    spec = {"source": {"repoURL": "https://charts.corp.internal"}, "values": dict(fields)}
    return Put(_object("HelmRelease", "helm.toolkit.fluxcd.io/v2", spec=spec), Scan.RESOURCE,
               {name: f"spec.values.{name}" for name in fields})  # fmt: skip


LINES: tuple[Callable[[Fields], Put], ...] = (
    secret, config_map, dotenv, yaml_file, json_file, env, arguments, applied, applied_data,
    release, resource, encoded_twice,
)  # fmt: skip
FILES: tuple[Callable[[Fields], Put], ...] = (secret, config_map, applied, applied_data, release)


def wrap(put: Put, rules: dict[str, str], tier: str, how: str) -> Wrapped:
    """The object in bytes, with the labels of the fields that have a rule."""
    labels = tuple(Label(put.places[n], f"SEC-{r}", tier) for n, r in rules.items())
    return Wrapped(json.dumps(put.document).encode(), put.scan, _merged(labels), how)


def _merged(labels: Iterable[Label]) -> tuple[Label, ...]:
    return tuple(dict.fromkeys(labels))


def pick(dice: Random, ways: tuple[Callable[[Fields], Put], ...]) -> Callable[[Fields], Put]:
    """One of several ways."""
    return dice.choice(ways)
