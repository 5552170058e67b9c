"""Which kubeconfig files are read, and what they say together.

The rules are clientcmd's (client-go `tools/clientcmd/loader.go`): the first file that sets a name
or current-context wins, an entry is never mixed from two files, missing files of a list are
skipped and told, one of them must exist. Where a rule hides something from the user, it is said.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mckconsole.config.model import Config
from mckconsole.config.paths import expand, home
from mckconsole.domain.text import clean, shorten
from mckconsole.sources.kubeconfig_fields import KubeconfigError
from mckconsole.sources.kubeconfig_file import (
    KubeCluster,
    KubeconfigFile,
    KubeContext,
    KubeUser,
    read_file,
)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The files to read, in order of precedence."""

    paths: tuple[Path, ...]
    source: str
    """Who named them, for errors: `--kubeconfig`, `KUBECONFIG` …"""
    named: bool
    """Whether somebody asked for them; if not, none of them has to exist."""


@dataclass(frozen=True, slots=True)
class Merged:
    """All files taken together."""

    files: tuple[Path, ...]
    clusters: Mapping[str, KubeCluster]
    users: Mapping[str, KubeUser]
    contexts: Mapping[str, KubeContext]
    current_context: str
    problems: tuple[str, ...]


def candidates(explicit: str | None, env: Mapping[str, str], config: Config) -> Candidates:
    """`--kubeconfig`, else `kubeconfig` of the configuration, else KUBECONFIG, else the default."""
    here = Path.cwd()
    if explicit is not None:
        if not explicit:
            raise KubeconfigError("--kubeconfig: no file named")
        return Candidates((Path(explicit),), "--kubeconfig", named=True)
    if config.kubeconfig:
        paths = [expand(text, env=env, relative_to=here) for text in config.kubeconfig]
        return Candidates(tuple(dict.fromkeys(paths)), "kubeconfig of the configuration", True)
    listed = [text for text in env.get("KUBECONFIG", "").split(os.pathsep) if text]
    if listed:
        return Candidates(tuple(map(Path, dict.fromkeys(listed))), "KUBECONFIG", named=True)
    return Candidates((home(env) / ".kube" / "config",), "the default", named=False)


def read_all(wanted: Candidates) -> Merged | None:
    """Read and merge; None when no file is there and nobody asked for one.

    Raises:
        KubeconfigError: a file cannot be used, or none of the named files exists.
    """
    files, missing = [], []
    for path in wanted.paths:
        try:
            files.append(read_file(path))
        except FileNotFoundError:
            missing.append(clean(f"{path}: no such file (named by {wanted.source}); skipped"))
    if files:
        return _merge(files, missing)
    if not wanted.named:
        return None
    names = ", ".join(map(str, wanted.paths))
    raise KubeconfigError(f"{names}: no such file (named by {wanted.source})")


def _merge(files: Sequence[KubeconfigFile], missing: Sequence[str]) -> Merged:
    clusters: dict[str, KubeCluster] = {}
    users: dict[str, KubeUser] = {}
    contexts: dict[str, KubeContext] = {}
    for file in reversed(files):
        clusters.update(file.clusters)
        users.update(file.users)
    for file in files:
        for name, context in file.contexts.items():
            contexts.setdefault(name, context)
    problems = [problem for file in files for problem in file.problems]
    return Merged(
        files=tuple(file.path for file in files),
        clusters=clusters,
        users=users,
        contexts=contexts,
        current_context=next((file.current_context for file in files if file.current_context), ""),
        problems=(*missing, *problems, *_hidden(files)),
    )


def _hidden(files: Sequence[KubeconfigFile]) -> list[str]:
    """Entries that another file's entry of the same name, but other content, displaces.

    The classic of merged fleets: two files whose user is `kubernetes-admin`, and the contexts of
    the second sign in with the credential of the first.
    """
    problems = []
    owner: dict[tuple[str, str], KubeconfigFile] = {}
    for file in files:
        for key, digest in file.digests.items():
            first = owner.setdefault(key, file)
            if first.digests[key] == digest:
                continue
            what, name = key[0].removesuffix("s"), shorten(key[1], 100)
            problems.append(
                clean(
                    f"{file.path}: {what} {name} is hidden by the {what} of the same name in "
                    f"{first.path} (the first file wins, as in kubectl); rename one of them"
                )
            )
    return problems
