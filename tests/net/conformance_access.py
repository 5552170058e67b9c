"""Conformance cases: authentication, refusals, self-reviews, impersonation."""

from __future__ import annotations

from collections.abc import Sequence

from tests.net.conformance import (
    ADMIN,
    CONFIGMAPS,
    JSON,
    JWKS,
    LIMITED,
    NAMESPACE,
    WIDGETS,
    KubeObject,
    Reply,
    Target,
    case,
    described,
    wait_until,
)

# --- who may what ------------------------------------------------------------------------------


@case
async def authentication(target: Target) -> None:
    assert (await target.get(CONFIGMAPS, token="wrong")).status == 401
    assert (await target.get("/version", token="wrong")).status == 401
    anonymous = await target.get(CONFIGMAPS, token="")
    assert anonymous.status == 403
    assert "system:anonymous" in anonymous.message
    assert (await target.get("/version", token="", note=False)).status == 200
    assert (await target.get("/api", token="")).status == 403


@case
async def refusals(target: Target) -> None:
    for path in (
        "/api/v1/pods",
        CONFIGMAPS,
        f"{CONFIGMAPS}/cm0",
        f"{WIDGETS}/w0",
        f"/api/v1/namespaces/{NAMESPACE}",
        f"/api/v1/namespaces/{NAMESPACE}/pods/x/log",
        f"/api/v1/namespaces/{NAMESPACE}/pods/x/exec",
        "/apis/none.example.org/v1/things",
        "/metrics",
    ):
        assert (await target.get(path, token=LIMITED)).status == 403, path
    watched = await target.get(CONFIGMAPS, token=LIMITED, watch="1")
    assert 'cannot watch resource "configmaps"' in watched.message
    named = await target.get(CONFIGMAPS, token=LIMITED, fieldSelector="metadata.name=cm0")
    assert named.status == 403
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        path = CONFIGMAPS if method == "POST" else f"{CONFIGMAPS}/cm0"
        reply = await target.get(path, token=LIMITED, method=method, body={})
        assert reply.status == 403, method
    reply = await target.get(CONFIGMAPS, token=LIMITED, method="DELETE")
    assert 'cannot deletecollection resource "configmaps"' in reply.message


@case
async def grants(target: Target) -> None:
    await target.seeder.grant("auditors", "configmaps", NAMESPACE)

    async def seen() -> bool:
        return (await target.get(CONFIGMAPS, token=LIMITED, note=False)).status == 200

    await wait_until(seen)
    assert (await target.get("/api/v1/configmaps", token=LIMITED)).status == 403
    assert (await target.get(f"{CONFIGMAPS}/cm0", token=LIMITED)).status == 200
    other = await target.get("/api/v1/namespaces/default/configmaps", token=LIMITED)
    assert other.status == 403


REVIEWS = "/apis/authorization.k8s.io/v1"


async def _review(target: Target, kind: str, spec: JSON, token: str = LIMITED) -> Reply:
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}
    path = f"{REVIEWS}/{kind.lower()}s"
    reply = await target.get(path, method="POST", body=body, token=token, note=False)
    seen = described(reply)
    if reply.status == 201:
        status = reply.json["status"]
        # The reason names the role behind the answer, which only RBAC has.
        seen["body"]["status"] = {"allowed": status["allowed"]} if "allowed" in status else None
        seen["body"]["metadata"] = {}
    target.note(f"{kind} {sorted(spec)}", seen)
    return reply


@case
async def access_reviews(target: Target) -> None:
    questions: Sequence[tuple[bool, KubeObject]] = (
        (True, {"verb": "list", "resource": "configmaps", "namespace": NAMESPACE}),
        (False, {"verb": "list", "resource": "configmaps"}),
        (False, {"verb": "delete", "resource": "configmaps", "namespace": NAMESPACE}),
        (False, {"verb": "list", "group": "apps", "resource": "deployments"}),
    )
    for allowed, attributes in questions:
        reply = await _review(target, "SelfSubjectAccessReview", {"resourceAttributes": attributes})
        assert reply.status == 201
        assert reply.json["status"]["allowed"] is allowed, attributes
    for path, allowed in (("/version", True), ("/metrics", False)):
        spec = {"nonResourceAttributes": {"path": path, "verb": "get"}}
        reply = await _review(target, "SelfSubjectAccessReview", spec)
        assert reply.json["status"]["allowed"] is allowed
    assert (await _review(target, "SelfSubjectAccessReview", {})).status == 422
    admin = {"resourceAttributes": {"verb": "delete", "resource": "nodes"}}
    reply = await _review(target, "SelfSubjectAccessReview", admin, ADMIN)
    assert reply.json["status"]["allowed"] is True


