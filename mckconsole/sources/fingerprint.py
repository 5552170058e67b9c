"""Whether two endpoints are reached and signed in to in the same way, without showing how.

Secrets go in as keyed hashes whose key is this process's own: they cannot be guessed from outside,
compare only within one run, and are never stored.
"""

from __future__ import annotations

import hashlib
import secrets

from mckconsole.sources.endpoint import ClusterEndpoint, Secret, TLSSettings

_KEY = secrets.token_bytes(32)


def digest(*parts: object) -> str:
    """A hash of `parts` in their order: text, bytes, secrets, None, and what has a plain `repr`."""
    found = hashlib.blake2b(key=_KEY, digest_size=16)
    for part in parts:
        shown = part.reveal() if isinstance(part, Secret) else part
        data = repr((type(part).__name__, shown)).encode("utf-8", "surrogatepass")
        found.update(len(data).to_bytes(8, "big") + data)
    return found.hexdigest()


def server_identity(endpoint: ClusterEndpoint) -> str:
    """Another one means another API server: what is held of the one says nothing of the other."""
    return digest(endpoint.base_url, *_trust(endpoint.tls))


def fingerprint(endpoint: ClusterEndpoint) -> str:
    """Another one means that a new session is needed; names, groups and warnings have no part."""
    act = endpoint.impersonate
    extra = sorted((key, *values) for key, values in act.extra.items()) if act else None
    return digest(
        server_identity(endpoint),
        endpoint.credential.identity(),
        endpoint.proxy_url,
        endpoint.proxy_auth,
        endpoint.compress,
        (act.user, act.uid, tuple(act.groups), extra) if act else None,
        endpoint.problem,
    )


def _trust(tls: TLSSettings) -> tuple[object, ...]:
    return (str(tls.ca_file), tls.ca_data, tls.server_name, tls.insecure)
