"""The fields of pods and pod templates in which people write credentials.

References (`valueFrom`, `envFrom`) name a Secret and hold none: they are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from mckconsole.detect.annotations import annotation_parts
from mckconsole.detect.families.commands import is_glued, word_name
from mckconsole.detect.model import Siblings, Where
from mckconsole.detect.names import shown
from mckconsole.detect.parts import Part, Place

_LISTS = ("containers", "initContainers", "ephemeralContainers")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HOOKS = ("postStart", "preStop")
_FLAG = re.compile(r"--?[A-Za-z][A-Za-z0-9._-]{0,63}\Z")
_FLAG_VALUE = re.compile(r"--?([A-Za-z][A-Za-z0-9._-]{0,63})=")


def template_parts(template: Any, path: str, fields: tuple[str, ...]) -> Iterator[Part]:
    """All that is looked at of a pod template, or of a pod, which has the same shape."""
    if not isinstance(template, dict):
        return
    metadata = template.get("metadata")
    if isinstance(metadata, dict):
        root = f"{path}metadata"
        yield from annotation_parts(metadata.get("annotations"), root, (*fields, "f:metadata"))
    yield from spec_parts(template.get("spec"), f"{path}spec", (*fields, "f:spec"))


def spec_parts(spec: Any, path: str, fields: tuple[str, ...]) -> Iterator[Part]:
    """The containers of a pod spec."""
    if not isinstance(spec, dict):
        return
    for name in _LISTS:
        for at, container in enumerate(_list(spec.get(name))):
            if isinstance(container, dict):
                own = msgspec.json.encode({"name": container.get("name")}).decode()
                within = (*fields, f"f:{name}", f"k:{own}")
                yield from _container(container, f"{path}.{name}[{at}]", within)


def _container(container: dict[str, Any], path: str, fields: tuple[str, ...]) -> Iterator[Part]:
    yield from _environment(_list(container.get("env")), f"{path}.env", (*fields, "f:env"))
    command = _list(container.get("command"))
    program = str(command[0]) if command else ""
    for name in ("command", "args"):
        begun = program if name == "args" else ""
        within = (*fields, f"f:{name}")
        yield from _words(container.get(name), f"{path}.{name}", name, within, begun)
    for name in _PROBES:
        yield from _handler(container.get(name), f"{path}.{name}", (*fields, f"f:{name}"))
    hooks = container.get("lifecycle")
    if not isinstance(hooks, dict):
        return
    for name in _HOOKS:
        within = (*fields, "f:lifecycle", f"f:{name}")
        yield from _handler(hooks.get(name), f"{path}.lifecycle.{name}", within)


def _environment(entries: list[Any], path: str, fields: tuple[str, ...]) -> Iterator[Part]:
    literal = [
        (at, one["name"], one["value"].encode())
        for at, one in enumerate(entries)
        if isinstance(one, dict)
        and isinstance(one.get("name"), str)
        and isinstance(one.get("value"), str)
        and one["value"]
    ]
    siblings = Siblings({name: value for _, name, value in literal})
    for at, name, value in literal:
        own = msgspec.json.encode({"name": name}).decode()
        within = (*fields, f"k:{own}", "f:value")
        place = Place(Where.ENV, f"{path}[{at}].value", shown(name), within)
        yield Part(value, name, place.path, place, siblings)


def _words(
    found: Any, path: str, key: str, fields: tuple[str, ...], program: str = ""
) -> Iterator[Part]:
    """Words of a command line; the name of one is the flag in it or in front of it.

    Args:
        program: that the words are arguments of; otherwise it is the first of them.
    """
    flag = ""
    for at, word in enumerate(_list(found)):
        if not isinstance(word, str):
            continue
        place = Place(Where.ARGUMENT, f"{path}[{at}]", key, fields)
        name, value = _named(program, flag, word)
        if value:
            yield Part(value.encode(), name, place.path, place)
        flag = word if _FLAG.match(word) else ""
        program = program or word


def _named(program: str, flag: str, word: str) -> tuple[str, str]:
    """The name of a word, and what of it is the value."""
    if split := _FLAG_VALUE.match(word):
        return split[1], word[split.end() :]
    if is_glued(program, word):
        return f"{program.rpartition('/')[2]} -p", word[2:]
    return word_name(program, flag) or flag.lstrip("-"), word


def _handler(found: Any, path: str, fields: tuple[str, ...]) -> Iterator[Part]:
    """Command and headers of a probe or hook."""
    if not isinstance(found, dict):
        return
    run, get = found.get("exec"), found.get("httpGet")
    if isinstance(run, dict):
        within = (*fields, "f:exec", "f:command")
        yield from _words(run.get("command"), f"{path}.exec.command", "command", within)
    if not isinstance(get, dict):
        return
    for at, header in enumerate(_list(get.get("httpHeaders"))):
        if isinstance(header, dict) and isinstance(header.get("value"), str):
            name = str(header.get("name", ""))
            within = (*fields, "f:httpGet", "f:httpHeaders")
            where = f"{path}.httpGet.httpHeaders[{at}].value"
            place = Place(Where.ARGUMENT, where, shown(name), within)
            yield Part(header["value"].encode(), name, place.path, place)


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
