"""The configuration as a JSON Schema (for editors) and as YAML (`config show`)."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import msgspec
import yaml

from mckconsole.config import model
from mckconsole.config.model import Config


def config_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the configuration file, described by the model's docstrings."""
    (root,), definitions = msgspec.json.schema_components([Config], ref_template="#/$defs/{name}")
    for section, keys in _docstrings().items():
        properties = definitions.get(section, {}).get("properties", {})
        for key, text in keys.items():
            if key in properties:
                properties[key] = _described(properties[key], text)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mckconsole configuration",
        **root,
        "$defs": definitions,
    }


def _described(schema: dict[str, Any], text: str) -> dict[str, Any]:
    return {**schema, "description": text}


def _docstrings() -> dict[str, dict[str, str]]:
    """Docstring of every field, by class and YAML key; Python itself does not keep them."""
    found: dict[str, dict[str, str]] = {}
    for section in ast.parse(inspect.getsource(model)).body:
        if not isinstance(section, ast.ClassDef):
            continue
        keys = found.setdefault(section.name, {})
        for field, comment in zip(section.body, section.body[1:], strict=False):
            if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
                continue
            match comment:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    keys[_camel(field.target.id)] = " ".join(text.split())
    return found


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def as_yaml(config: Config) -> str:
    """`config` with every default written out; there is no secret in it to hide."""
    return yaml.safe_dump(msgspec.to_builtins(config), sort_keys=False, allow_unicode=True)
