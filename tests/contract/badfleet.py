"""A fleet in which everything is wrong in its own way, beside clusters that are well.

Every bad cluster is one `Case`: what is wrong with it, and what the console must say of it. All of
them stand in one kubeconfig, so that a run shows at once that none disturbs the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mckconsole.demo import faults
from mckconsole.demo.answers import Listener
from mckconsole.demo.faults import Effect
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.demo.tcpfaults import Mode, TcpProxy, blackhole_port, refused_port, silent_port
from tests.net.cluster import ADMIN_TOKEN
from tests.net.loopback import Authority
from tests.unit.certificates import make_certificate

HOSTILE = (
    "\x1b[31mRED\x1b]52;c;aGk=\x07\x9b2J\x85\u202egpj.exe\u200b[red]x[/red][@click=app.quit]q[/]"
)
"""Escape sequences, C1, bidi, zero width and Textual markup in one text."""
Spoil = Callable[[EmbeddedCluster], object]


def everywhere(*effects: Effect) -> Spoil:
    """Every request has these effects."""
    return lambda cluster: cluster.faults.add(*effects)


def on_nodes(*effects: Effect) -> Spoil:
    """Only the list of nodes has these effects."""
    return lambda cluster: cluster.faults.add(*effects, path="/nodes$")


def hostile_objects(cluster: EmbeddedCluster) -> None:
    """Hostile text wherever an object of the registry has text."""
    cluster.create(
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "odd", "labels": {"topology.kubernetes.io/zone": HOSTILE}},
            "status": {
                "conditions": [{"type": "Ready", "status": "False", "message": HOSTILE}],
                "nodeInfo": {"kubeletVersion": HOSTILE, "osImage": HOSTILE},
            },
        }
    )
    cluster.version = f"v1.36.2-{HOSTILE}"


@dataclass(frozen=True)
class Case:
    """One bad cluster and what the report must say of it."""

    name: str
    state: str
    says: str
    """Regular expression searched in what the report says of the cluster."""
    spoil: Spoil | None = None
    """What its server does wrong, which is otherwise a small healthy one."""


def item(raw: bytes) -> Spoil:
    """A list of nodes with one strange object."""
    return on_nodes(faults.add_item(raw))


def null_containers(cluster: EmbeddedCluster) -> None:
    """A pod template without containers, as some controllers write it."""
    raw = (
        b'{"metadata":{"name":"clustermesh-apiserver","namespace":"kube-system"},'
        b'"spec":{"template":{"spec":{"containers":null}}}}'
    )
    cluster.faults.add(faults.add_item(raw), path="/(deployments|daemonsets)$")


UNREACHABLE, DEGRADED = "unreachable", "degraded"
SERVED = (
    # not a Kubernetes API
    Case("html-200", UNREACHABLE, "HTML|not.*Kubernetes", everywhere(faults.html(200))),
    Case("html-502", UNREACHABLE, "502.*HTML", everywhere(faults.html(502))),
    Case("not-kubernetes", UNREACHABLE, "Kubernetes", everywhere(faults.respond(b'{"a": 1}'))),
    Case("not-json", UNREACHABLE, ".", everywhere(faults.respond(b"SSH-2.0-OpenSSH\r\n"))),
    Case("empty", UNREACHABLE, ".", everywhere(faults.respond(b""))),
    Case("null", UNREACHABLE, ".", everywhere(faults.respond(b"null"))),
    Case("redirect", UNREACHABLE, "redirect", everywhere(faults.redirect("http://127.0.0.1:9/x"))),
    Case("redirect-loop", UNREACHABLE, "redirect", everywhere(faults.redirect("/api"))),
    Case("404", UNREACHABLE, ".", everywhere(faults.refuse(404))),
    # statuses
    Case("401", "unauthorized", "refused|401", everywhere(faults.refuse(401))),
    Case("403", "forbidden", "403|forbidden|may", everywhere(faults.refuse(403))),
    Case("410", UNREACHABLE, "410|expired|gone", everywhere(faults.refuse(410))),
    Case("429", UNREACHABLE, "429|busy|requests", everywhere(faults.refuse(429, retry_after=1))),
    Case(
        "429-long",
        UNREACHABLE,
        "429|busy|requests",
        everywhere(faults.refuse(429, retry_after=99999)),
    ),
    Case("500", UNREACHABLE, "500", everywhere(faults.refuse(500))),
    Case("503", UNREACHABLE, "503", everywhere(faults.refuse(503, retry_after=1))),
    Case("hostile-error", UNREACHABLE, "‹1B›", everywhere(faults.refuse(500, HOSTILE))),
    # lists
    Case("nodes-403", DEGRADED, "forbidden: nodes", on_nodes(faults.refuse(403, HOSTILE))),
    Case("nodes-410", DEGRADED, "nodes", on_nodes(faults.refuse(410))),
    Case("nodes-500", DEGRADED, "nodes", on_nodes(faults.refuse(500, HOSTILE))),
    Case("nodes-html", DEGRADED, "nodes", on_nodes(faults.html(200))),
    Case("nodes-redirect", DEGRADED, "nodes", on_nodes(faults.redirect("http://127.0.0.1:9/"))),
    Case("nodes-truncated", DEGRADED, "nodes", on_nodes(faults.truncate(90))),
    Case("nodes-cut", DEGRADED, "nodes", on_nodes(faults.cut(40))),
    Case("nodes-reset", DEGRADED, "nodes", on_nodes(faults.cut(40, faults.Ending.RESET))),
    Case("nodes-half-open", DEGRADED, "nodes", on_nodes(faults.cut(40, faults.Ending.HANG))),
    Case("nodes-trickle", DEGRADED, "nodes", on_nodes(faults.trickle(20))),
    Case("nodes-silent", DEGRADED, "nodes", on_nodes(faults.silence())),
    Case("nodes-bomb", DEGRADED, "nodes", on_nodes(faults.gzip_bomb(400))),
    Case("nodes-null", DEGRADED, "nodes", on_nodes(faults.respond(b"null"))),
    Case("nodes-no-list", DEGRADED, "nodes", on_nodes(faults.respond(b'{"items": {"a": 1}}'))),
    Case("silent", UNREACHABLE, "answer|time", everywhere(faults.silence())),
    Case("trickle", UNREACHABLE, ".", everywhere(faults.trickle(5))),
    Case("bomb", UNREACHABLE, ".", everywhere(faults.gzip_bomb(400))),
    # objects: one strange one costs a row, never a list
    Case("item-null", DEGRADED, "read in part: nodes", item(b"null")),
    Case("item-text", DEGRADED, "read in part: nodes", item(b'"x"')),
    Case(
        "item-types", DEGRADED, "read in part: nodes", item(b'{"metadata":{"name":"n1"},"spec":7}')
    ),
    Case(
        "item-deep",
        DEGRADED,
        "read in part: nodes|",
        item(faults.hostile_item("n1", faults.nested(100_000))),
    ),
    Case(
        "item-deep-read",
        DEGRADED,
        "read in part: nodes",
        item(b'{"metadata":{"name":"n1"},"status":' + faults.nested(100_000) + b"}"),
    ),
    Case("item-utf8", "ready", "", item(faults.hostile_item("n1", faults.INVALID_UTF8))),
    Case("item-nul", "ready", "", item(faults.hostile_item("n1", faults.NUL))),
    Case("item-surrogate", "ready", "", item(faults.hostile_item("n1", faults.LONE_SURROGATE))),
    Case("item-9MiB", "ready", "", item(faults.hostile_item("n1", faults.long_string(9 << 20)))),
    Case("containers-null", "ready", "", null_containers),
    Case("hostile-objects", "ready", "", hostile_objects),
)


PLUGINS = {
    # name: (script, what is said, seconds are bounded by exec.timeout)
    "exec-hangs": ("sleep 300", "within|time"),
    "exec-floods": ("yes floods", "."),
    "exec-floods-stderr": ("yes floods >&2", "."),
    "exec-prompts": ('printf "Password: " >&2; read answer; echo "$answer"', "."),
    "exec-tty": ("printf 'Password: ' > /dev/tty; read answer < /dev/tty", "."),
    "exec-dies": ("kill -9 $$", "."),
    "exec-fails": ("printf '\\033[31mno \\033]52;c;aGk=\\007session' >&2; exit 3", "‹1B›"),
    "exec-silent": ("exit 0", "."),
    "exec-garbage": ("echo '<html>'", "."),
    "exec-deep": (f"printf '%s' '{'[' * 3000}'", "."),
    "exec-forks": ("sleep 300 & sleep 300 & exit 1", "."),
}
"""Credential plugins as shell scripts; every one ends as `login-required`."""


def plugin(command: str) -> dict[str, Any]:
    """A kubeconfig user that runs `command`."""
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": command,
            "interactiveMode": "Never",
        }
    }


def write_plugin(path: Path, script: str) -> str:
    """An executable shell script."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


