"""More ways to write credentials: as other tools, languages and layers do."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

from mckconsole.domain.kind import Scan
from tests.accuracy.wrap import Fields, Put, b64, config_map, release, secret


def _file(name: str, text: str, fields: Fields) -> Put:
    put = config_map({name: text})
    return Put(put.document, put.scan, dict.fromkeys(fields, f"data['{name}']"))


def ini(fields: Fields) -> Put:
    """A section with comments."""
    lines = ["[server]", "port = 80", "[auth]", "; as it is", *(f"{k} = {v}" for k, v in fields.items())]  # fmt: skip  # noqa: E501
    return _file("app.ini", "\n".join(lines) + "\n", fields)


def properties(fields: Fields) -> Put:
    """Properties of a Java program."""
    lines = ["# as it is", *(f"app.{k.lower()}={v}" for k, v in fields.items()), "server.port=80"]
    return _file("application.properties", "\n".join(lines) + "\n", fields)


def elements(fields: Fields) -> Put:
    """Elements of XML."""
    inner = "\n".join(f"  <{name}>{escape(text)}</{name}>" for name, text in fields.items())
    return _file("settings.xml", f"<settings>\n{inner}\n</settings>\n", fields)


def attributes(fields: Fields) -> Put:
    """Pairs of attributes in XML."""
    inner = "\n".join(f"  <add key={quoteattr(k)} value={quoteattr(v)} />" for k, v in fields.items())  # fmt: skip  # noqa: E501
    return _file("web.config", f"<appSettings>\n{inner}\n</appSettings>\n", fields)


def script(fields: Fields) -> Put:
    """Variables in front of a command, in a container's shell."""
    words = " ".join(f"{name}='{text}'" for name, text in fields.items())
    container = {"name": "a", "command": ["sh", "-c", f"{words} exec /app --verbose"]}
    document = {"apiVersion": "apps/v1", "kind": "StatefulSet",
                "metadata": {"name": "a", "namespace": "shop"},
                "spec": {"template": {"spec": {"containers": [container]}}}}  # fmt: skip
    place = "spec.template.spec.containers[0].command[2]"
    return Put(document, Scan.WORKLOAD, dict.fromkeys(fields, place))


def terraform(fields: Fields) -> Put:
    """A state of Terraform, compressed as its backend in the cluster does."""
    body = {"version": 4, "resources": [{"type": "a", "instances": [{"attributes": fields}]}]}
    put = secret({"tfstate": ""})
    packed = gzip.compress(json.dumps(body).encode(), mtime=0)
    put.document["data"] = {"tfstate": b64(packed)}
    return Put(put.document, put.scan, dict.fromkeys(fields, "data['tfstate']"))


def manifest(fields: Fields) -> Put:
    """A Secret in the manifest of a Helm release."""
    data = "\n".join(f"  {name}: {b64(text)}" for name, text in fields.items())
    text = f"---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata:\n{data}\n"
    body = {"name": "shop", "version": 1, "chart": {"values": {}}, "config": {}, "manifest": text}
    put = release(fields)
    packed = b64(b64(gzip.compress(json.dumps(body).encode(), mtime=0)))
    put.document["data"] = {"release": packed}
    return put


def block(fields: Fields) -> Put:
    """Files in block scalars of a values file."""
    lines = ["files:"]
    for name, text in fields.items():
        lines += [f"  {name}: |", *(f"    {line}" for line in text.splitlines())]
    return _file("values.yaml", "\n".join((*lines, "replicas: 2", "")), fields)


LINES: tuple[Callable[[Fields], Put], ...] = (
    ini, properties, elements, attributes, script, terraform, manifest,
)  # fmt: skip
FILES: tuple[Callable[[Fields], Put], ...] = (terraform, manifest, block)
