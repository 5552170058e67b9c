"""Credentials for a Prometheus endpoint: read from their files at each request, never kept.

Rotated tokens are picked up by the next request. What was sent is remembered only so that
`redact` can take it out of an error page that echoes it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from mckconsole.config.model import PrometheusConfig
from mckconsole.sources.endpoint import Secret
from mckconsole.sources.prometheus.trouble import PrometheusTrouble

MAX_CREDENTIAL_BYTES = 64 * 1024
REDACTED = "‹redacted›"


class Authenticator:
    """Makes the request headers of one endpoint; used by one thread at a time."""

    def __init__(self, config: PrometheusConfig) -> None:
        self._config = config
        self._sent: list[Secret] = []

    def headers(self) -> Mapping[str, str]:
        """Headers for the next request; this reads files, so never on the event loop.

        Raises:
            PrometheusTrouble: a credential file is not readable or holds no single line.
        """
        headers = dict(self._config.headers)
        basic = self._config.basic_auth
        if self._config.bearer_token_file:
            token = _read_line(self._config.bearer_token_file, "bearerTokenFile")
            self._sent = [token]
            headers["Authorization"] = f"Bearer {token.reveal()}"
        elif basic is not None:
            password = _read_line(basic.password_file, "basicAuth.passwordFile", ascii_only=False)
            pair = f"{basic.username}:{password.reveal()}".encode()
            token = Secret(base64.b64encode(pair).decode("ascii"))
            self._sent = [token, password]
            headers["Authorization"] = f"Basic {token.reveal()}"
        return headers

    def redact(self, text: str) -> str:
        """`text` without any credential that was sent last."""
        for secret in self._sent:
            text = text.replace(secret.reveal(), REDACTED)
        return text


def _read_line(file: str, key: str, *, ascii_only: bool = True) -> Secret:
    path = Path(file).expanduser()
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_CREDENTIAL_BYTES + 1)
    except OSError as error:
        raise PrometheusTrouble(
            f"cannot read {path}: {error.strerror or type(error).__name__}", hint=f"check {key}"
        ) from None
    try:
        text = raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        text = ""
    usable = text.isprintable() and (text.isascii() or not ascii_only)
    if not text or not usable or len(raw) > MAX_CREDENTIAL_BYTES:
        raise PrometheusTrouble(f"{path} does not hold one line of text", hint=f"check {key}")
    return Secret(text)
