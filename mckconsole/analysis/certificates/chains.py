"""What is wrong with certificates themselves, whatever the time.

Sources: RFC 5280 6.1 (a chain is as good as its shortest-lived link), RFC 8446 4.4.2 (each
certificate signed by the next), NIST SP 800-131A and CA/Browser Forum baseline (weak keys).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.certificates.certmanager import day
from mckconsole.analysis.certificates.known import Flaw, name_of
from mckconsole.analysis.certificates.matrix import DAY, WIDE
from mckconsole.analysis.certificates.reading import Reading
from mckconsole.domain.audit import CertificateSeen
from mckconsole.domain.findings import Evidence, ObjectRef, Severity

LONG = 3650 * DAY
"""What signs itself and lasts ten years is never renewed by anybody."""
LONG_AUTHORITY = 20 * 365 * DAY


def flaws_of(
    reading: Reading,
    one: CertificateSeen,
    shown: Evidence | None,
    fix: str,
    *,
    about: ObjectRef | None,
    subject: str = "",
) -> Iterator[Flaw]:
    """What is weak of one certificate, and whether it lasts too long."""
    name, proof = name_of(one), tuple(filter(None, (shown,)))
    if one.weak:
        yield reading.flaw(
            "CERT-WEAK",
            Severity.HIGH,
            f"certificate of {name} is weak: {one.weak}",
            f"The certificate of {name} ({one.key or 'unknown key'}) is weak: {one.weak}. "
            "Clients refuse it by and by, and whoever breaks it can pretend to be it.",
            (*proof, reading.derived(f"strength of the certificate of {name}", one.weak)),
            f"have it issued with an RSA key of 2048 bits or more, or EC P-256, and SHA-256; {fix}",
            about=about,
            subject=subject,
        )
    life = one.not_after - one.not_before
    if one.self_signed and life >= (LONG_AUTHORITY if one.authority else LONG):
        years = f"{life / (365.25 * DAY):.0f} years"
        yield reading.flaw(
            "CERT-LONG-LIVED",
            Severity.INFO if one.authority else Severity.LOW,
            f"certificate of {name} signs itself for {years}",
            f"The certificate of {name} signs itself and lasts {years}, until "
            f"{day(one.not_after)}. Nobody can revoke it, and whoever has its key keeps it.",
            (*proof, reading.derived(f"life of the certificate of {name}", years)),
            f"have an authority issue it for 90 days and renew it by itself (cert-manager); {fix}",
            about=about,
            subject=subject,
        )


def chain_flaws(
    reading: Reading,
    chain: Sequence[CertificateSeen],
    authorities: Sequence[CertificateSeen],
    shown: Sequence[Evidence],
    fix: str,
    *,
    about: ObjectRef | None,
) -> Iterator[Flaw]:
    """What is wrong between a certificate, its key and those that vouch for it."""
    leaf = chain[0]
    if leaf.key_matches is False:
        yield _other_key(reading, leaf, shown, fix, about)
    if leaf.signed_by_next is False and len(chain) > 1 and not leaf.self_signed:
        yield _out_of_order(reading, chain, shown, fix, about)
    known = [one for one in (*chain[1:], *authorities) if one.authority]
    above = (one for one in known if _vouches(leaf, one, chain))
    first = min(above, key=lambda one: one.not_after, default=None)
    if first is not None and first.not_after < leaf.not_after:
        yield _authority_first(reading, leaf, first, shown, fix, about)


def _other_key(
    reading: Reading,
    leaf: CertificateSeen,
    shown: Sequence[Evidence],
    fix: str,
    about: ObjectRef | None,
) -> Flaw:
    name = name_of(leaf)
    return reading.flaw(
        "CERT-MISMATCH",
        Severity.HIGH,
        f"private key is not that of the certificate of {name}",
        f"The private key beside the certificate of {name} is another one's: what serves it "
        "does not start, or goes on with what it had.",
        (*shown[:1], reading.derived("key beside the certificate", "another one's")),
        fix,
        about=about,
        fails=True,
    )


def _out_of_order(
    reading: Reading,
    chain: Sequence[CertificateSeen],
    shown: Sequence[Evidence],
    fix: str,
    about: ObjectRef | None,
) -> Flaw:
    leaf, name = chain[0], name_of(chain[0])
    return reading.flaw(
        "CERT-CHAIN",
        Severity.MEDIUM,
        f"chain of {name} does not hold together",
        f"The certificate of {name} was issued by {leaf.issuer or '(no name)'} and is not "
        f"signed by the one that follows, {chain[1].subject or '(no name)'}: clients that do "
        "not know the issuer refuse it.",
        shown[:2],
        f"put the issuer's certificate behind its own, in order; {fix}",
        about=about,
        subject="order",
        fails=True,
    )


def _vouches(
    leaf: CertificateSeen, authority: CertificateSeen, chain: Sequence[CertificateSeen]
) -> bool:
    """Whether it stands above the leaf: it issued it, or one of its chain."""
    return any(one.issuer == authority.subject for one in (leaf, *chain[1:]) if one != authority)


def _authority_first(
    reading: Reading,
    leaf: CertificateSeen,
    authority: CertificateSeen,
    shown: Sequence[Evidence],
    fix: str,
    about: ObjectRef | None,
) -> Flaw:
    name = name_of(leaf)
    soon = authority.not_after - reading.now < WIDE
    return reading.flaw(
        "CERT-CHAIN",
        Severity.MEDIUM if soon else Severity.LOW,
        f"authority of {name} ends before it",
        f"{authority.subject or '(no name)'}, which vouches for the certificate of {name}, ends on "
        f"{day(authority.not_after)}, before that does ({day(leaf.not_after)}): it is worth "
        "nothing from then on, however much is left of it.",
        (
            *shown[:1],
            reading.derived(f"end of {authority.subject or '(no name)'}", day(authority.not_after)),
        ),
        f"renew the authority first, then what it issued; {fix}",
        about=about,
        subject="authority",
    )
