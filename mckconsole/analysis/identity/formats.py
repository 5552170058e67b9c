"""How clouds write identities: role ARNs, Google mails, GUIDs, providers, audiences.

Everything is parsed to an `Identity`, or to words that say what is wrong with it; nothing raises,
because all of it is what somebody typed. Clouds compare exactly: spaces or a line break around an
identity make it none, and are named as what is wrong.

Sources: AWS IAM (ARNs, names and quotas), Google Cloud IAM (service account ids),
google.aip.dev/auth/4117; audiences: the webhooks' defaults.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from mckconsole.analysis.identity.model import Cloud, Identity, Mechanism
from mckconsole.domain.external import GoogleCredentials
from mckconsole.domain.text import shorten

NIL_GUID: Final = "00000000-0000-0000-0000-000000000000"
EXTERNAL_ACCOUNT: Final = "external_account"
"""The type of Google credentials that hold nothing secret."""
STATIC_TYPES: Final = frozenset({"service_account", "authorized_user"})
"""Types of Google credentials that are static keys."""
_ROLE = re.compile(
    r"arn:(?P<partition>aws[a-z0-9-]*):iam::(?P<account>[0-9]{12}):role/"
    r"(?P<path>(?:[!-~]+/)?)(?P<name>[\w+=,.@-]{1,64})",
    re.ASCII,
)
_MAIL = re.compile(
    r"[a-z][a-z0-9-]{4,28}[a-z0-9]@(?P<project>[a-z][a-z0-9.-]{4,}[a-z0-9])"
    r"\.iam\.gserviceaccount\.com",
)
_DEFAULT_MAIL = re.compile(
    r"(?P<number>[0-9]+)-compute@developer\.gserviceaccount\.com"
    r"|(?P<project>[a-z][a-z0-9.-]{4,}[a-z0-9])@appspot\.gserviceaccount\.com"
)
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PROVIDER = re.compile(
    r"(?://iam\.googleapis\.com/)?(?P<pool>projects/(?P<number>[0-9]+)/locations/global/"
    r"workloadIdentityPools/[a-z0-9-]{4,32})/providers/[a-z0-9-]{4,32}"
)
_FLEET_POOL = re.compile(r"identitynamespace:(?P<pool>(?P<project>[a-z0-9.:-]+)\.svc\.id\.goog):.+")
_IMPERSONATED = re.compile(r"https://[^/\s]+/v1/projects/[^/\s]+/serviceAccounts/([^/:\s]+):\w+")
_AROUND = re.compile(r"^(?:\s|⏎|‹(?:U\+)?[0-9A-F]+›)+|(?:\s|⏎|‹(?:U\+)?[0-9A-F]+›)+$")
_SPACED = "spaces, a line break or invisible characters stand around it"
PARTITIONS: Final = frozenset(
    {"aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"}
)
"""AWS partitions that are known."""


class Parsed(NamedTuple):
    """What a text says."""

    identity: Identity | None
    problem: str = ""
    """What is wrong with the text, in words; with an identity, what is odd about it."""


def trimmed(text: str) -> str:
    """The text without what stands around it, be it visible or not."""
    return _AROUND.sub("", text)


def _quoted(text: str) -> str:
    return f"“{shorten(text, 80)}”"


@lru_cache(maxsize=4096)
def parse_role(text: str) -> Parsed:
    """The role of an ARN; one in a partition that is not known is an identity with a problem."""
    found = _ROLE.fullmatch(text)
    if found is None:
        return Parsed(None, f"{_quoted(text)} is no role ARN: {_role_fault(text)}")
    partition, account = found["partition"], found["account"]
    identity = Identity(Cloud.AWS, partition, account, found["path"] + found["name"])
    return Parsed(identity, "" if partition in PARTITIONS else f"no partition {partition} is known")


def _role_fault(text: str) -> str:
    """What is wrong with an ARN, the first thing that is."""
    if not text:
        return "it is empty"
    if trimmed(text) != text:
        return _SPACED
    if not text.startswith("arn:"):
        return "it does not begin with arn: (a name alone needs a webhook that completes it)"
    parts = text.split(":", 5)
    if len(parts) < 6:
        return "it has fewer than six parts, as where iam::ACCOUNT is written with one colon"
    _, partition, service, region, account, resource = parts
    faults = (
        (not re.fullmatch(r"aws[a-z0-9-]*", partition), f"there is no partition {partition!r}"),
        (service == "sts", "it names a session (sts, assumed-role), not the role"),
        (service != "iam", f"the service is {service!r}, not iam"),
        (bool(region), "a role has no region: two colons stand between iam and the account"),
        (not re.fullmatch(r"[0-9]{12}", account, re.A), "the account is not 12 digits"),
        (not resource.startswith("role/"), f"it names a {resource.partition('/')[0]!r}, no role"),
    )
    return next((words for wrong, words in faults if wrong), "the role's name is not allowed")


@lru_cache(maxsize=4096)
def parse_mail(text: str) -> Parsed:
    """The Google service account of a mail."""
    if found := _MAIL.fullmatch(text):
        return Parsed(Identity(Cloud.GCP, "", found["project"], text))
    if found := _DEFAULT_MAIL.fullmatch(text):
        return Parsed(Identity(Cloud.GCP, "", found["number"] or found["project"], text))
    fault = _mail_fault(text)
    return Parsed(None, f"{_quoted(text)} is no mail of a Google service account: {fault}")


def _mail_fault(text: str) -> str:
    local, at, domain = text.partition("@")
    faults = (
        (not text, "it is empty"),
        (trimmed(text) != text, _SPACED),
        (not at, "it has no @"),
        (text != text.lower(), "it has capital letters"),
        (
            not domain.endswith(".iam.gserviceaccount.com"),
            f"the domain is {shorten(domain, 60)!r}, not PROJECT.iam.gserviceaccount.com",
        ),
        (not re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", local), "the name is not allowed"),
    )
    return next((words for wrong, words in faults if wrong), "the project is not allowed")


def default_account(identity: Identity | None) -> bool:
    """Whether it is Google's default account of Compute or App Engine, with far too many rights."""
    return (
        identity is not None
        and identity.cloud is Cloud.GCP
        and not identity.realm
        and _DEFAULT_MAIL.fullmatch(identity.name) is not None
    )


