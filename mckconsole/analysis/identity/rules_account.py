"""The rules on service accounts: what they declare, who uses it and who else can have it."""

from __future__ import annotations

from mckconsole.analysis.identity.case import AccountRule
from mckconsole.analysis.identity.rules_account_formats import malformed, wi04, wi14, wi18
from mckconsole.analysis.identity.rules_account_keys import wi12, wi44
from mckconsole.analysis.identity.rules_account_reach import reachable, wi34
from mckconsole.analysis.identity.rules_account_use import wi21, wi24, wi35, wi36

ACCOUNT_RULES: tuple[AccountRule, ...] = (
    malformed, wi04, wi12, wi14, wi18, wi21, wi24, wi34, wi35, wi36, reachable, wi44,
)  # fmt: skip
"""WI03, WI04, WI12 to WI14, WI18, WI21 (several workloads of one account), WI24, WI34 to WI38,
WI44."""
