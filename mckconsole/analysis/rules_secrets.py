"""The rules on credentials, SEC-…, in words: one for each family, and those of the audit.

The families are those of `detect.catalog`; what is judged besides what a value is (age, place,
readers, logs) is in `rules_secrets_audit`.
"""

from __future__ import annotations

from mckconsole.analysis.rules_secrets_audit import AUDIT_RULES
from mckconsole.analysis.secrets.topics import SCANNED
from mckconsole.detect.catalog import RULES as FAMILIES
from mckconsole.domain.findings import Rule

_TIERS = {
    "A": "tier A: its structure proves it",
    "B": "tier B: its shape tells it",
    "C": "tier C: only its name tells it, hidden unless asked for",
}
_CREDENTIALS = tuple(
    Rule(
        one.id,
        "secrets",
        one.title,
        one.severity,
        SCANNED,
        f"{one.explanation} At best {_TIERS[one.tier]}.",
        one.remediation,
        one.source,
    )
    for one in FAMILIES.values()
)

SECRET_RULES = (*_CREDENTIALS, *AUDIT_RULES)
"""Credentials in the order of the catalog, then the rules of the audit."""
