"""Google identities on a pod outside the metadata server: credential configurations and key files.

`GOOGLE_APPLICATION_CREDENTIALS` leads to a file, the file to a volume. In a ConfigMap or in the
pod's own annotation stands an `external_account` configuration, which holds nothing secret; in a
Secret stands a key, unless a token for Google is mounted beside it.

Sources: google.aip.dev/auth/4110 and 4117; gcp-workload-identity-federation-webhook.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.identity.containers import File, View, unmounted
from mckconsole.analysis.identity.declared import annotation_path
from mckconsole.analysis.identity.effective_aws import missing_token, wrong_audience
from mckconsole.analysis.identity.formats import (
    STATIC_TYPES,
    parse_external,
    parse_mail,
    parse_provider,
    read_audience,
)
from mckconsole.analysis.identity.model import Cloud, Effective, Identity, Mechanism, Trace
from mckconsole.domain.cloudkeys import GCP_CREDENTIALS, GCP_MAIL, GCP_PROVIDER
from mckconsole.domain.external import NO_CREDENTIALS, GoogleCredentials
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.pods import EnvVar, NameRef, TokenSource

ADC = "GOOGLE_APPLICATION_CREDENTIALS"
_VARIABLES = (ADC, "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE")


def gcp(view: View) -> Iterator[Effective]:
    """By the file that application default credentials, or gcloud, are told of."""
    for name in _VARIABLES:
        variable = view.env.get(name)
        if variable is not None:
            if not _of_another(view, variable.value):
                yield from _by_file(view, variable)
            return


def _of_another(view: View, path: str) -> bool:
    """Whether the file, named for several clouds at once as Velero does, is not Google's."""
    other = view.env.get("AWS_SHARED_CREDENTIALS_FILE")
    return other is not None and other.value == path and view.pod.facts.cloud is not Cloud.GCP


def _by_file(view: View, variable: EnvVar) -> Iterator[Effective]:
    file = view.file(variable.value) if variable.value else None
    own = (view.trace(variable),)
    if file is None:
        return  # nobody can tell which file: `hints.unseen`
    token = _google_token(view)
    if file.mount is None or file.volume is None:
        federated = token or view.pod.pod.metadata.google.type
        mechanism = Mechanism.GCP_FEDERATION if federated else Mechanism.STATIC
        words = unmounted(variable.name, variable.value)
        yield view.effective(mechanism, Cloud.GCP, None, variable.value, own, token, words)
        return
    traces = (*own, view.mounted(file.mount))
    if config := _configured(file):
        yield _by_config(view, file, config, traces)
    elif secret := _secret(file):
        text = f"{variable.value} from Secret {secret}"
        mechanism = Mechanism.GCP_FEDERATION if token else Mechanism.STATIC
        yield view.effective(mechanism, Cloud.GCP, None, text, traces, token)
    elif view.pod.pod.metadata.google != NO_CREDENTIALS and not file.volume.projected:
        google = view.pod.pod.metadata.google
        note = view.pod.trace(annotation_path(GCP_CREDENTIALS), google.audience)
        yield _external(view, google, traces, note, "the pod's annotation")
    elif token is not None or _annotated(view):
        yield _by_annotation(view, token, traces)


def _configured(file: File) -> tuple[str, ...]:
    """Names of the ConfigMaps that are in the file's volume."""
    volume = file.volume
    if volume is None:
        return ()
    if volume.config_map is not None:
        return (volume.config_map.name,)
    sources = volume.projected.sources if volume.projected else ()
    return tuple(one.config_map.name for one in sources if one.config_map is not None)


def _secret(file: File) -> str:
    volume = file.volume
    if volume is None:
        return ""
    if volume.secret is not None:
        return volume.secret.secret_name
    sources = volume.projected.sources if volume.projected else ()
    refs: Iterator[NameRef] = (one.secret for one in sources if one.secret is not None)
    return next((one.name for one in refs), "")


