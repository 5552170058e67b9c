"""Budgets that are kept as objects of a cluster: Crossplane's and Config Connector's."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from mckconsole.domain.objects import Condition, Projection


class BudgetStatus(msgspec.Struct, frozen=True, gc=False):
    """Whether the cloud has it."""

    conditions: tuple[Condition, ...] = ()


class Budget(Projection, frozen=True, gc=False):
    """A budget; its amount is nobody's business here, only that the cloud has it."""

    status: BudgetStatus = BudgetStatus()

    @property
    def ready(self) -> bool | None:
        """Whether the cloud has taken it over; None where nothing says so yet."""
        for one in self.status.conditions:
            if one.type == "Ready":
                return {"True": True, "False": False}.get(one.status)
        return None


class AwsBudget(Budget, frozen=True, gc=False):
    """budgets.aws.upbound.io Budget of Crossplane."""

    api_group: ClassVar[str] = "budgets.aws.upbound.io"
    kind: ClassVar[str] = "Budget"


class GoogleBudget(Budget, frozen=True, gc=False):
    """billingbudgets.cnrm.cloud.google.com BillingBudgetsBudget of Config Connector."""

    api_group: ClassVar[str] = "billingbudgets.cnrm.cloud.google.com"
    kind: ClassVar[str] = "BillingBudgetsBudget"
