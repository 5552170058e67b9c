"""One kubeconfig file as typed entries, with every relative path made absolute.

Reads and judges the shape only: a wrong type names its file and key. What the values mean is for
`kubeconfig_servers` and `kubeconfig_users`. Nothing here ever writes. Field names and meaning:
https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from mckconsole.domain.text import clean, shorten
from mckconsole.sources.endpoint import Secret
from mckconsole.sources.kubeconfig_fields import Fields, KubeconfigError, kind_of
from mckconsole.sources.yamltext import Value, YamlTrouble, parse_yaml

MAX_BYTES = 10 * 1024 * 1024
EXEC_EXTENSION = "client.authentication.k8s.io/exec"
"""Name of the cluster extension that is handed to exec plugins as `config`."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KubeCluster:
    """An entry of `clusters`."""

    name: str
    server: str = field(repr=False)
    """May hold credentials by mistake, so no repr shows it."""
    tls_server_name: str
    insecure: bool
    ca_file: Path | None
    ca_data: str
    """Base64 of PEM."""
    proxy_url: str = field(repr=False)
    """May hold the proxy's password."""
    compress: bool
    exec_config: Value = field(repr=False)


@dataclass(frozen=True, slots=True)
class KubeExec:
    """`exec` of a user; arguments and environment may hold secrets."""

    command: str
    args: tuple[str, ...] = field(repr=False)
    env: tuple[tuple[str, str], ...] = field(repr=False)
    api_version: str
    interactive_mode: str
    install_hint: str
    provide_cluster_info: bool


@dataclass(frozen=True, slots=True)
class KubeUser:
    """An entry of `users`."""

    name: str
    certificate_file: Path | None
    certificate_data: str
    """Base64 of PEM."""
    key_file: Path | None
    key_data: Secret | None
    """Base64 of PEM."""
    token: Secret | None
    token_file: Path | None
    username: str
    password: Secret | None
    act_as: str
    act_uid: str
    act_groups: tuple[str, ...]
    act_extra: Mapping[str, tuple[str, ...]]
    auth_provider: str
    exec: KubeExec | None


@dataclass(frozen=True, slots=True)
class KubeContext:
    """An entry of `contexts`."""

    name: str
    cluster: str
    user: str
    namespace: str
    file: Path


@dataclass(frozen=True, slots=True)
class KubeconfigFile:
    """What one file says."""

    path: Path
    clusters: Mapping[str, KubeCluster]
    users: Mapping[str, KubeUser]
    contexts: Mapping[str, KubeContext]
    current_context: str
    problems: tuple[str, ...]
    digests: Mapping[tuple[str, str], bytes] = field(repr=False)
    """(`clusters`, `users` or `contexts`, name) to a digest of the entry: do two files differ?"""


def read_file(path: Path) -> KubeconfigFile:
    """Read one file.

    Raises:
        FileNotFoundError: it is not there; whether that matters is the caller's to judge.
        KubeconfigError: it cannot be read, is too large, is no YAML, or has a wrong shape.
    """
    raw, problems = _read_bytes(path)
    try:
        parsed = parse_yaml(raw)
    except YamlTrouble as error:
        raise KubeconfigError(f"{path}:{error.line}: {error}") from None
    for line, key in parsed.duplicates:
        problems.append(clean(f"{path}:{line}: duplicate key {shorten(key, 60)}; the last counts"))
    if len(parsed.documents) > 1:
        raise KubeconfigError(f"{path}: holds several YAML documents; a kubeconfig is one")
    root = parsed.documents[0] if parsed.documents else None
    if root is not None and not isinstance(root, dict):
        raise KubeconfigError(
            f"{path}: is no kubeconfig: expected a mapping with clusters, users and contexts, "
            f"found {kind_of(root)}"
        )
    return _decode(Fields(root, f"{path}: "), path, tuple(problems))


def _read_bytes(path: Path) -> tuple[bytes, list[str]]:
    problems = []
    try:
        with path.open("rb") as file:
            mode = path.stat().st_mode
            raw = file.read(MAX_BYTES + 1)
    except IsADirectoryError:
        raise KubeconfigError(f"{path}: is a directory, not a kubeconfig file") from None
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no usable file name"
        raise KubeconfigError(f"{path}: cannot be read: {why}") from None
    if len(raw) > MAX_BYTES:
        raise KubeconfigError(f"{path}: larger than {MAX_BYTES // 2**20} MiB, not a kubeconfig")
    if stat.S_ISREG(mode) and mode & 0o044:
        problems.append(clean(f"{path}: readable by others on this machine; chmod 600 it"))
    return raw, problems