def guid(text: str) -> str:
    """The GUID in lower case; empty when it is none, or nil."""
    return text.lower() if _GUID.fullmatch(text) and text != NIL_GUID else ""


@lru_cache(maxsize=4096)
def parse_azure(client: str, tenant: str) -> Parsed:
    """The application or managed identity of a client id; the tenant may be empty, if not told."""
    fault = _guid_fault("client id", client) or (tenant and _guid_fault("tenant id", tenant))
    if fault:
        return Parsed(None, fault)
    name, realm = guid(client), guid(tenant)
    if name == realm:
        return Parsed(None, f"client id and tenant id are both {name}: one was pasted twice")
    return Parsed(Identity(Cloud.AZURE, realm, "", name))


def _guid_fault(what: str, text: str) -> str:
    bare = trimmed(text)
    if bare == NIL_GUID:
        return f"{what} is the nil GUID"
    if _GUID.fullmatch(text):
        return ""
    why = f": {_SPACED}" if _GUID.fullmatch(bare) else ""
    return f"{what} {_quoted(text)} is no GUID{why}"


@lru_cache(maxsize=4096)
def parse_provider(text: str, namespace: str, account: str) -> Parsed:
    """The principal that a service account is by a workload identity provider, where the provider
    maps the token's subject as is usual."""
    name = f"ns/{namespace}/sa/{account}"
    if found := _PROVIDER.fullmatch(text):
        return Parsed(Identity(Cloud.GCP, found["pool"], found["number"], name))
    if found := _FLEET_POOL.fullmatch(text):
        return Parsed(Identity(Cloud.GCP, found["pool"], found["project"], name))
    why = f": {_SPACED}" if trimmed(text) != text else ""
    return Parsed(None, f"{_quoted(text)} is no workload identity provider{why}")


@lru_cache(maxsize=4096)
def parse_external(google: GoogleCredentials, namespace: str, account: str) -> Parsed:
    """Who an `external_account` configuration makes a service account."""
    if google.type != EXTERNAL_ACCOUNT:
        kind = google.type or "without a type"
        return Parsed(None, f"the credential configuration is {kind}, not {EXTERNAL_ACCOUNT}")
    principal = parse_provider(google.audience, namespace, account)
    url = google.service_account_impersonation_url
    if principal.problem or not url:
        return principal
    found = _IMPERSONATED.fullmatch(url)
    if found is None:
        return Parsed(None, f"the impersonation URL {_quoted(url)} names no service account")
    return parse_mail(found[1])


class Audience(NamedTuple):
    """Whom a token is meant for."""

    cloud: Cloud | None
    mechanism: Mechanism | None
    words: str


_API_SERVER = Audience(None, None, "the API server")
_IRSA = Audience(Cloud.AWS, Mechanism.IRSA, "AWS STS")
_GCP = Audience(Cloud.GCP, Mechanism.GCP_FEDERATION, "Google STS")
_AUDIENCES: Final = (
    (re.compile(r"|(?:https://)?kubernetes(?:\.default(?:\.svc(?:\..+)?)?)?"), _API_SERVER),
    (re.compile(r"(?:https://)?sts(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?"), _IRSA),
    (
        re.compile(r"pods\.eks\.amazonaws\.com"),
        Audience(Cloud.AWS, Mechanism.POD_IDENTITY, "EKS Pod Identity"),
    ),
    (
        re.compile(r"api://AzureADTokenExchange(?:[A-Z]\w*)?", re.I),
        Audience(Cloud.AZURE, Mechanism.AZURE, "Microsoft Entra ID"),
    ),
    (
        re.compile(
            r"(?:https://)?sts\.googleapis\.com|.+\.svc\.id\.goog|identitynamespace:.+"
            r"|(?:https:)?//iam\.googleapis\.com/.+"
        ),
        _GCP,
    ),
    (re.compile(r"vault|https?://vault.*"), Audience(None, None, "Vault")),
    (
        re.compile(r"spire-server|spiffe://.+"),
        Audience(Cloud.SPIFFE, Mechanism.SPIFFE, "SPIRE"),
    ),
)


@lru_cache(maxsize=1024)
def read_audience(audience: str) -> Audience:
    """Whom tokens of this audience are meant for; any that is not known is a custom one."""
    for pattern, found in _AUDIENCES:
        if pattern.fullmatch(audience):
            return found
    return Audience(None, None, "a custom audience")
