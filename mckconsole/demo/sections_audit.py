"""Parts of a scenario: which credentials and certificates lie where, and what only looks so.

No value stands in a scenario: credentials are named here and made at run time (`keyring`), and
texts refer to their parts: `«NAME.PART»`, `«NAME.PART|b64»` for base64 of it.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import field

from mckconsole.demo.section import Section


class CredentialModel(Section, frozen=True):
    """One credential; what is random of it is made of the fleet's seed and its name."""

    kind: str
    """How it is made: a function of `minting`."""
    user: str = ""
    """Whose it is: a user, a mail, `namespace/account` of a service account."""
    host: str = ""
    """Where it opens something: a host, a URL, an issuer."""
    days: float | None = None
    """When it ends, in days from the fleet's start; None: never."""


class CertificateModel(Section, frozen=True):
    """One certificate with its key."""

    names: list[str] = field(default_factory=list)
    """DNS names."""
    common: str = ""
    """Common name; empty is the first name."""
    groups: list[str] = field(default_factory=list)
    """Organizations of its subject."""
    by: str = ""
    """The certificate that signed it; empty: itself."""
    begun: float = 30.0
    """Days before the fleet's start from which it holds."""
    left: float = 60.0
    """Days after the fleet's start until which it holds; negative: it is over."""
    authority: bool = False
    key: Literal["ec", "ed25519", "weak"] = "ec"
    """`weak` is RSA with 1024 bits."""
    key_of: str = ""
    """Another certificate whose key it has too."""


class Write(Section, frozen=True):
    """Who wrote some keys of an object, and when."""

    by: str
    """The field manager."""
    days_ago: float
    keys: list[str] = field(default_factory=list)
    """Of the data; empty: all that nobody else wrote."""


class Holder(Section, frozen=True):
    """One object that holds credentials or certificates, or what looks like some."""

    kind: str
    name: str
    """`namespace/name`; without a slash it is in no namespace."""
    where: list[str]
    """Cluster globs."""
    type: str = ""
    """Of a Secret; empty is Opaque."""
    data: dict[str, Any] = field(default_factory=dict)
    """Texts; a mapping or list is written as JSON. In a Secret they become base64."""
    packed: dict[str, Literal["gzip", "base64", "helm", "bytes"]] = field(default_factory=dict)
    """Keys of the data that are packed once more; `helm` as releases are: gzip, then base64;
    `bytes` are those that the text is the base64 of."""
    spec: dict[str, Any] = field(default_factory=dict)
    """Anything else of the object, beside its metadata."""
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    owner: str = ""
    """`Kind/name` of the controller that owns it."""
    writes: list[Write] = field(default_factory=list)
    last_applied: Literal["", "data", "stringData"] = ""
    """How the object stands in the annotation that kubectl writes."""
    days_ago: float = 300.0
    """Its age."""


class Literals(Section, frozen=True):
    """Credentials that stand in the template of a workload."""

    workload: str
    """`namespace/name`."""
    where: list[str]
    container: str = ""
    """Empty is the first."""
    env: dict[str, str] = field(default_factory=dict)
    args: list[str] = field(default_factory=list)
    probe: dict[str, str] = field(default_factory=dict)
    """Headers of the readiness probe."""
    hook: list[str] = field(default_factory=list)
    """Command of the hook before it stops."""
    annotations: dict[str, str] = field(default_factory=dict)
    """Of the template."""