@dataclass(frozen=True)
class Entry:
    """A kubeconfig entry that needs no embedded server, and what the report must say."""

    name: str
    state: str
    says: str
    cluster: Mapping[str, Any]
    user: Mapping[str, Any] = field(default_factory=lambda: {"token": ADMIN_TOKEN})


def broken_files(folder: Path, url: str) -> list[Entry]:
    """Entries whose files are bad; `url` is a server that is well."""
    missing, empty, junk = folder / "missing.pem", folder / "empty.pem", folder / "junk.pem"
    empty.write_bytes(b"")
    junk.write_bytes(b"-----BEGIN CERTIFICATE-----\n\xff\x1b[31m\n-----END CERTIFICATE-----\n")
    tls = url.replace("http://", "https://")
    served = {"server": tls}
    entries = [
        Entry(
            "ca-missing",
            UNREACHABLE,
            "missing.pem",
            served | {"certificate-authority": str(missing)},
        ),
        Entry(
            "ca-directory",
            UNREACHABLE,
            "no regular file",
            served | {"certificate-authority": str(folder)},
        ),
        Entry(
            "ca-empty", UNREACHABLE, "certificate", served | {"certificate-authority": str(empty)}
        ),
        Entry("ca-junk", UNREACHABLE, "certificate", served | {"certificate-authority": str(junk)}),
        Entry(
            "ca-data", UNREACHABLE, "certificate", served | {"certificate-authority-data": "%%%"}
        ),
        Entry("no-server", UNREACHABLE, "server", {}),
        Entry("odd-server", UNREACHABLE, "server|address|URL", {"server": "ftp://x\x1b[31m"}),
        Entry(
            "odd-port",
            UNREACHABLE,
            "port|address|URL|server",
            {"server": "https://127.0.0.1:99999"},
        ),
        Entry(
            "token-file",
            "login-required|unreachable|unauthorized",
            "missing.pem",
            {"server": url},
            {"tokenFile": str(missing)},
        ),
        Entry(
            "exec-missing",
            "login-required|unreachable",
            "no-such-plugin",
            {"server": url},
            plugin("no-such-plugin"),
        ),
        Entry(
            "exec-relative",
            "login-required|unreachable",
            "plugin",
            {"server": url},
            plugin("./no-such-plugin"),
        ),
    ]
    for name, (script, says) in PLUGINS.items():
        command = write_plugin(folder / name, script)
        entries.append(Entry(name, "login-required", says, {"server": url}, plugin(command)))
    return entries