@case
async def rules_reviews(target: Target) -> None:
    assert (await _review(target, "SelfSubjectRulesReview", {})).status == 400
    reply = await _review(target, "SelfSubjectRulesReview", {"namespace": NAMESPACE})
    status = reply.json["status"]
    assert status["incomplete"] is False
    rules = [rule for rule in status["resourceRules"] if "configmaps" in rule["resources"]]
    target.note("rules", rules)
    assert rules
    assert any("/version" in rule["nonResourceURLs"] for rule in status["nonResourceRules"])
    other = await _review(target, "SelfSubjectRulesReview", {"namespace": "default"})
    assert not any(
        "configmaps" in rule["resources"] for rule in other.json["status"]["resourceRules"]
    )


@case
async def identity(target: Target) -> None:
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    me = await target.get(path, method="POST", body=body, token=LIMITED)
    assert me.json["status"]["userInfo"]["username"] == "limited"
    headers = {"Impersonate-User": "bob", "Impersonate-Group": "auditors"}
    bob = await target.get(path, method="POST", body=body, headers=headers)
    groups = ["auditors", "system:authenticated"]
    assert bob.json["status"]["userInfo"]["groups"] == groups
    extra = {"Impersonate-User": "bob", "Impersonate-Uid": "7", "Impersonate-Extra-Scopes": "a"}
    await target.get(path, method="POST", body=body, headers=extra)
    assert (await target.get(CONFIGMAPS, headers=headers)).status == 200
    account = {"Impersonate-User": "system:serviceaccount:x:y"}
    await target.get(path, method="POST", body=body, headers=account)
    assert (await target.get(CONFIGMAPS, headers=account)).status == 403
    assert (await target.get(CONFIGMAPS, headers={"Impersonate-Group": "g"})).status == 400
    for asked in (headers, account):
        refused = await target.get(CONFIGMAPS, token=LIMITED, headers=asked)
        assert refused.status == 403


# --- documents beside the API ------------------------------------------------------------------

ISSUER, KEYS = "/.well-known/openid-configuration", "/openid/v1/jwks"
ACCOUNT = {"Impersonate-User": "system:serviceaccount:x:y"}


@case
async def issuer_documents(target: Target) -> None:
    """Who signs service account tokens; what differs between two clusters is not compared."""
    for path, media in ((ISSUER, "application/json"), (KEYS, JWKS)):
        for accept in (media, f"application/json, {JWKS}", f"text/html,{media};q=0.5", "*/*"):
            for headers in ({}, ACCOUNT):
                reply = await target.get(path, accept=accept, headers=headers, note=False)
                assert (reply.status, reply.headers["Content-Type"]) == (200, media), accept
        target.note(f"{path} {media}", (reply.headers["Cache-Control"], _outline(reply.json)))
        assert (await target.get(f"{path}/", accept=media, note=False)).json == reply.json
        for accept in ("text/html", "application/xml", "application/*"):
            assert (await target.get(path, accept=accept)).status == 406, accept
        for method in ("POST", "PUT", "HEAD", "OPTIONS", "DELETE"):
            assert (await target.get(path, method=method, accept=media)).status == 405, method
        assert (await target.get(path, token="wrong")).status == 401
    assert (await target.get(KEYS)).status == 406, "the key set is no plain JSON"
    # Some distributions let everybody read the first document; the keys are for accounts alone.
    assert (await target.get(KEYS, token=LIMITED)).status == 403
    assert (await target.get(KEYS, token="")).status == 403
    for path in ("/openid", "/openid/v1", "/.well-known", "/.well-known/x"):
        assert (await target.get(path)).status == 404, path
    spec = {"nonResourceAttributes": {"path": KEYS, "verb": "get"}}
    for token, allowed in ((LIMITED, False), (ADMIN, True)):
        review = await _review(target, "SelfSubjectAccessReview", spec, token)
        assert review.json["status"]["allowed"] is allowed


def _outline(document: JSON) -> JSON:
    """A document without what names its cluster."""
    if "keys" in document:
        return [{**key, "kid": len(key["kid"]), "n": len(key["n"])} for key in document["keys"]]
    host = document["jwks_uri"].removesuffix(KEYS)
    return {**document, "issuer": "", "jwks_uri": document["jwks_uri"].removeprefix(host)}
