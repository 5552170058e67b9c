"""Globalnet: the address by which other clusters reach an exported service.

A service of type ClusterIP has a GlobalIngressIP of its name and an internal Service that carries
the allocated address as its external one; a headless service has an address per pod, each with a
GlobalIngressIP of its own. Source: submariner pkg/globalnet/controllers.
"""

from __future__ import annotations

from mckconsole.analysis.services.model import Held
from mckconsole.domain.discovery import GlobalIngressIP

_SERVICE = "ClusterIPService"


def find_global_ip(held: Held) -> GlobalIngressIP | None:
    """The address object of the service itself, else of its first pod; None when there is none."""
    own = [one for one in held.global_ips if one.spec.target == _SERVICE]
    named = sorted(held.global_ips, key=lambda one: one.key)
    return next(iter(own or named), None)


def internal_address(held: Held) -> str:
    """External address of the internal Service; empty when there is none."""
    addresses = (ip for one in held.internal for ip in one.spec.external_ips if ip)
    return next(addresses, "")
