"""The engine's tests run with small detectors and an empty memory."""

from __future__ import annotations

import pytest

from mckconsole.detect import scan
from mckconsole.detect.memory import Memory
from tests.unit.detect.small import small


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the product's detectors."""
    using = small()
    monkeypatch.setattr(scan, "engine", lambda: using)
    monkeypatch.setattr(scan, "_memory", Memory())