def _decode(root: Fields, path: Path, problems: tuple[str, ...]) -> KubeconfigFile:
    kind = root.text("kind")
    if kind not in ("", "Config") or root.text("apiVersion") not in ("", "v1"):
        raise KubeconfigError(
            f"{path}: is no kubeconfig: apiVersion {root.text('apiVersion') or 'missing'}, "
            f"kind {kind or 'missing'}; expected v1, Config"
        )
    base = path.absolute().parent
    digests: dict[tuple[str, str], bytes] = {}
    return KubeconfigFile(
        path=path,
        clusters=_named(
            root, "clusters", digests, lambda n, f: _cluster(n, f.sub("cluster"), base)
        ),
        users=_named(root, "users", digests, lambda n, f: _user(n, f.sub("user"), base)),
        contexts=_named(root, "contexts", digests, lambda n, f: _context(n, f, path)),
        current_context=root.text("current-context"),
        problems=problems,
        digests=digests,
    )


def _named(
    root: Fields,
    key: str,
    digests: dict[tuple[str, str], bytes],
    decode: Callable[[str, Fields], T],
) -> dict[str, T]:
    found: dict[str, T] = {}
    for entry in root.subs(key):
        name = entry.text("name")
        if not name:
            raise KubeconfigError(f"{entry.place}.name: missing or empty")
        if name in found:
            raise KubeconfigError(f"{entry.place}.name: {shorten(name, 100)} is there twice")
        found[name] = decode(name, entry)
        body = entry.raw(key.removesuffix("s"))
        digests[key, name] = hashlib.sha256(repr(body).encode("utf-8", "surrogatepass")).digest()
    return found


def _cluster(name: str, fields: Fields, base: Path) -> KubeCluster:
    exec_config: Value = None
    for extension in fields.subs("extensions"):
        if extension.text("name") == EXEC_EXTENSION:
            exec_config = extension.raw("extension")
    return KubeCluster(
        name=name,
        server=fields.text("server"),
        tls_server_name=fields.text("tls-server-name"),
        insecure=fields.flag("insecure-skip-tls-verify"),
        ca_file=fields.path("certificate-authority", base),
        ca_data=fields.text("certificate-authority-data"),
        proxy_url=fields.text("proxy-url"),
        compress=not fields.flag("disable-compression"),
        exec_config=exec_config,
    )


def _user(name: str, fields: Fields, base: Path) -> KubeUser:
    extra = fields.sub("as-user-extra")
    provider = fields.sub("auth-provider")
    return KubeUser(
        name=name,
        certificate_file=fields.path("client-certificate", base),
        certificate_data=fields.text("client-certificate-data"),
        key_file=fields.path("client-key", base),
        key_data=fields.secret("client-key-data"),
        token=fields.secret("token"),
        token_file=fields.path("tokenFile", base),
        username=fields.text("username"),
        password=fields.secret("password"),
        act_as=fields.text("as"),
        act_uid=fields.text("as-uid"),
        act_groups=fields.texts("as-groups"),
        act_extra={key: extra.texts(key) for key in extra.keys()},  # noqa: SIM118 (no mapping)
        auth_provider=(provider.text("name") or "unnamed") if "auth-provider" in fields else "",
        exec=_exec(fields.sub("exec"), base) if "exec" in fields else None,
    )


def _exec(fields: Fields, base: Path) -> KubeExec:
    command = fields.text("command")
    if "/" in command:  # a bare name is looked up in PATH, anything else belongs to the file
        command = str(base / command)
    return KubeExec(
        command=command,
        args=fields.texts("args"),
        env=tuple((entry.text("name"), entry.text("value")) for entry in fields.subs("env")),
        api_version=fields.text("apiVersion"),
        interactive_mode=fields.text("interactiveMode"),
        install_hint=fields.text("installHint"),
        provide_cluster_info=fields.flag("provideClusterInfo"),
    )


def _context(name: str, entry: Fields, path: Path) -> KubeContext:
    fields = entry.sub("context")
    return KubeContext(
        name=name,
        cluster=fields.text("cluster"),
        user=fields.text("user"),
        namespace=fields.text("namespace"),
        file=path,
    )
