"""How pods of a cluster resolve names of the cluster set: the configuration of its CoreDNS.

AKS reads additions from a ConfigMap of its own; GKE has no CoreDNS whose configuration could be
read.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.world import World

_LIGHTHOUSE = ("submariner-operator", "submariner-lighthouse-coredns")
_COREFILE = """\
.:53 {{
    errors
    health {{
        lameduck 5s
    }}
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }}
    prometheus :9153
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
{overrides}}}
{servers}"""
_SERVER = """\
#lighthouse-start AUTO-GENERATED SECTION. DO NOT EDIT
clusterset.local:53 {{
    forward . {address}
}}
#lighthouse-end
"""


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """ConfigMaps of CoreDNS in cluster `name`, where it has one that can be read."""
    site = world.sites[name]
    if (name, "kube-system", "kube-dns") not in world.services or site.cluster.provider == "gke":
        return
    server = _server(world, name)
    if site.cluster.provider == "aks":
        text = _COREFILE.format(
            overrides="    import custom/*.override\n", servers="import custom/*.server\n"
        )
        custom = {"lighthouse.server": server} if server else {}
        yield site.manifest("v1", "ConfigMap", "kube-system", "coredns-custom", data=custom)
    else:
        text = _COREFILE.format(overrides="", servers=server)
    yield site.manifest("v1", "ConfigMap", "kube-system", "coredns", data={"Corefile": text})


def _server(world: World, name: str) -> str:
    """The server block for names of the cluster set; empty where no Lighthouse runs."""
    if (name, *_LIGHTHOUSE) not in world.services:
        return ""
    former = any(one.cluster == name and one.forward == "former" for one in world.scenario.dns)
    namespace, service = _LIGHTHOUSE
    title = f"{service}, formerly" if former else service
    return _SERVER.format(address=world.sites[name].service_ip(namespace, title))