def _by_config(
    view: View, file: File, names: tuple[str, ...], traces: tuple[Trace, ...]
) -> Effective:
    facts, namespace = view.pod.facts, view.pod.pod.metadata.namespace
    for name in names:
        held = facts.credentials.get((namespace, name), {})
        key = file.name if file.name in held else next(iter(held), "")
        if key and (file.name == key or len(held) == 1):
            version = facts.versions.get("credential-configs", "v1")
            ref = ObjectRef(version, "ConfigMap", namespace, name)
            note = Trace(ref, f"data['{key}'].audience", held[key].audience)
            return _external(view, held[key], traces, note, f"ConfigMap {name}")
    problem = ""
    known = any(facts.credentials.get((namespace, name)) for name in names)
    if not known and "credential-configs" not in facts.unread:
        problem = f"ConfigMap {', '.join(names)} holds no credential configuration"
    text = f"ConfigMap {', '.join(names)}"
    token = _google_token(view)
    return view.effective(Mechanism.GCP_FEDERATION, Cloud.GCP, None, text, traces, token, problem)


def _external(
    view: View,
    google: GoogleCredentials,
    traces: tuple[Trace, ...],
    note: Trace,
    where: str,
) -> Effective:
    """By a configuration that is known."""
    if google.type in STATIC_TYPES:
        text = f"a {google.type} key in {where}"
        shown = (*traces, Trace(note.object, note.path.removesuffix(".audience"), google.type))
        return view.effective(Mechanism.STATIC, Cloud.GCP, None, text, shown)
    pod = view.pod.pod
    parsed = parse_external(google, pod.metadata.namespace, pod.account)
    source = google.credential_source.file
    file = view.file(source) if source else None
    problem = parsed.problem or _token_problem(google, source, file)
    text = parsed.identity.text if parsed.identity else google.audience
    shown = (*traces, note, *(view.token_traces(file) if file else ()))
    token = file.token if file else None
    return view.effective(
        Mechanism.GCP_FEDERATION, Cloud.GCP, parsed.identity, text, shown, token, problem
    )


def _token_problem(google: GoogleCredentials, source: str, file: File | None) -> str:
    """Why the configuration's token cannot serve."""
    if file is None:
        return ""  # from a URL, or by a program
    if file.mount is None:
        return unmounted("credential_source.file", source)
    if file.token is None:
        return missing_token("credential_source.file", file)
    audience = file.token.audience
    problem = wrong_audience(audience, Mechanism.GCP_FEDERATION)
    provider = audience.removeprefix("https:")
    other = provider != google.audience.removeprefix("https:")
    if not problem and other and provider.startswith("//iam.googleapis.com/"):
        return f"its token is for {audience}, the configuration for {google.audience}"
    return problem


def _google_token(view: View) -> TokenSource | None:
    """A token for Google that the container has."""
    for _, token, _ in view.cloud_tokens():
        if read_audience(token.audience).cloud is Cloud.GCP:
            return token
    return None


def _annotated(view: View) -> bool:
    return not {GCP_MAIL, GCP_PROVIDER}.isdisjoint(view.pod.pod.metadata.annotations)


def _by_annotation(view: View, token: TokenSource | None, traces: tuple[Trace, ...]) -> Effective:
    """The webhook's other way: an init container writes the file, the pod's annotations say who."""
    pod = view.pod.pod
    notes = pod.metadata.annotations
    identity: Identity | None = None
    text = "a file that the pod makes itself"
    for key in (GCP_MAIL, GCP_PROVIDER):
        if notes.get(key):
            text = notes[key]
            provided = parse_provider(text, pod.metadata.namespace, pod.account)
            identity = (parse_mail(text) if key == GCP_MAIL else provided).identity
            traces = (*traces, view.pod.trace(annotation_path(key), text))
            break
    shown = tuple(
        view.pod.trace(f"{place}.audience", one.audience)
        for _, one, place in view.cloud_tokens()
        if one is token
    )
    return view.effective(
        Mechanism.GCP_FEDERATION, Cloud.GCP, identity, text, (*traces, *shown), token
    )
