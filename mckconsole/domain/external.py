"""Google's `external_account` configuration: how a workload elsewhere becomes a Google identity.

It holds no secret, but what is kept in its place may be a service account's key: only the fields
below are ever taken over. Source: google.aip.dev/auth/4117 and google-auth's external_account.
"""

from __future__ import annotations

import msgspec

from mckconsole.domain.text import clean, shorten

MAX_CREDENTIALS = 64 * 1024
"""Bytes up to which a text is looked at as credential configuration."""
_MAX_TEXT = 512


class CredentialSource(msgspec.Struct, frozen=True, gc=False):
    """Where the token to be exchanged comes from."""

    file: str = ""
    url: str = ""


class GoogleCredentials(msgspec.Struct, frozen=True, gc=False):
    """A Google credential configuration without anything secret in it."""

    type: str = ""
    """`external_account`, `service_account` (a static key), `authorized_user` …; empty when the
    text was no such JSON."""
    audience: str = ""
    credential_source: CredentialSource = CredentialSource()
    service_account_impersonation_url: str = ""


NO_CREDENTIALS = GoogleCredentials()
_DECODER = msgspec.json.Decoder(GoogleCredentials)


def read_credentials(text: str) -> GoogleCredentials:
    """What the configuration says, cleaned; `NO_CREDENTIALS` for anything else."""
    if len(text) > MAX_CREDENTIALS or '"type"' not in text:
        return NO_CREDENTIALS
    try:
        found = _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return NO_CREDENTIALS
    source = found.credential_source
    return GoogleCredentials(
        _short(found.type),
        _short(found.audience),
        CredentialSource(_short(source.file), _short(source.url)),
        _short(found.service_account_impersonation_url),
    )


def _short(text: str) -> str:
    return shorten(clean(text), _MAX_TEXT)
