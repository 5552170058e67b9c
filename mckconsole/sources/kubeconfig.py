"""The kubeconfig inventory: every context of every file becomes one cluster endpoint.

Read as kubectl reads it, and never written. A context that cannot be used stays in the inventory
with its `problem`, so that it is shown and the others are not touched; only what makes the whole
kubeconfig unusable, or a question that it cannot answer, is a KubeconfigError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mckconsole.config.model import ClusterConfig, Config
from mckconsole.domain.text import clean, shorten
from mckconsole.sources.credentials import Anonymous
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.exec_plugin import PluginPool
from mckconsole.sources.exec_policy import policy_of_config
from mckconsole.sources.exec_runner import PluginRunner
from mckconsole.sources.incluster import in_cluster
from mckconsole.sources.kubeconfig_fields import KubeconfigError
from mckconsole.sources.kubeconfig_file import KubeCluster, KubeContext
from mckconsole.sources.kubeconfig_merge import Merged, candidates, read_all
from mckconsole.sources.kubeconfig_names import (
    MAX_NAME,
    choose_contexts,
    matches,
    shared_servers,
    unique_names,
)
from mckconsole.sources.kubeconfig_servers import (
    Server,
    Unusable,
    exec_cluster_info,
    resolve_server,
)
from mckconsole.sources.kubeconfig_users import Login, resolve_user
from mckconsole.sources.kubeconfig_watch import Sighting
from mckconsole.sources.kuberc import read_kuberc

__all__ = ["Inventory", "KubeconfigError", "load_kubeconfig"]


@dataclass(frozen=True, slots=True)
class Inventory:
    """The clusters to read."""

    endpoints: tuple[ClusterEndpoint, ...]
    problems: tuple[str, ...]
    """What is wrong with the kubeconfig as a whole, for the operator; cleaned."""
    files: tuple[Path, ...]
    seen: Sighting = field(default_factory=Sighting)
    """What the files looked like before they were read, and those that were not there."""
    current: str = ""
    """Name of the endpoint of kubectl's current context; empty when none of them is it."""


def load_kubeconfig(
    explicit: str | None,
    *,
    env: Mapping[str, str],
    config: Config,
    contexts: Sequence[str] = (),
) -> Inventory:
    """Read the kubeconfig and judge every context of it.

    Args:
        explicit: `--kubeconfig`: this one file, which must exist.
        env: HOME, KUBECONFIG, KUBERC, proxies, and what plugins are given of it.
        config: `kubeconfig`, `contexts`, `clusters` and `exec` are read.
        contexts: `--context` globs; they win over the configuration's, each must match something.

    Raises:
        KubeconfigError: no kubeconfig, one that cannot be read, or no context that matches.
    """
    wanted = candidates(explicit, env, config)
    seen = Sighting.of(wanted.paths)
    merged = read_all(wanted)
    if merged is None:
        return _without_kubeconfig(env)
    if not merged.contexts:
        files = ", ".join(map(str, merged.files))
        raise KubeconfigError(f"{files}: no contexts; is this the right kubeconfig?")
    chosen, problems = choose_contexts(merged.contexts, contexts, config.contexts)
    builder = _Builder(merged, env, config)
    endpoints, renamed = unique_names([builder.endpoint(merged.contexts[name]) for name in chosen])
    current = clean(merged.current_context)
    return Inventory(
        endpoints=tuple(endpoints),
        problems=(*merged.problems, *problems, *renamed, *shared_servers(endpoints)),
        files=merged.files,
        seen=seen,
        current=next((point.name for point in endpoints if point.context == current), ""),
    )


def _without_kubeconfig(env: Mapping[str, str]) -> Inventory:
    endpoint = in_cluster(env)
    if endpoint is None:
        raise KubeconfigError(
            "no kubeconfig: ~/.kube/config is not there; name one with --kubeconfig or KUBECONFIG, "
            "or look around with --demo"
        )
    return Inventory((endpoint,), (), (), current=endpoint.name)


class _Builder:
    """Turns contexts into endpoints that share plugins and policies."""

    def __init__(self, merged: Merged, env: Mapping[str, str], config: Config) -> None:
        self._merged, self._env, self._settings = merged, env, config.clusters
        kuberc = read_kuberc(env)
        policies = [policy_of_config(config.exec), *([kuberc] if kuberc else [])]
        self._plugins = PluginPool(PluginRunner(policies, env, config.exec.timeout))

    def endpoint(self, context: KubeContext) -> ClusterEndpoint:
        """The endpoint of `context`; with a `problem` where it cannot be used."""
        name = shorten(clean(context.name), MAX_NAME)
        settings = [entry for entry in self._settings if matches(context.name, entry.context)]
        endpoint = ClusterEndpoint(
            name=_display_name(settings) or name,
            context=clean(context.name),
            base_url="",
            credential=Anonymous(),
            namespace=clean(context.namespace),
            origin=clean(f"kubeconfig {context.file}"),
            groups=tuple(
                dict.fromkeys(clean(group) for entry in settings for group in entry.groups)
            ),
        )
        try:
            cluster = self._cluster(context)
            server = resolve_server(cluster, self._env)
            endpoint = replace(
                endpoint,
                base_url=server.base_url,
                tls=server.tls,
                proxy_url=server.proxy.url if server.proxy else "",
                proxy_auth=server.proxy.auth if server.proxy else None,
                compress=cluster.compress,
                warnings=tuple(map(clean, server.warnings)),
            )
            login = self._login(context, cluster, server)
        except Unusable as error:
            return replace(endpoint, problem=shorten(clean(str(error)), 500))
        return replace(
            endpoint,
            credential=login.credential,
            impersonate=login.impersonate,
            warnings=(*endpoint.warnings, *map(clean, login.warnings)),
        )

    def _cluster(self, context: KubeContext) -> KubeCluster:
        if not context.cluster:
            raise Unusable("the context names no cluster")
        cluster = self._merged.clusters.get(context.cluster)
        if cluster is None:
            name = shorten(context.cluster, 100)
            raise Unusable(f"the context names cluster {name}, which no kubeconfig file defines")
        return cluster

    def _login(self, context: KubeContext, cluster: KubeCluster, server: Server) -> Login:
        if not context.user:
            return Login(Anonymous(), None, ("the context names no user: requests are anonymous",))
        user = self._merged.users.get(context.user)
        if user is None:
            name = shorten(context.user, 100)
            raise Unusable(f"the context names user {name}, which no kubeconfig file defines")
        login = resolve_user(user, lambda: exec_cluster_info(cluster, server), self._plugins)
        if server.exposed and not isinstance(login.credential, Anonymous):
            raise Unusable("a credential is not sent over plain http; use an https:// address")
        return login


def _display_name(settings: Sequence[ClusterConfig]) -> str:
    return next((shorten(clean(entry.name), MAX_NAME) for entry in settings if entry.name), "")
