"""What the configuration says of identities and of the audit, as the analysis wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mckconsole.analysis.identity.model import IdentityPolicy
    from mckconsole.analysis.secrets.model import AuditPolicy
    from mckconsole.config.model import Config

_DAY = 86400.0


def identity_policy(config: Config, groups: Mapping[str, Iterable[str]]) -> IdentityPolicy:
    """The policy by the configuration's `identity` section.

    Args:
        config: the whole configuration.
        groups: groups of every cluster, by its name.
    """
    from mckconsole.analysis.identity.model import IdentityPolicy  # slow to import

    section = config.identity
    return IdentityPolicy(
        accounts=frozenset(section.accounts),
        groups={name: frozenset(some) for name, some in groups.items()},
        shared_limit=section.shared_limit,
        unused_days=section.unused_days,
    )


def audit_policy(config: Config) -> AuditPolicy:
    """The policy by the configuration's `audit` section, which the command line's flags are in."""
    from mckconsole.analysis.secrets.model import AuditPolicy  # slow to import

    section = config.audit
    return AuditPolicy(
        by_name=section.by_name,
        strict=section.strict_certificates,
        max_age=section.max_age_days * _DAY,
    )
