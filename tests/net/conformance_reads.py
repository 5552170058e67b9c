"""Conformance cases: paths, discovery, lists, selectors, representations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.net.conformance import (
    CONFIGMAPS,
    DISCOVERY,
    NAMESPACE,
    PARTIAL,
    PARTIAL_LIST,
    TABLE,
    WIDGETS,
    Target,
    case,
    configmap,
)

# --- paths -------------------------------------------------------------------------------------


@case
async def health_and_version(target: Target) -> None:
    for path in ("/healthz", "/livez", "/readyz"):
        assert (await target.get(path)).text == "ok"
    version = (await target.get("/version", note=False)).json
    assert re.fullmatch(r"v\d+\.\d+\.\d+.*", version["gitVersion"])
    assert version["major"].isdigit()
    assert version["minor"].isdigit()


@case
async def unknown_paths(target: Target) -> None:
    expected = {
        "/nope": "text/plain; charset=utf-8",
        "/apis/none.example.org": "text/plain; charset=utf-8",
        "/apis/none.example.org/v1/things": "text/plain; charset=utf-8",
        "/apis/conformance.example.org/v9/widgets": "text/plain; charset=utf-8",
        "/apis/conformance.example.org/v1/gadgets": "text/plain; charset=utf-8",
        "/api/v1/gadgets": "application/json",
        "/api/v9": "application/json",
        "/apis/apps/v1/gadgets": "application/json",
        "/apis/apps/v9": "application/json",
        f"{CONFIGMAPS}/none": "application/json",
        f"{WIDGETS}/none": "application/json",
        f"{CONFIGMAPS}/cm0/status": "application/json",
        f"/api/v1/namespaces/{NAMESPACE}/nodes": "application/json",
    }
    for path, kind in expected.items():
        reply = await target.get(path)
        assert (reply.status, reply.headers["Content-Type"]) == (404, kind), path


@case
async def other_methods(target: Target) -> None:
    for method, path in (
        ("POST", f"{CONFIGMAPS}/cm0"),
        ("PUT", "/api/v1/nodes"),
        ("POST", "/version"),
        ("OPTIONS", f"{CONFIGMAPS}/cm0"),
        ("HEAD", f"{CONFIGMAPS}/cm0"),
    ):
        reply = await target.get(path, method=method)
        assert reply.status == 405, (method, path)


# --- discovery ---------------------------------------------------------------------------------

_READ = {
    "": "nodes namespaces services pods configmaps secrets serviceaccounts events endpoints",
    "apps": "deployments daemonsets",
    "coordination.k8s.io": "leases",
    "discovery.k8s.io": "endpointslices",
    "apiextensions.k8s.io": "customresourcedefinitions",
    "conformance.example.org": "widgets",
}


@case
async def aggregated_discovery(target: Target) -> None:
    for path in ("/api", "/apis"):
        reply = await target.get(path, accept=f"{DISCOVERY},application/json", note=False)
        assert reply.headers["Content-Type"] == DISCOVERY
        document = reply.json
        target.note(f"{path} envelope", {**document, "items": []})
        for group in document["items"]:
            read = _READ.get(group["metadata"].get("name", ""), "").split()
            for version in group["versions"]:
                version["resources"] = [
                    {**entry, "subresources": None}
                    for entry in version["resources"]
                    if entry["resource"] in read
                ]
            if read:
                target.note(f"group {group['metadata']}", group)
    names = [group["metadata"]["name"] for group in document["items"]]
    assert set(_READ) - {""} <= set(names)


@case
async def legacy_discovery(target: Target) -> None:
    reply = await target.get("/api", note=False)
    assert reply.json["kind"] == "APIVersions"
    assert reply.json["versions"] == ["v1"]
    groups = (await target.get("/apis", note=False)).json
    assert groups["kind"] == "APIGroupList"
    target.note("groups", [group for group in groups["groups"] if group["name"] in _READ])
    for group, read in _READ.items():
        path = f"/apis/{group}/v1" if group else "/api/v1"
        listing = (await target.get(path, note=False)).json
        listing["resources"] = [
            entry for entry in listing["resources"] if entry["name"] in read.split()
        ]
        target.note(path, listing)
        assert len(listing["resources"]) == len(read.split())
    await target.get("/apis/conformance.example.org")


# --- lists -------------------------------------------------------------------------------------


@case
async def list_shapes(target: Target) -> None:
    reply = await target.get(CONFIGMAPS)
    assert reply.names == ["cm0", "cm1", "cm2", "cm3", "cm4"]
    assert "kind" not in reply.json["items"][0]
    custom = await target.get(WIDGETS)
    assert custom.json["items"][0]["kind"] == "Widget"
    assert (await target.get(f"{CONFIGMAPS}/cm0")).json["kind"] == "ConfigMap"
    assert (await target.get(f"{WIDGETS}/w0")).json["metadata"]["generation"] == 1
    await target.get(f"{WIDGETS}/w0/status")
    assert (await target.get("/api/v1/namespaces/nowhere/configmaps")).names == []
    everywhere = await target.get("/api/v1/configmaps", note=False)
    assert set(everywhere.names) >= set(reply.names)
    paths = [
        f"{item['metadata']['namespace']}/{item['metadata']['name']}"
        for item in everywhere.json["items"]
    ]
    assert paths == sorted(paths)


@case
async def paging(target: Target) -> None:
    first = await target.get(CONFIGMAPS, limit=2)
    assert first.names == ["cm0", "cm1"]
    assert first.json["metadata"]["remainingItemCount"] == 3
    await target.seeder.create(configmap("cm2b"))
    await target.seeder.delete("configmaps", "cm3", NAMESPACE)
    token = first.json["metadata"]["continue"]
    second = await target.get(CONFIGMAPS, limit=2, **{"continue": token})
    assert second.names == ["cm2", "cm3"], "a page belongs to the first page's revision"
    assert second.version == first.version
    token = second.json["metadata"]["continue"]
    third = await target.get(CONFIGMAPS, limit=2, **{"continue": token})
    assert third.names == ["cm4"]
    assert "continue" not in third.json["metadata"]
    await target.get(CONFIGMAPS, limit=1, **{"continue": token})
    await target.get(CONFIGMAPS, **{"continue": token})
    await target.seeder.delete("configmaps", "cm2b", NAMESPACE)
    await target.seeder.create(configmap("cm3", parity="odd"))
    selected = await target.get(CONFIGMAPS, limit=1, labelSelector="parity=even")
    assert selected.json["metadata"].get("continue")
    assert "remainingItemCount" not in selected.json["metadata"]
    custom = await target.get(WIDGETS, limit=2)
    token = custom.json["metadata"]["continue"]
    await target.get(WIDGETS, limit=2, **{"continue": token})


@case
async def bad_paging(target: Target) -> None:
    token = (await target.get(CONFIGMAPS, limit=2)).json["metadata"]["continue"]
    broken: Sequence[tuple[int, dict[str, str]]] = (
        (400, {"continue": "abc"}),
        (400, {"continue": token, "resourceVersion": "120"}),
        (422, {"continue": token, "resourceVersion": "120", "resourceVersionMatch": "Exact"}),
        (400, {"limit": "x"}),
        (400, {"timeoutSeconds": "x"}),
        (200, {"continue": token, "resourceVersion": "0"}),
        (200, {"limit": "-1"}),
    )
    for status, query in broken:
        assert (await target.get(CONFIGMAPS, query)).status == status, query


@case
async def resource_versions(target: Target) -> None:
    version = (await target.get(CONFIGMAPS)).version
    await target.seeder.create(configmap("later"))
    exact = await target.get(CONFIGMAPS, resourceVersion=version, resourceVersionMatch="Exact")
    assert "later" not in exact.names
    assert exact.version == version
    newer = await target.get(
        CONFIGMAPS, resourceVersion=version, resourceVersionMatch="NotOlderThan"
    )
    assert newer.status == 200
    assert "later" in (await target.get(CONFIGMAPS)).names
    legacy = await target.get(CONFIGMAPS, resourceVersion=version, limit=2)
    assert legacy.version == version, "with a limit, a version means that very version"
    cached = await target.get(CONFIGMAPS, resourceVersion="0", limit=2)
    assert "continue" not in cached.json["metadata"], "the watch cache ignores limits"
    await target.seeder.delete("configmaps", "later", NAMESPACE)
    future: Sequence[tuple[int, dict[str, str]]] = (
        (504, {"resourceVersion": "99999999"}),
        (504, {"resourceVersion": "99999999", "resourceVersionMatch": "Exact"}),
        (400, {"resourceVersion": "x"}),
        (422, {"resourceVersionMatch": "Exact"}),
        (422, {"resourceVersion": "0", "resourceVersionMatch": "Exact"}),
        (422, {"resourceVersion": version, "resourceVersionMatch": "Newest"}),
        (422, {"sendInitialEvents": "true"}),
    )
    for status, query in future:
        assert (await target.get(CONFIGMAPS, query)).status == status, query
    assert (await target.get(f"{CONFIGMAPS}/cm0", resourceVersion="99999999")).status == 504


# --- selectors ---------------------------------------------------------------------------------


@case
async def label_selectors(target: Target) -> None:
    await target.seeder.create(configmap("labelled", tier="db", number="7", **{"a.b/c": ""}))
    good = {
        "tier=db": ["labelled"],
        "tier==db,number": ["labelled"],
        "tier!=db,parity=even": ["cm0", "cm2", "cm4"],
        "!parity,tier": ["labelled"],
        "parity in (odd, even),parity notin (even)": ["cm1", "cm3"],
        "tier notin (db),!parity": [],
        "number>6": ["labelled"],
        "number<7": [],
        "a.b/c=": ["labelled"],
        "a.b/c": ["labelled"],
        "tier in ()": [],
        " tier = db ": ["labelled"],
    }
    for selector, names in good.items():
        reply = await target.get(CONFIGMAPS, labelSelector=selector)
        # The server keeps a ConfigMap of its own in every namespace where a controller runs.
        assert reply.names == names, selector
    bad = "a=b=c|a in b|a in (b|a in (b,,|,|a,,b|a,|!|a>b|&|a/b/c=d|a=-b-|a foo b|a gt 1|a===b"
    bad += "|a<=1|a!=>|=b|(a)|a in (b c)"
    for selector in bad.split("|"):
        reply = await target.get(CONFIGMAPS, labelSelector=selector)
        assert reply.status == 400, selector
    await target.seeder.delete("configmaps", "labelled", NAMESPACE)


@case
async def field_selectors(target: Target) -> None:
    name = "metadata.name=cm1"
    assert (await target.get(CONFIGMAPS, fieldSelector=name)).names == ["cm1"]
    assert (await target.get(WIDGETS, fieldSelector="metadata.name=w1")).names == ["w1"]
    both = f"metadata.namespace=={NAMESPACE},metadata.name!=cm1"
    assert "cm1" not in (await target.get(CONFIGMAPS, fieldSelector=both)).names
    for kind in ("Opaque", "example.org/token"):
        await target.seeder.create(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": kind.lower().replace("/", "-"), "namespace": NAMESPACE},
                "type": kind,
            }
        )
    secrets = f"/api/v1/namespaces/{NAMESPACE}/secrets"
    assert (await target.get(secrets, fieldSelector="type=Opaque")).names == ["opaque"]
    assert (await target.get(secrets, fieldSelector="type!=Opaque")).names == ["example.org-token"]
    await _token_secrets(target)
    pods = f"/api/v1/namespaces/{NAMESPACE}/pods"
    for selector in ("spec.nodeName=n1", "status.phase!=Running", "spec.restartPolicy=Always"):
        assert (await target.get(pods, fieldSelector=selector)).status == 200
    jobs = await target.get("/apis/batch/v1/jobs", fieldSelector="status.successful=0")
    assert jobs.names == []
    for selector in ("!=", "metadata.name=cm1,", r"metadata.name=cm\,1"):
        assert (await target.get(CONFIGMAPS, fieldSelector=selector)).status == 200
    bad = (
        (CONFIGMAPS, "data.k=v"),
        (CONFIGMAPS, r"metadata.name=c\m"),
        (CONFIGMAPS, "metadata.name=a=b"),
        (CONFIGMAPS, r"cm1\\,==metadata.name"),
        (CONFIGMAPS, "metadata.name"),
        (pods, "spec.containers=x"),
        (WIDGETS, "spec.size=1"),
        (secrets, "data=1"),
        (secrets, "metadata.annotations=1"),
        (f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts", "secrets=1"),
        ("/apis/batch/v1/jobs", "status.active=1"),
        ("/apis/rbac.authorization.k8s.io/v1/clusterroles", "type=1"),
        ("/api/v1/nodes", "metadata.namespace=x"),
        ("/api/v1/namespaces", "metadata.namespace=x"),
    )
    for path, selector in bad:
        assert (await target.get(path, fieldSelector=selector)).status == 400, (path, selector)


async def _token_secrets(target: Target) -> None:
    """Of Secrets of one type the metadata, in one namespace and in all."""
    kind = "kubernetes.io/service-account-token"
    annotations = {"kubernetes.io/service-account.name": "robot"}
    metadata = {"name": "robot-token", "namespace": NAMESPACE, "annotations": annotations}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind}
    await target.seeder.create(secret)
    for place in (f"/namespaces/{NAMESPACE}", ""):
        found = await target.get(
            f"/api/v1{place}/secrets", accept=PARTIAL_LIST, fieldSelector=f"type={kind}", limit=500
        )
        (item,) = found.json["items"]
        assert item["kind"] == "PartialObjectMetadata"
        assert item["metadata"]["annotations"] == annotations
        assert set(item) == {"kind", "apiVersion", "metadata"}
    both = f"type={kind},metadata.name!=robot-token"
    other = await target.get("/api/v1/secrets", accept=PARTIAL_LIST, fieldSelector=both)
    assert other.json["items"] is None
    await target.seeder.delete("secrets", "robot-token", NAMESPACE)


# --- representations ---------------------------------------------------------------------------


@case
async def representations(target: Target) -> None:
    for path in (CONFIGMAPS, WIDGETS):
        partial = (await target.get(path, accept=PARTIAL_LIST, limit=2)).json
        assert [item["kind"] for item in partial["items"]] == ["PartialObjectMetadata"] * 2
        table = (await target.get(path, accept=f"{TABLE},application/json")).json
        assert table["kind"] == "Table"
        for include in ("None", "Object", "Other"):
            await target.get(path, accept=TABLE, limit=1, includeObject=include)
    for name in ("cm0", "cm1"):
        await target.get(f"{CONFIGMAPS}/{name}", accept=PARTIAL)
        await target.get(f"{CONFIGMAPS}/{name}", accept=TABLE)
    refused = (
        (CONFIGMAPS, PARTIAL),
        (f"{CONFIGMAPS}/cm0", PARTIAL_LIST),
        (CONFIGMAPS, "application/xml"),
        (f"{CONFIGMAPS}/cm0", "application/*"),
        (CONFIGMAPS, "application/json;as=Chart;v=v1;g=meta.k8s.io"),
    )
    for path, accept in refused:
        assert (await target.get(path, accept=accept)).status == 406, (path, accept)
    for accept in ("*/*", "text/html,*/*;q=0.1"):
        assert (await target.get(f"{CONFIGMAPS}/cm0", accept=accept)).json["kind"] == "ConfigMap"
    tables = "nodes namespaces pods secrets services serviceaccounts"
    for resource in tables.split():
        table = (await target.get(f"/api/v1/{resource}", accept=TABLE, note=False)).json
        shown = [column["name"] for column in table["columnDefinitions"] if not column["priority"]]
        target.note(f"columns of {resource}", shown)


@case
async def secrets_without_values(target: Target) -> None:
    """A Table tells type and number of keys beside the metadata, and no value."""
    path = f"/api/v1/namespaces/{NAMESPACE}/secrets"
    for limit in (0, 1):
        found = await target.get(path, accept=TABLE, includeObject="Metadata", limit=limit)
        columns = [column["name"] for column in found.json["columnDefinitions"]]
        for row in found.json["rows"]:
            assert row["object"].keys() == {"kind", "apiVersion", "metadata"}
            cells = dict(zip(columns, row["cells"], strict=True))
            target.note("a Secret", [cells[name] for name in ("Name", "Type", "Data")])


@case
async def deprecated_versions(target: Target) -> None:
    base = "/apis/conformance.example.org"
    for version in ("v1alpha1", "v1beta1", "v1"):
        reply = await target.get(f"{base}/{version}/widgets", limit=1)
        assert ("Warning" in reply.headers) == (version != "v1")
        item = reply.json["items"][0]
        assert item["apiVersion"] == f"conformance.example.org/{version}"
    assert "Warning" in (await target.get("/api/v1/endpoints", note=False)).headers