async def bad_networks(
    stack: contextlib.AsyncExitStack, folder: Path, target: EmbeddedCluster
) -> list[Entry]:
    """Entries whose way to the server is bad: TCP, TLS, proxies."""
    authority, other = Authority(folder), Authority(folder, "another CA")
    trusted = folder / "ca.pem"
    trusted.write_bytes(authority.pem)
    ca = {"certificate-authority": str(trusted)}

    async def https(
        *names: str, days: tuple[int, int] = (-1, 30), signer: Authority = authority
    ) -> str:
        context = signer.server_context(*names, days=days)
        listener = Listener({"": target}, tls=context)
        return (await stack.enter_async_context(listener)).url

    plain = (await stack.enter_async_context(Listener({"": target}))).url

    async def proxied(mode: Mode, **how: float) -> str:
        proxy = await stack.enter_async_context(TcpProxy(plain))
        proxy.set(mode, **how)  # type: ignore[arg-type] # rate is a float, after an int
        return proxy.url

    good = await https("127.0.0.1")
    past = make_certificate(0.0, 86_400.0)
    cert, key = folder / "old.crt", folder / "old.key"
    cert.write_bytes(past[0])
    key.write_bytes(past[1])
    silent = await stack.enter_async_context(silent_port())
    black = stack.enter_context(blackhole_port())
    refused = refused_port()
    local = "http://127.0.0.1"
    old = {"client-certificate": str(cert), "client-key": str(key)}
    return [
        Entry("refused", UNREACHABLE, "refused", {"server": f"{local}:{refused}"}),
        Entry("blackhole", UNREACHABLE, "no connection|time", {"server": f"{local}:{black}"}),
        Entry("mute", UNREACHABLE, "answer", {"server": f"{local}:{silent}"}),
        Entry("reset", UNREACHABLE, "reset|connection", {"server": await proxied(Mode.RESET)}),
        Entry(
            "half-closed",
            UNREACHABLE,
            "closed|connection|cut",
            {"server": await proxied(Mode.HALF_CLOSE)},
        ),
        Entry("cut", UNREACHABLE, ".", {"server": await proxied(Mode.CUT, after=60)}),
        Entry("corrupt", UNREACHABLE, ".", {"server": await proxied(Mode.CORRUPT)}),
        Entry("no-name", UNREACHABLE, "name", {"server": "https://no-such-host.invalid"}),
        Entry(
            "tls-unknown-ca",
            UNREACHABLE,
            "not trusted|unknown|signed|authority",
            {"server": await https("127.0.0.1", signer=other)} | ca,
        ),
        Entry(
            "tls-system-ca", UNREACHABLE, "not trusted|unknown|signed|authority", {"server": good}
        ),
        Entry(
            "tls-expired",
            UNREACHABLE,
            "expired",
            {"server": await https("127.0.0.1", days=(-9, -2))} | ca,
        ),
        Entry(
            "tls-name", UNREACHABLE, "name|127.0.0.1", {"server": await https("other.example")} | ca
        ),
        Entry(
            "tls-server-name",
            UNREACHABLE,
            "name|nowhere",
            {"server": good, "tls-server-name": "nowhere.example"} | ca,
        ),
        Entry("tls-to-http", UNREACHABLE, "TLS", {"server": plain.replace("http:", "https:")} | ca),
        Entry("http-to-tls", UNREACHABLE, ".", {"server": good.replace("https:", "http:")}),
        Entry("client-expired", "forbidden", "expired", {"server": good} | ca, old),
        Entry(
            "proxy-refused",
            UNREACHABLE,
            "proxy",
            {"server": good, "proxy-url": f"{local}:{refused}"} | ca,
        ),
        Entry("proxy-no-proxy", UNREACHABLE, "proxy", {"server": good, "proxy-url": plain} | ca),
        Entry(
            "proxy-mute",
            UNREACHABLE,
            "proxy",
            {"server": good, "proxy-url": f"{local}:{silent}"} | ca,
        ),
        Entry("proxy-odd", UNREACHABLE, "proxy", {"server": good, "proxy-url": "gopher://x"} | ca),
    ]


