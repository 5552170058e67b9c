"""Look for credentials and certificates in one object: the only way into this package.

Whatever is in the object, nothing is raised and nothing of a value leaves: an error in here is
caught where it happens and becomes a trouble that names its type. What was found in equal content
is remembered under a keyed digest, without the content: most objects of most polls are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from mckconsole.detect.asking import engine
from mckconsole.detect.envelope import Envelope, open_envelope, owner
from mckconsole.detect.fields import field_parts
from mckconsole.detect.fingerprint import digest
from mckconsole.detect.look import Look
from mckconsole.detect.memory import Found, Memory
from mckconsole.detect.parts import Part
from mckconsole.detect.provenance import Writers
from mckconsole.detect.sightings import sightings
from mckconsole.detect.together import examine_all
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
        return _audit([bytes(raw)], scan, values)[0]
    except Exception as error:
        kind = type(error).__name__
    return Audited(troubles=(f"the object could not be looked at ({kind})",))


def audit_objects(
    raws: Sequence[bytes | memoryview | msgspec.Raw], scan: Scan, *, values: bool
) -> list[Audited]:
    """What `audit_object` says of each of several objects, in less time."""
    try:
        return _audit([bytes(raw) for raw in raws], scan, values)
    except Exception:  # of one of them, which is found and named by itself
        return [audit_object(raw, scan, values=values) for raw in raws]


def _audit(raws: Sequence[bytes], scan: Scan, values: bool) -> list[Audited]:
    if scan is Scan.NONE:
        return [_NOTHING] * len(raws)
    opened = [open_envelope(raw) for raw in raws]
    names = [None if one is None else _name(one, scan, values) for one in opened]
    known: dict[bytes, Found] = {}
    fresh: dict[bytes, tuple[Look, list[Part]]] = {}
    for one, name in zip(opened, names, strict=True):
        if one is None or name is None or name in known or name in fresh:
            continue
        found = _memory.get(name)
        if found is not None:
            known[name] = found
        else:
            look = Look(engine())
            fresh[name] = look, list(field_parts(one, scan, look, values=values))
    if fresh:
        known |= _look(fresh)
    return [
        _dress(known[name], one) if one is not None and name is not None else _UNREADABLE
        for one, name in zip(opened, names, strict=True)
    ]


def _name(opened: Envelope, scan: Scan, values: bool) -> bytes:
    """What the content that is looked at is remembered under."""
    return digest(
        scan.encode(),
        b"values" if values else b"",
        (opened.type or "").encode(),
        bytes(opened.metadata.annotations),
        *(bytes(one) for one in (opened.data, opened.binary_data, opened.string_data, opened.spec)),
    )


def _look(fresh: Mapping[bytes, tuple[Look, list[Part]]]) -> dict[bytes, Found]:
    """What is found in contents that are not known, which is remembered."""
    using, made = engine(), {}
    if len(fresh) == 1:
        for look, parts in fresh.values():
            look.examine(parts)
    else:
        examine_all(list(fresh.values()), using)
    for name, (look, _) in fresh.items():
        made[name] = Found(
            sightings(look.hits, using),
            tuple(look.certificates),
            tuple(clean(one) for one in look.troubles),
        )
        _memory.put(name, made[name])
    return made


def _dress(found: Found, opened: Envelope) -> Audited:
    """What was found, with what this object's metadata say: who wrote it, when, whose it is."""
    if not found:
        return _NOTHING
    metadata = opened.metadata
    seen = []
    writers = Writers(metadata.managed_fields) if found.sightings else None
    for one, fields in found.sightings:
        writer, written = writers.of(fields) if writers else ("", "")
        seen.append(replace(one, writer=writer, written=written) if writer or written else one)
    created = clean(metadata.creation_timestamp or "")[:40]
    return Audited(tuple(seen), found.certificates, found.troubles, created, owner(metadata))
