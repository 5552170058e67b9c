"""Where telemetry is sent, and nothing of how it signs in there.

A configuration of a log agent is full of credentials: user information in URLs, tokens in paths,
queries and headers. What is kept of a destination is its kind, its host without port, path and
query, or what a cloud calls it (project, workspace, region and group).
"""

from __future__ import annotations

import base64
import binascii
import re

import msgspec

from mckconsole.domain.text import clean

_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?\.?")
_ADDRESS6 = re.compile(r"[0-9A-Fa-f:.]{2,45}")
_VARIABLE = re.compile(
    r"\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]{0,99})\}|"
    r"""(?:sys\.)?env\(["']([A-Za-z_][A-Za-z0-9_]{0,99})["']\)|\#\{ENV\[['"]([A-Za-z_]\w{0,99})['"]"""
)
_NAME = re.compile(r"[A-Za-z0-9_./#@-]{1,200}")
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+){1,3}-?\d{0,2}")
_CREDENTIAL = re.compile(r"[A-Za-z0-9_-]{33,}")
"""No label of a host's name that people choose is as long, and tokens are."""
LOCAL = ("localhost", "127.0.0.1", "::1")


class Sink(msgspec.Struct, frozen=True, gc=False, order=True):
    """One destination."""

    type: str = ""
    """As the agent calls it: `loki`, `es`, `cloudwatch_logs`, `otlphttp`."""
    host: str = ""
    """In lower case, without port; `${NAME}` where an environment variable says it; empty where
    the configuration names none or nothing that looks like one."""
    project: str = ""
    """Google project, or workspace of Azure."""
    region: str = ""
    """Region of a cloud, with `group`."""
    group: str = ""
    """Log group or bucket."""

    def __str__(self) -> str:
        place = self.host or self.project or "/".join(filter(None, (self.region, self.group)))
        return f"{self.type} {place}".strip()

    @property
    def placed(self) -> bool:
        """Whether it is known where it is."""
        return bool(self.host or self.project or self.region) and not self.variable

    @property
    def variable(self) -> str:
        """The environment variable that names its host; empty where none does."""
        return self.host[2:-1] if self.host.startswith("${") else ""


def host_of(text: object) -> str:
    """The host of a URL, an address or a list of addresses' first; `${NAME}` of an environment
    variable; empty for what is none of them."""
    if isinstance(text, (list, tuple)):
        text = text[0] if text else ""
    if not isinstance(text, str) or len(text) > 4096:
        return ""
    words = text.strip().strip("\"'")
    first = re.split(r"[\s,]", words, maxsplit=1)[0] if "{" not in words else words
    rest = first.partition("://")[2] or first
    authority = re.split(r"[/?#](?!\{)", rest, maxsplit=1)[0].rpartition("@")[2]
    if found := _VARIABLE.search(authority or rest):
        return f"${{{next(name for name in found.groups() if name)}}}"
    return _host(authority)


def _host(authority: str) -> str:
    if authority.startswith("["):
        inside = authority[1:].partition("]")[0]
        return inside.lower() if _ADDRESS6.fullmatch(inside) else ""
    name = authority.partition(":")[0] if authority.count(":") < 2 else authority
    if ":" in name:
        return name.lower() if _ADDRESS6.fullmatch(name) else ""
    if not _HOST.fullmatch(name) or any(_CREDENTIAL.fullmatch(one) for one in name.split(".")):
        return ""
    return name.rstrip(".").lower()


def named(text: object) -> str:
    """A project, group or bucket; empty for what does not look like one."""
    if not isinstance(text, str) or not _NAME.fullmatch(text):
        return ""
    return "" if _CREDENTIAL.fullmatch(text) and "-" not in text else clean(text)


def region_of(text: object) -> str:
    """A region of a cloud; empty for what does not look like one."""
    return text if isinstance(text, str) and _REGION.fullmatch(text) else ""


def cloud_id_host(text: object) -> str:
    """The host in an Elastic Cloud id, `name:base64(host$es$kibana)`."""
    if not isinstance(text, str):
        return ""
    try:
        plain = base64.b64decode(text.partition(":")[2], validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    return host_of(plain.partition("$")[0])
