"""Every family of credentials that is looked for, in words: what it is, what proves it, what to do.

Words only, so that the analysis and the documentation can use it without paying for a detector.
A test keeps it and `detectors` in step.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mckconsole.detect.catalog_cloud import CLOUD_RULES
from mckconsole.detect.catalog_cluster import CLUSTER_RULES
from mckconsole.detect.catalog_code import CODE_RULES
from mckconsole.detect.catalog_services import SERVICE_RULES
from mckconsole.detect.model import CredentialRule

_ALL = (*CLOUD_RULES, *CLUSTER_RULES, *CODE_RULES, *SERVICE_RULES)

RULES: Mapping[str, CredentialRule] = MappingProxyType({rule.id: rule for rule in _ALL})
"""By id, in the order of the documentation: clouds, clusters, code, services."""
