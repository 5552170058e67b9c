"""Who asks for what, and whether they may: request attributes, tokens, rules, impersonation.

The attributes follow k8s.io/apiserver's RequestInfoFactory; the refusals carry the texts of
kube-apiserver v1.36.2. Rules are an allow-list: there is no object behind them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from mckconsole.demo.status import ApiError, bad_request, forbidden

ANY = ("*",)
_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a request wants, as the authorizer sees it."""

    verb: str
    path: str
    is_resource: bool = False
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""


def attributes(method: str, path: str, query: Mapping[str, str]) -> Attributes:
    """Attributes of a request; `path` is without the cluster's prefix."""
    parts = [unquote(part) for part in path.split("/") if part]
    plain = Attributes(verb=method.lower(), path=path)
    if len(parts) < 3 or parts[0] not in ("api", "apis") or (parts[0] == "apis" and len(parts) < 4):
        return plain
    group, version, rest = ("", parts[1], parts[2:])
    if parts[0] == "apis":
        group, version, rest = parts[1], parts[2], parts[3:]
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 1:
        namespace = rest[1]
        if len(rest) > 2 and rest[2] not in ("status", "finalize"):
            rest = rest[2:]
    name = rest[1] if len(rest) > 1 else ""
    subresource = rest[2] if len(rest) > 2 else ""
    verb = _VERBS.get(method, "get" if method in ("GET", "HEAD") else "")
    if verb == "get" and not name:
        verb = "watch" if is_true(query.get("watch", "")) else "list"
        name = _named_by_selector(query)
    elif verb == "delete" and not name:
        verb = "deletecollection"
    return Attributes(verb, path, True, group, version, rest[0], subresource, namespace, name)


def is_true(text: str) -> bool:
    """How the API server reads a boolean of a query: anything but nothing, `0` and `false`."""
    return text.lower() not in ("", "0", "false")


def _named_by_selector(query: Mapping[str, str]) -> str:
    """A list of exactly one name counts as a request for that name (resourceNames in RBAC)."""
    for term in query.get("fieldSelector", "").split(","):
        field_name, equals, value = term.partition("=")
        if equals and field_name == "metadata.name":
            return value.removeprefix("=")
    return ""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody the server knows."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))
ADMIN = User("admin", ("system:masters", "system:authenticated"))


@dataclass(frozen=True, slots=True)
class Rule:
    """An RBAC-like rule bound to `subjects`, user or group names.

    `namespaces` limits it to those namespaces, as a RoleBinding does; `paths` makes it a rule
    about URLs that are no resources.
    """

    subjects: tuple[str, ...]
    verbs: tuple[str, ...] = ("get", "list", "watch")
    groups: tuple[str, ...] = ANY
    resources: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ANY
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def covers(self, user: User) -> bool:
        """Whether the rule is bound to this user."""
        return user.name in self.subjects or any(group in self.subjects for group in user.groups)

    def allows(self, want: Attributes) -> bool:
        """Whether the rule permits the request."""
        if not _in(self.verbs, want.verb):
            return False
        if not want.is_resource:
            return any(_path_matches(path, want.path) for path in self.paths)
        resource = f"{want.resource}/{want.subresource}" if want.subresource else want.resource
        return (
            _in(self.groups, want.group)
            and _in(self.resources, resource)
            and _in(self.namespaces, want.namespace)
            and (not self.names or want.name in self.names)
        )


def _in(allowed: Sequence[str], value: str) -> bool:
    return "*" in allowed or value in allowed


