"""Find the configuration file and read it, or say what is wrong with it.

The order is: `--config`, `MCKCONSOLE_CONFIG`, `$XDG_CONFIG_HOME/mckconsole/config.yaml`. Only the
last one may be missing; then the defaults hold, and the YAML library is not even imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mckconsole.config.checks import complaints
from mckconsole.config.model import Config, PrometheusConfig
from mckconsole.config.paths import config_file, expand

VARIABLE = "MCKCONSOLE_CONFIG"


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """The configuration and where it came from."""

    config: Config
    path: Path | None
    """The file that was read; None when there is none and the defaults hold."""


def find_config(explicit: str | None, *, env: Mapping[str, str]) -> Path | None:
    """The configuration file to read, or None when none is named and the default is not there."""
    named = explicit or env.get(VARIABLE)
    if named:
        return expand(named, env=env, relative_to=Path.cwd())
    default = config_file(env)
    return default if default.exists() else None


def load_config(explicit: str | None = None, *, env: Mapping[str, str]) -> LoadedConfig:
    """Find and read the configuration.

    Raises:
        ConfigError: the file cannot be read or used; it holds every problem that was found.
    """
    path = find_config(explicit, env=env)
    if path is None:
        return LoadedConfig(Config(), None)
    return LoadedConfig(read_config(path, env=env), path)


def read_config(path: Path, *, env: Mapping[str, str]) -> Config:
    """Read one file; relative paths in it are relative to its directory.

    Raises:
        ConfigError: as `load_config`.
    """
    from mckconsole.config.shape import read_shaped

    config, checker = read_shaped(path, Config)
    for key, message in complaints(config):
        checker.report(_line(checker.lines, key), key, message)
    checker.done()
    return _with_paths(config, lambda text: str(expand(text, env=env, relative_to=path.parent)))


def line_of_key(path: Path, key: str) -> int | None:
    """The line of a key of the root in a file that was read before; None when it is not there."""
    from yaml.nodes import MappingNode

    from mckconsole.config.yamltree import line_of, plain_key, read_tree

    root = read_tree(path)
    entries = root.value if isinstance(root, MappingNode) else ()
    return next((line_of(name) for name, _ in entries if plain_key(name) == key), None)


def _line(lines: Mapping[str, int], key: str) -> int | None:
    """The line of `key`, or of the nearest key around it when a default is the problem."""
    while key not in lines and "." in key:
        key = key.rpartition(".")[0]
    return lines.get(key, lines.get(""))


def _with_paths(config: Config, absolute: Callable[[str], str]) -> Config:
    """`config` with every file name in it made absolute; empty names stay empty."""

    def resolve(text: str) -> str:
        return absolute(text) if text else ""

    def endpoint(one: PrometheusConfig) -> PrometheusConfig:
        auth = one.basic_auth
        return msgspec.structs.replace(
            one,
            bearer_token_file=resolve(one.bearer_token_file),
            basic_auth=auth
            and msgspec.structs.replace(auth, password_file=resolve(auth.password_file)),
            tls=msgspec.structs.replace(
                one.tls,
                ca_file=resolve(one.tls.ca_file),
                cert_file=resolve(one.tls.cert_file),
                key_file=resolve(one.tls.key_file),
            ),
        )

    return msgspec.structs.replace(
        config,
        kubeconfig=[resolve(name) for name in config.kubeconfig],
        keymap=resolve(config.keymap),
        exports=resolve(config.exports),
        waivers=resolve(config.waivers),
        prometheus=[endpoint(one) for one in config.prometheus],
    )
