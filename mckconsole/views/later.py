"""Functions of this package that are imported when they are first called."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def later(module: str, name: str) -> Callable[..., Any]:
    """The function `name` of a module of `views`, imported by its first call."""

    def call(*arguments: object) -> Any:
        return getattr(import_module(f"mckconsole.views.{module}"), name)(*arguments)

    return call
