"""Look for credentials and certificates in one object: the only way into this package.

Whatever is in the object, nothing is raised and nothing of a value leaves: an error in here is
caught where it happens and becomes a trouble that names its type. What was found in equal content
is remembered under a keyed digest, without the content: most objects of most polls are the same.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from mckconsole.detect.asking import engine
from mckconsole.detect.envelope import Envelope, open_envelope, owner
from mckconsole.detect.fields import field_parts
from mckconsole.detect.fingerprint import digest
from mckconsole.detect.look import Look
from mckconsole.detect.memory import Found, Memory
from mckconsole.detect.provenance import Writers
from mckconsole.detect.sightings import sightings
from mckconsole.domain.audit import Audited
from mckconsole.domain.kind import Scan
from mckconsole.domain.text import clean

_NOTHING = Audited()
_UNREADABLE = Audited(troubles=("the object could not be read",))
_memory = Memory()


def audit_object(raw: bytes | memoryview | msgspec.Raw, scan: Scan, *, values: bool) -> Audited:
    """What is to be said of the credentials and certificates in one object.

    Args:
        raw: the object as JSON.
        scan: what kind of object it is; `Scan.NONE` is not looked at.
        values: whether the content of Secrets and ConfigMaps may be looked at; without it only
            their annotations are, and not those that repeat the content.

    Never raises; what could not be looked at is in `troubles`.
    """
    try:
        return _audit(bytes(raw), scan, values)
    except Exception as error:
        kind = type(error).__name__
    return Audited(troubles=(f"the object could not be looked at ({kind})",))


def _audit(raw: bytes, scan: Scan, values: bool) -> Audited:
    if scan is Scan.NONE:
        return _NOTHING
    opened = open_envelope(raw)
    if opened is None:
        return _UNREADABLE
    name = _name(opened, scan, values)
    found = _memory.get(name)
    if found is None:
        found = _look(opened, scan, values)
        _memory.put(name, found)
    return _dress(found, opened) if found else _NOTHING


def _name(opened: Envelope, scan: Scan, values: bool) -> bytes:
    """What the content that is looked at is remembered under."""
    return digest(
        scan.encode(),
        b"values" if values else b"",
        (opened.type or "").encode(),
        bytes(opened.metadata.annotations),
        *(bytes(one) for one in (opened.data, opened.binary_data, opened.string_data, opened.spec)),
    )


def _look(opened: Envelope, scan: Scan, values: bool) -> Found:
    using = engine()
    look = Look(using)
    look.examine(field_parts(opened, scan, look, values=values))
    return Found(
        sightings(look.hits, using),
        tuple(look.certificates),
        tuple(clean(one) for one in look.troubles),
    )


def _dress(found: Found, opened: Envelope) -> Audited:
    """What was found, with what this object's metadata say: who wrote it, when, whose it is."""
    metadata = opened.metadata
    seen = []
    writers = Writers(metadata.managed_fields) if found.sightings else None
    for one, fields in found.sightings:
        writer, written = writers.of(fields) if writers else ("", "")
        seen.append(replace(one, writer=writer, written=written) if writer or written else one)
    created = clean(metadata.creation_timestamp or "")[:40]
    return Audited(tuple(seen), found.certificates, found.troubles, created, owner(metadata))
