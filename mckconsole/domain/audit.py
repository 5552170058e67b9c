"""What the decoder says of the credentials and certificates that it saw in an object.

These values are all that is left of a secret: no value, no part of one that its format does not
make public, and no hash that anybody could try guesses on (the fingerprint is keyed, with a key
that lives as long as the process). They may be shown, logged and exported.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mckconsole.domain.findings import Severity

SECRET_OF_PAIR = "its key id beside it"  # noqa: S105 - words
"""The proof of the secret of a pair whose key id lies at another place of the object: both have the
fingerprint of the id."""


class Tier(StrEnum):
    """How sure it is that something is a credential."""

    PROVEN = "A"
    """Its structure says so: a checksum, a signature, a parsed key."""
    SHAPED = "B"
    """A distinctive prefix or shape, and random enough."""
    NAMED = "C"
    """Only the name beside it says so; hidden unless asked for."""

    __hash__ = str.__hash__


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """One credential at one place of one object."""

    rule: str
    """`SEC-AWS-ACCESS-KEY`; in `detect.catalog`."""
    tier: Tier
    path: str
    """Field path, and what had to be unpacked to see it: `data['config'] › base64 › JSON
    auths['ghcr.io'].auth`, `spec.template.spec.containers[0].env[3].value`."""
    key: str
    """The part of the path that managedFields know and people look for: the key of the data, the
    variable's name, the annotation."""
    fingerprint: str
    """20 hex digits, HMAC of the value under the key of this run: equal ones are one credential."""
    length: str
    """Bucket of the value's length in characters: `33–64`."""
    charset: str
    """`hex`, `base64`, `base64url`, `alphanumeric`, `text`, `binary`; empty for a short value."""
    prefix: str = ""
    """Its first characters, only where the format makes them public: `AKIA`, `ghp_`."""
    proof: str = ""
    """Why it is one, in words: `checksum matches`, `secret beside it`."""
    facts: tuple[tuple[str, str], ...] = ()
    """What it says of itself that is public: (`account`, `000000000000`), (`server`, `https://…`),
    (`expires`, RFC 3339)."""
    severity: Severity | None = None
    """Where the value itself decides (expired, temporary, encrypted); None: as the rule says."""
    expected: bool = False
    """It is where credentials of this kind belong (the key of a TLS Secret): no finding by itself,
    but one when it is found elsewhere too."""
    writer: str = ""
    """Field manager that wrote this key last, and how: `kubectl-create Update`; empty: unknown."""
    written: str = ""
    """When, RFC 3339: the manager's last write, so no later than this."""


class CertificateSeen(msgspec.Struct, frozen=True, gc=False):
    """One X.509 certificate, of which everything is public."""

    path: str
    """`data['tls.crt'][0]`: the field, and its place among several."""
    subject: str
    """RFC 4514."""
    issuer: str
    serial: str
    """Hex."""
    not_before: float
    """Unix seconds."""
    not_after: float
    names: tuple[str, ...] = ()
    """Subject alternative names: DNS names, addresses, URIs."""
    key: str = ""
    """`RSA 2048`, `EC P-256`, `Ed25519`."""
    weak: str = ""
    """What is weak of it, in words: `RSA 1024`, `signed with SHA-1`; empty where nothing is."""
    authority: bool = False
    """It may sign others."""
    self_signed: bool = False
    spki: str = ""
    """SHA-256 of its public key, hex: equal ones share a private key."""
    issuer_key: str = ""
    """Authority key identifier, hex; empty where it has none."""
    subject_key: str = ""
    organizations: tuple[str, ...] = ()
    """O of the subject: the groups of a client certificate."""
    signed_by_next: bool | None = None
    """Whether the next one of the bundle signed it; None where there is no next."""
    key_matches: bool | None = None
    """Whether the private key beside it is its own; None where none was looked at."""


class Audited(msgspec.Struct, frozen=True, gc=False):
    """What was seen in one object."""

    sightings: tuple[Sighting, ...] = ()
    certificates: tuple[CertificateSeen, ...] = ()
    troubles: tuple[str, ...] = ()
    """Parts that could not be looked at, and why, in words: `data['release']: more than 32 MiB
    when inflated`. While there are any, nothing is concluded from what was not seen."""
    created: str = ""
    """creationTimestamp, RFC 3339."""
    owner: str = ""
    """Who looks after the object, in words: `Helm release db`; empty: nobody that is known."""

    def __bool__(self) -> bool:
        return bool(self.sightings or self.certificates or self.troubles)
