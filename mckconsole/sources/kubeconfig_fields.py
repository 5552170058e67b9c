"""Typed access to what kubectl's files say; a wrong type names file and key, never the value."""

from __future__ import annotations

from pathlib import Path

from mckconsole.domain.text import clean, shorten
from mckconsole.sources.endpoint import Secret
from mckconsole.sources.yamltext import Value


class KubeconfigError(Exception):
    """The kubeconfig cannot be used at all; names file and key. A usage error (exit code 2)."""

    def __init__(self, message: str) -> None:
        super().__init__(shorten(clean(message), 1000))


class Fields:
    """A mapping of the file, with typed access.

    `place` is its file and key, `FILE: contexts[2].context`; of the whole file it is `FILE: `.
    """

    def __init__(self, value: Value, place: str) -> None:
        if value is not None and not isinstance(value, dict):
            raise KubeconfigError(
                f"{place.removesuffix(': ')}: expected a mapping, found {kind_of(value)}"
            )
        self._values: dict[str, Value] = value or {}
        self.place = place
        self._prefix = place if place.endswith(": ") else f"{place}."

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def raw(self, key: str) -> Value:
        """The value as it stands, None when absent."""
        return self._values.get(key)

    def text(self, key: str) -> str:
        """A text, empty when absent."""
        return self._as_text(self._values.get(key), key)

    def secret(self, key: str) -> Secret | None:
        """A text that is a credential, None when absent or empty."""
        text = self.text(key)
        return Secret(text) if text else None

    def flag(self, key: str) -> bool:
        """A boolean, False when absent."""
        value = self._values.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise self._wrong(key, "true or false", value)

    def path(self, key: str, base: Path) -> Path | None:
        """A file name, relative to the directory `base`; None when absent or empty."""
        text = self.text(key)
        if "\0" in text:
            raise KubeconfigError(f"{self._prefix}{key}: no usable file name")
        return base / text if text else None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(
            self._as_text(item, f"{key}[{index}]") for index, item in enumerate(self._list(key))
        )

    def sub(self, key: str) -> Fields:
        """A mapping, empty when absent."""
        return Fields(self._values.get(key), f"{self._prefix}{key}")

    def subs(self, key: str) -> list[Fields]:
        """A list of mappings."""
        return [
            Fields(item, f"{self._prefix}{key}[{index}]")
            for index, item in enumerate(self._list(key))
        ]

    def keys(self) -> tuple[str, ...]:
        """The keys in their order."""
        return tuple(self._values)

    def _list(self, key: str) -> list[Value]:
        value = self._values.get(key)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        raise self._wrong(key, "a list", value)

    def _as_text(self, value: Value, key: str) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        raise self._wrong(key, "text", value)

    def _wrong(self, key: str, wanted: str, found: Value) -> KubeconfigError:
        return KubeconfigError(f"{self._prefix}{key}: expected {wanted}, found {kind_of(found)}")


def kind_of(value: Value) -> str:
    """What a value is, without showing it."""
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else "text"
