"""All rules on workloads, in the order of their ids. Their words are in `rules_identity_pods`."""

from __future__ import annotations

from mckconsole.analysis.identity.case import WorkloadRule
from mckconsole.analysis.identity.rules_workload_api_token import wi32, wi33
from mckconsole.analysis.identity.rules_workload_aws import wi06, wi08, wi09, wi27
from mckconsole.analysis.identity.rules_workload_azure import wi10, wi11, wi12, wi16, wi17
from mckconsole.analysis.identity.rules_workload_drift import wi05
from mckconsole.analysis.identity.rules_workload_gcp import wi19, wi20, wi30
from mckconsole.analysis.identity.rules_workload_injection import wi01, wi02
from mckconsole.analysis.identity.rules_workload_other import wi26, wi41, wi44
from mckconsole.analysis.identity.rules_workload_skip import wi15, wi43
from mckconsole.analysis.identity.rules_workload_static import wi07, wi25
from mckconsole.analysis.identity.rules_workload_tokens import wi28, wi29, wi31

WORKLOAD_RULES: tuple[WorkloadRule, ...] = (
    wi01, wi02, wi05, wi06, wi07, wi08, wi09, wi10, wi11, wi12, wi15, wi16, wi17, wi19, wi20, wi25,
    wi26, wi27, wi28, wi29, wi30, wi31, wi32, wi33, wi41, wi43, wi44,
)  # fmt: skip
"""Rules on one workload. Those that are also about service accounts (WI12, WI44) have their other
half in `rules_account`."""
