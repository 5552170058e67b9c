"""Static credentials in a container: variables that hold one, and mounted key files.

Only where they are, never what they are: no value of a credential is ever held. A reference that is
optional proves nothing: charts have one for a Secret that mostly is not there, as EBS' CSI driver.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.identity.containers import View, source_of
from mckconsole.analysis.identity.model import Cloud, Effective, Mechanism
from mckconsole.domain.cloudkeys import AWS_KEY, AWS_SECRET, STATIC_ENV, static_cloud
from mckconsole.domain.pods import EnvVar

SDK_ENV = frozenset(
    {
        *AWS_KEY,
        *AWS_SECRET,
        "AZURE_CLIENT_SECRET",
        "AZURE_CLIENT_CERTIFICATE_PATH",
        "AZURE_USERNAME",
        "AZURE_PASSWORD",
    }
)
"""Variables that the clouds' SDKs look at by themselves, before any federated identity."""
_HOMES = ((".aws", Cloud.AWS), (".azure", Cloud.AZURE), ("gcloud", Cloud.GCP))
"""Directories in which SDKs look for credentials without being told."""


def static_keys(view: View) -> Iterator[Effective]:
    """Variables that hold a static credential, together for each cloud."""
    found: dict[str, list[EnvVar]] = {}
    for variable in view.env.values():
        cloud = _cloud(variable)
        if cloud and not _optional(variable):
            found.setdefault(cloud, []).append(variable)
    for cloud, variables in found.items():
        text = ", ".join(f"{one.name} {_from(one)}" for one in variables)
        traces = tuple(view.trace(one) for one in variables)
        whole = cloud != "aws" or bool(view.container.env_from)  # which may bring the other half
        problem = "" if whole else _half({one.name for one in variables})
        yield view.effective(Mechanism.STATIC, Cloud(cloud), None, text, traces, None, problem)


def _cloud(variable: EnvVar) -> str:
    cloud = STATIC_ENV.get(variable.name, "")
    secret = variable.secret
    if not cloud and secret is not None:
        cloud = static_cloud(secret.key)
    return cloud


def _optional(variable: EnvVar) -> bool:
    secret = variable.secret
    return secret is not None and secret.optional


def optional_keys(view: View, cloud: Cloud) -> str:
    """The Secret that would hold a static key of a cloud if it were there; empty without one."""
    for variable in view.env.values():
        secret = variable.secret
        if secret is not None and secret.optional and _cloud(variable) == cloud.value:
            return secret.name
    return ""


def _from(variable: EnvVar) -> str:
    secret = variable.secret
    if secret is not None:
        return f"from Secret {secret.name}"
    field, value = source_of(variable)
    return "as a literal" if field == "value" else f"from {value}"


def _half(names: set[str]) -> str:
    """Why the pair of AWS keys is none; only for the names that SDKs look at."""
    if names & AWS_KEY and not names & AWS_SECRET:
        return "there is an access key id and no secret access key"
    if names & AWS_SECRET and not names & AWS_KEY:
        return "there is a secret access key and no access key id"
    return ""


def _of_another(view: View, path: str) -> bool:
    """Whether the file, named for several clouds at once as Velero does, is one of another cloud:
    that of the nodes."""
    google = view.env.get("GOOGLE_APPLICATION_CREDENTIALS")
    home = view.pod.facts.cloud
    return google is not None and google.value == path and home in (Cloud.GCP, Cloud.AZURE)


def key_files(view: View) -> Iterator[Effective]:
    """Key files in mounted Secrets: named by AWS' variable, or where SDKs look by themselves."""
    variable = view.env.get("AWS_SHARED_CREDENTIALS_FILE")
    if variable is not None and variable.value and not _of_another(view, variable.value):
        file = view.file(variable.value)
        if file.mount and file.volume and file.volume.secret:
            text = f"{variable.value} from Secret {file.volume.secret.secret_name}"
            traces = (view.trace(variable), view.mounted(file.mount))
            yield view.effective(Mechanism.STATIC, Cloud.AWS, None, text, traces)
            return
    for mount in view.container.volume_mounts:
        volume = view.pod.volumes.get(mount.name)
        if volume is None or volume.secret is None:
            continue
        parts = mount.mount_path.strip("/").split("/")
        for home, cloud in _HOMES:
            if home in parts[-2:]:
                text = f"{mount.mount_path} from Secret {volume.secret.secret_name}"
                yield view.effective(Mechanism.STATIC, cloud, None, text, (view.mounted(mount),))
