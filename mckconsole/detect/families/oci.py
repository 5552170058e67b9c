"""Oracle Cloud: the configuration that says whose a private key beside it is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from mckconsole.detect.families.base import compiled
from mckconsole.detect.model import Detector, Match, Value
from mckconsole.domain.audit import Tier

OCI = "SEC-OCI-API-KEY"
CONFIGURATION = "configuration of a key"
"""Proof of a match that is nothing without a key: `pairing` joins it with one or drops it."""

_MAX_TEXT = 16384
_MAX_BESIDE = 32
_FINGERPRINT = rb"(?:[0-9a-f]{2}:){15}[0-9a-f]{2}"


def _find(value: Value) -> Iterator[Match]:
    tenancy = compiled(rb"ocid1\.tenancy\.[a-z0-9-]{1,16}\.[a-z0-9-]{0,32}\.[a-z0-9]{8,80}")
    user = compiled(rb"ocid1\.user\.[a-z0-9-]{1,16}\.[a-z0-9-]{0,32}\.[a-z0-9]{8,80}")
    beside = islice(value.siblings.values(), _MAX_BESIDE)
    texts = [text[:_MAX_TEXT] for text in (value.data, *beside)]
    found = [one for text in texts if (one := user.search(text))]
    tenant = [one for text in texts if (one := tenancy.search(text))]
    mark = compiled(_FINGERPRINT)
    if not found or not tenant or not any(mark.search(text) for text in texts):
        return
    facts = (("tenancy", tenant[0][0].decode()), ("user", found[0][0].decode()))
    at = value.data.find(b"ocid1.tenancy.")
    yield Match(OCI, Tier.SHAPED, found[0][0], at, at + 14, proof=CONFIGURATION, facts=facts)


DETECTOR = Detector((OCI,), (b"ocid1.tenancy.",), _find)
