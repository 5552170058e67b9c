"""The part of SARIF 2.1.0 that we write, as a strict schema of our own.

Written from the text of the OASIS specification (sections in the descriptions): the official schema
is not distributed with this repository. It allows no key that we do not write.
"""

from __future__ import annotations

from typing import Any


def of(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object with these keys and no other."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **optional},
        "additionalProperties": False,
    }


def several(items: dict[str, Any], *, least: int = 0, most: int | None = None) -> dict[str, Any]:
    """A list without repetitions (3.7.3)."""
    limit = {} if most is None else {"maxItems": most}
    return {"type": "array", "items": items, "minItems": least, "uniqueItems": True, **limit}


TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
INDEX: dict[str, Any] = {"type": "integer", "minimum": 0}
INSTANT: dict[str, Any] = {
    "description": "3.9: UTC, with Z",
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$",
}
MESSAGE = of(
    {
        "text": {
            "description": "3.11: no placeholder but doubled braces, no embedded link",
            "type": "string",
            "pattern": r"^([^{}]|\{\{|\}\})*$",
            "not": {"pattern": r"(^|[^\\])(\\\\)*\]\("},
        }
    }
)
LEVEL: dict[str, Any] = {"description": "3.27.10", "enum": ["none", "note", "warning", "error"]}
LOGICAL = of(
    {
        "name": {"type": "string"},
        "fullyQualifiedName": {"type": "string"},
        "kind": {"description": "3.33.7", "const": "resource"},
    }
)
URI: dict[str, Any] = {
    "description": "3.4.3: a relative reference (RFC 3986) that leads nowhere else",
    "type": "string",
    "pattern": r"^([A-Za-z0-9_.~-]|%[0-9A-F]{2})*(/([A-Za-z0-9_.~-]|%[0-9A-F]{2})+)*$",
    "not": {"pattern": r"(^|/)\.\.?(/|$)"},
}
LOCATION = of(
    {
        "physicalLocation": of(
            {"artifactLocation": of({"uri": URI}), "region": of({"startLine": {"const": 1}})}
        ),
        "logicalLocations": several(LOGICAL, least=1, most=1),
    },
    message=MESSAGE,
)
REFERENCE = of({"id": TEXT}, index=INDEX)
NOTIFICATION = of(
    {"descriptor": REFERENCE, "level": LEVEL, "message": MESSAGE},
    associatedRule=REFERENCE,
    locations=several(of({"logicalLocations": several(LOGICAL, least=1, most=1)})),
)
RULE = of(
    {"id": TEXT},
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=of({"level": LEVEL}),
    properties=of(
        {
            "tags": several(TEXT, least=2),
            "security-severity": {"type": "string", "pattern": r"^(\d\.\d|10\.0)$"},
        }
    ),
)
SUPPRESSION = of(
    {
        "kind": {"description": "3.35.2", "const": "external"},
        "status": {"description": "3.35.3", "const": "accepted"},
        "justification": {"type": "string"},
        "properties": of(
            {
                "owner": {"type": "string"},
                "expires": {"type": "string", "format": "date"},
                "reference": {"type": "string"},
                "place": {"type": "string"},
            }
        ),
    }
)
RESULT = of(
    {
        "ruleId": TEXT,
        "ruleIndex": INDEX,
        "level": LEVEL,
        "message": MESSAGE,
        "locations": several(LOCATION, least=1, most=1),
        "relatedLocations": several(LOCATION),
        "partialFingerprints": of(
            {"mckconsole/finding/v1": {"type": "string", "pattern": "^[0-9a-f]{16}$"}}
        ),
        "suppressions": several(SUPPRESSION, most=1),
        "properties": of(
            {
                "severity": {"enum": ["critical", "high", "medium", "low", "info"]},
                "pane": TEXT,
                "clusters": several({"type": "string"}, least=1),
            }
        ),
    }
)
INVOCATION = of(
    {
        "executionSuccessful": {"type": "boolean"},
        "endTimeUtc": INSTANT,
        "toolExecutionNotifications": {"type": "array", "items": NOTIFICATION},
        "toolConfigurationNotifications": {"type": "array", "items": NOTIFICATION},
    }
)
DRIVER = of(
    {
        "name": {"const": "mckconsole"},
        "version": TEXT,
        "rules": several(RULE),
        "notifications": several(RULE, least=2, most=2),
    }
)
RUN = of(
    {
        "tool": of({"driver": DRIVER}),
        "invocations": several(INVOCATION, least=1, most=1),
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "properties": of({"scope": {"type": "string"}, "demo": {"type": "boolean"}}),
        "results": {"type": "array", "items": RESULT},
    }
)
LOG = of(
    {
        "$schema": {"type": "string", "format": "uri", "pattern": r"/sarif-schema-2\.1\.0\.json$"},
        "version": {"const": "2.1.0"},
        "runs": several(RUN, least=1, most=1),
    }
)