def _path_matches(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


ISSUER_PATHS = (
    "/.well-known/openid-configuration",
    "/.well-known/openid-configuration/",
    "/openid/v1/jwks",
    "/openid/v1/jwks/",
)
_HEALTH = ("/healthz", "/livez", "/readyz", "/version", "/version/")
DEFAULT_RULES: tuple[Rule, ...] = (
    Rule(("system:masters",), verbs=ANY, resources=ANY, paths=("*",)),
    Rule(
        ("system:authenticated",),
        verbs=("create",),
        groups=("authorization.k8s.io",),
        resources=("selfsubjectaccessreviews", "selfsubjectrulesreviews"),
    ),
    Rule(
        ("system:authenticated",),
        verbs=("create",),
        groups=("authentication.k8s.io",),
        resources=("selfsubjectreviews",),
    ),
    Rule(
        ("system:authenticated",),
        verbs=("get",),
        paths=("/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*", *_HEALTH),
    ),
    Rule(("system:authenticated", "system:unauthenticated"), verbs=("get",), paths=_HEALTH),
    Rule(("system:serviceaccounts",), verbs=("get",), paths=ISSUER_PATHS),
)
"""What a fresh cluster lets everybody do: system:discovery, system:basic-user and the like; and
service accounts, that they read who issues their tokens (system:service-account-issuer-discovery).
"""


class Access:
    """Tokens and rules of one cluster; both may be changed while it serves."""

    def __init__(
        self, tokens: Mapping[str, User] | None = None, rules: Sequence[Rule] = ()
    ) -> None:
        self.tokens: dict[str, User] = dict(tokens or {"admin-token": ADMIN})
        self.rules: list[Rule] = [*DEFAULT_RULES, *rules]
        self.incomplete_rules = ""
        """When set, SelfSubjectRulesReview says `incomplete` with this as its evaluationError."""

    def rules_of(self, user: User) -> list[Rule]:
        """The rules bound to a user."""
        return [rule for rule in self.rules if rule.covers(user)]

    def allowed(self, user: User, want: Attributes) -> bool:
        """Whether any rule permits it."""
        return any(rule.allows(want) for rule in self.rules_of(user))

    def authenticate(self, authorization: str) -> User:
        """The user behind an Authorization header; anything but a bearer token is anonymous.

        Raises:
            ApiError: 401 for a token that nobody has.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return ANONYMOUS
        user = self.tokens.get(token.strip())
        if user is None:
            raise ApiError(401, "Unauthorized")
        if "system:authenticated" in user.groups:
            return user
        return replace(user, groups=(*user.groups, "system:authenticated"))

    def impersonate(self, user: User, asked: User | None, want: Attributes) -> User:
        """The user to act as.

        Raises:
            ApiError: 403 when `user` may not impersonate.
        """
        if asked is None:
            return user
        checks = [("users", asked.name), *(("groups", group) for group in asked.groups)]
        for resource, name in checks:
            impersonation = Attributes("impersonate", "", True, resource=resource, name=name)
            if not self.allowed(user, impersonation):
                whom = "serviceaccount" if _is_service_account(asked.name) else "user-info"
                raise refusal(user, replace(want, verb=f"impersonate-on:{whom}:{want.verb}"))
        return replace(asked, groups=(*asked.groups, "system:authenticated"))

    def authorize(self, user: User, want: Attributes) -> None:
        """Let the request pass.

        Raises:
            ApiError: 403 with the server's words.
        """
        if not self.allowed(user, want):
            raise refusal(user, want)


def _is_service_account(name: str) -> bool:
    return name.startswith("system:serviceaccount:")


def asked_identity(headers: Sequence[tuple[str, str]]) -> User | None:
    """The identity in `Impersonate-*` headers, or None.

    Raises:
        ApiError: 400 for groups, uid or extra without a user.
    """
    name, uid = "", ""
    groups: list[str] = []
    extra: dict[str, list[str]] = {}
    for header, value in headers:
        lowered = header.lower()
        if lowered == "impersonate-user":
            name = value
        elif lowered == "impersonate-uid":
            uid = value
        elif lowered == "impersonate-group":
            groups.append(value)
        elif lowered.startswith("impersonate-extra-"):
            extra.setdefault(unquote(lowered.removeprefix("impersonate-extra-")), []).append(value)
    if not name:
        if groups or uid or extra:
            shown = ", ".join(f'"{group}"' for group in groups)
            raise bad_request(
                f'requested &user.DefaultInfo{{Name:"", UID:"{uid}", Groups:[]string{{{shown}}}, '
                "Extra:map[string][]string(nil)} without impersonating a user name"
            )
        return None
    if _is_service_account(name) and not groups:
        namespace = name.split(":")[2]
        groups = ["system:serviceaccounts", f"system:serviceaccounts:{namespace}"]
    return User(name, tuple(groups), uid, {key: tuple(values) for key, values in extra.items()})


def refusal(user: User, want: Attributes) -> ApiError:
    """The 403 of RBAC."""
    if not want.is_resource:
        message = f'forbidden: User "{user.name}" cannot {want.verb} path "{want.path}"'
        return forbidden(message, {})
    qualified = f"{want.resource}.{want.group}" if want.group else want.resource
    subject = f'{qualified} "{want.name}"' if want.name else qualified
    resource = f"{want.resource}/{want.subresource}" if want.subresource else want.resource
    place = f'in the namespace "{want.namespace}"' if want.namespace else "at the cluster scope"
    details = {"name": want.name, "group": want.group, "kind": want.resource}
    return forbidden(
        f'{subject} is forbidden: User "{user.name}" cannot {want.verb} resource "{resource}" '
        f'in API group "{want.group}" {place}',
        {key: value for key, value in details.items() if value},
    )
