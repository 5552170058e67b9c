"""Who signs a cluster's service account tokens: the two documents that say so, as served.

Shapes, media types and refusals: kube-apiserver v1.36.2 (`pkg/routes/openidmetadata.go`). The keys
are made up: nothing is signed with them.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import shake_256

from mckconsole.demo.answers import Answer, Call, json_answer
from mckconsole.demo.negotiation import accepts
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.status import method_not_allowed, not_acceptable, page_not_found

KEYS = "/openid/v1/jwks"
_MODULUS = 256
"""Bytes of an RSA-2048 modulus."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """The service account issuer of one cluster."""

    url: str = "https://kubernetes.default.svc.cluster.local"
    key_ids: tuple[str, ...] = ("VywKms-9pcSkSarWC6QJAPlMIJTJyjwPZ-eZvZBwjeU",)
    jwks_uri: str = ""
    """Where the keys are said to be; empty: at the address that was asked."""

    def configuration(self, host: str) -> KubeObject:
        """The OpenID discovery document; `host` is that of the request."""
        return {
            "issuer": self.url,
            "jwks_uri": self.jwks_uri or f"https://{host}{KEYS}",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def key_set(self) -> KubeObject:
        """The public keys (RFC 7517)."""
        return {"keys": [_key(one) for one in self.key_ids]}


def _key(key_id: str) -> KubeObject:
    number = b"\xc0" + shake_256(key_id.encode()).digest(_MODULUS - 1)
    modulus = urlsafe_b64encode(number).rstrip(b"=").decode()
    return {
        "use": "sig",
        "kty": "RSA",
        "kid": key_id,
        "alg": "RS256",
        "n": modulus,
        "e": "AQAB",
    }


def answer_issuer(call: Call, issuer: Issuer | None) -> Answer:
    """The document at `call.path`, one of `access.ISSUER_PATHS`.

    Raises:
        ApiError: 404 for a cluster that does not say, 405, or 406: each document has one media
            type, and a client must accept it.
    """
    if issuer is None:
        raise page_not_found()
    if call.method != "GET":
        raise method_not_allowed()
    keys = call.path.rstrip("/") == KEYS
    media = "application/jwk-set+json" if keys else "application/json"
    if not accepts(call.header("Accept"), media):
        raise not_acceptable(f"406: Not Acceptable\n\nAvailable representations: {media}", {})
    document = issuer.key_set() if keys else issuer.configuration(call.header("Host"))
    return json_answer(
        document, headers={"Content-Type": media, "Cache-Control": "public, max-age=3600"}
    )