@dataclass(frozen=True)
class BadFleet:
    """The running fleet."""

    kubeconfig: Path
    config: Path
    wanted: Mapping[str, tuple[str, str]]
    """Bad cluster to (state, words), regular expressions."""
    well: EmbeddedFleet


@contextlib.asynccontextmanager
async def bad_fleet(folder: Path) -> AsyncIterator[BadFleet]:
    """Everything above in one kubeconfig, after two clusters that are well."""
    async with contextlib.AsyncExitStack() as stack:
        well = await stack.enter_async_context(EmbeddedFleet.many(2))
        servers: dict[str, EmbeddedCluster] = {}
        for case in SERVED:
            servers[case.name] = small_cluster(case.name)
            if case.spoil is not None:
                case.spoil(servers[case.name])
        listener = await stack.enter_async_context(
            Listener({f"/{name}": server for name, server in servers.items()})
        )
        target = small_cluster("target")
        url = (await stack.enter_async_context(Listener({"": target}))).url
        entries = [
            *(
                Entry(case.name, case.state, case.says, {"server": f"{listener.url}/{case.name}"})
                for case in SERVED
            ),
            *await asyncio.to_thread(broken_files, folder, url),
            *await bad_networks(stack, folder, target),
        ]
        document = yaml.safe_load(well.kubeconfig.read_text())
        for one in entries:
            add_context(document, one.name, one.cluster, one.user)
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(json.dumps(document))
        kubeconfig.chmod(0o600)
        config = folder / "config.yaml"
        config.write_text("requestTimeout: 1.5\nexec: {timeout: 1}\n")
        yield BadFleet(kubeconfig, config, {e.name: (e.state, e.says) for e in entries}, well)


def small_cluster(name: str) -> EmbeddedCluster:
    """A cluster with one node that is ready."""
    cluster = EmbeddedCluster(name)
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    cluster.create(
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n0"}, "status": ready}
    )
    return cluster


def add_context(
    document: dict[str, Any], name: str, cluster: Mapping[str, Any], user: Mapping[str, Any]
) -> None:
    """A context with a cluster and a user of its own."""
    document["clusters"].append({"name": name, "cluster": dict(cluster)})
    document["users"].append({"name": name, "user": dict(user)})
    document["contexts"].append({"name": name, "context": {"cluster": name, "user": name}})
