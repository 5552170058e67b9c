"""Put a simulated cluster's objects on a real API server, with real definitions if there are any.

Definitions come from the folder that `MCKCONSOLE_CRDS` names, else from `shared/crds` beside the
repository, where that is there. Of kinds that the folder does not have, the embedded fleet's open
definitions are taken. The API server must allocate Services from the simulated cluster's range.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from mckconsole.demo import render
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.world import World
from mckconsole.domain.kinds import BY_TOPIC
from tests.real import apiserver

ROOT = Path(__file__).parents[2]
_UID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_MERGE = "application/merge-patch+json"
OLD, NEW = "mcs-v0.1", "mcs-v0.5"
"""Generations of the definitions of the Multi-Cluster Services API, as their files begin."""
SETTLED = 35.0
"""Seconds after which rules expect others to have followed what is new. Real servers stamp objects
with the time of their making, so snapshots of them are taken this much later."""


def crd_folder() -> Path | None:
    """Where real definitions are, if anywhere."""
    named = os.environ.get("MCKCONSOLE_CRDS")
    folder = Path(named) if named else ROOT.parent / "shared" / "crds"
    return folder if folder.is_dir() else None


def read_definitions(folder: Path, without: str) -> dict[str, KubeObject]:
    """Definitions of a folder by name, but for those of one generation."""
    found: dict[str, KubeObject] = {}
    for path in sorted(folder.glob("*.yaml")):
        if not path.name.startswith(without):
            for one in yaml.safe_load_all(path.read_text(encoding="utf-8")):
                if one:
                    found[one["metadata"]["name"]] = one
    return found


def definitions(world: World, name: str) -> Iterator[KubeObject]:
    """What cluster `name` serves, by real definitions where the folder has them."""
    folder = crd_folder()
    modern = "v1beta1" in world.sites[name].cluster.mcs
    real = read_definitions(folder, OLD if modern else NEW) if folder else {}
    for one in render.definitions(world, name):
        yield real.get(one["metadata"]["name"], one)


def service_range(world: World, name: str) -> str:
    """The flag that lets Services have the addresses that they have in the simulated cluster."""
    return f"--service-cluster-ip-range={world.sites[name].cluster.service_cidr}"


def seed(server: apiserver.ApiServer, world: World, name: str) -> Seeder:
    """Write everything that does not beat."""
    seeder = Seeder(server)
    for definition in definitions(world, name):
        seeder.write(definition)
    for manifest in (*render.static_objects(world, name), *render.scripted_objects(world, name)):
        seeder.write(manifest)
    return seeder


def write_kubeconfig(
    path: Path, servers: dict[str, apiserver.ApiServer], token: str = apiserver.ADMIN
) -> Path:
    """A kubeconfig with one context per server, same names, all with this token."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": n, "cluster": {"server": s.url, "certificate-authority": str(s.ca_file)}}
            for n, s in servers.items()
        ],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": n, "context": {"cluster": n, "user": "admin"}} for n in servers],
    }
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    path.chmod(0o600)
    return path


class Seeder:
    """Writes objects through the official client, as their controllers would."""

    def __init__(self, server: apiserver.ApiServer) -> None:
        from kubernetes import client, dynamic

        settings = client.Configuration()
        settings.host, settings.ssl_ca_cert = server.url, str(server.ca_file)
        settings.api_key = {"authorization": f"Bearer {apiserver.ADMIN}"}
        self._uids: dict[str, str] = {}
        """What the simulated cluster calls an object, and what the server does."""
        self.api = client.ApiClient(settings)
        self.dynamic: Any = dynamic.DynamicClient(self.api)  # type: ignore[no-untyped-call]

    def kind(self, manifest: KubeObject) -> Any:
        """The resource that serves the manifest, waiting for a new definition to be served."""
        deadline = time.monotonic() + 15
        while True:
            try:
                return self.dynamic.resources.get(
                    api_version=manifest["apiVersion"], kind=manifest["kind"]
                )
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
                self.dynamic.resources.invalidate_cache()

    def write(self, manifest: KubeObject) -> None:
        """Create the object, then its status where that is a part of its own."""
        from kubernetes.dynamic.exceptions import ConflictError

        uid = manifest["metadata"].get("uid", "")
        manifest = json.loads(_UID.sub(self._known, json.dumps(manifest)))
        metadata = manifest["metadata"]
        for field in ("uid", "creationTimestamp", "resourceVersion", "managedFields"):
            metadata.pop(field, None)
        generation = metadata.pop("generation", 1)
        resource = self.kind(manifest)
        place = {"namespace": metadata["namespace"]} if "namespace" in metadata else {}
        with contextlib.suppress(ConflictError):  # kube-system and the like are there already
            first = {**manifest, "spec": {}} if generation > 1 else manifest
            made = resource.create(body=first, **place)
            self._uids[uid] = made.metadata.uid
        if generation > 1:  # the server counts for itself: a second spec is the second generation
            change = {"spec": manifest["spec"]}
            resource.patch(body=change, name=metadata["name"], content_type=_MERGE, **place)
        for part in ("approval", "status"):  # the first is of certificate requests alone
            if manifest.get("status") and part in resource.subresources:
                getattr(resource, part).patch(
                    body=manifest,
                    name=metadata["name"],
                    content_type=_MERGE,
                    **place,
                )

    def _known(self, found: re.Match[str]) -> str:
        """A uid as the server gave it: owners and tokens refer to what was written before."""
        return self._uids.get(found[0], found[0])

    def listed(self, topic: str, version: str) -> set[tuple[str, str, str]]:
        """(namespace, name, resourceVersion) of what the official client lists for a topic."""
        kind = BY_TOPIC[topic]
        api_version = f"{kind.group}/{version}" if kind.group else version
        resource = self.dynamic.resources.get(api_version=api_version, kind=kind.projection.kind)
        narrowed = {
            "namespace": kind.namespace,
            "field_selector": kind.selector.get("fieldSelector"),
            "label_selector": kind.selector.get("labelSelector"),
        }
        found = resource.get(**{key: value for key, value in narrowed.items() if value}).to_dict()
        metadata = [item["metadata"] for item in found["items"]]
        return {(m.get("namespace") or "", m["name"], m["resourceVersion"]) for m in metadata}
