"""Which names say that what stands beside them is a credential.

Names are compared without case and separators: `clientSecret`, `client-secret` and `CLIENT_SECRET`
are one. A name that only refers to a credential (`secretName`, `tokenExpirationSeconds`) is told
apart by its end, and only for values that could be such a reference. In doubt it is a credential.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SEPARATORS = re.compile(r"[\W_]+")

_WORDS = _words(
    "password passwd passphrase token secret psk privatekey privkey apikey accesskey accountkey"
    " sharedkey sessionkey signingkey encryptionkey masterkey storagekey hmackey sshkey clientkey"
    " keydata credential authorization connectionstring connstr cookie bearer dockerconfig"
    " dockercfg kubeconfig htpasswd pgpass netrc passcode pincode mnemonic webhookurl"
    " idrsa ided25519 idecdsa iddsa"
)
"""A name that holds one of these."""
_WHOLE = frozenset(
    ("auth", "pass", "pwd", "pw", "pat", "sas", "jwt", "sig", "pin", "dsn", "salt", "brokerk8sca")
)
"""A name that is one of these."""
_KEY_SUFFIX = re.compile(r"[._-]key$", re.IGNORECASE)
"""`STRIPE_KEY`, `tls.key`; but not `topologyKey`."""
_SUFFIXES = ("_pass", "_pwd", "_auth", "_pat", "-pass", "-pwd", ".pass", ".pwd")
_PUBLIC = ("public", "pubkey", "pub-key", "pub_key", "cabundle")

_REFERENCES = _words(
    "name names namespace namespaces ref refs kind type class policy mode provider version uid"
    " audience issuer status phase reason"
)
"""A name that ends so speaks about a credential, if its value could be a name."""
_AMOUNTS = _words(
    "seconds minutes hours days ttl expiration expiry duration count size length limit bytes"
    " version port generation retries period interval time"
)
"""A name that ends so may hold a number."""
_PLACES = ("file", "path", "dir", "mount", "directory")
"""A name that ends so may hold an absolute path."""
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:/-]{0,61}[A-Za-z0-9])?")
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?(?:ms|s|m|h|d)?")
_PATH = re.compile(r"/[\w./*-]{0,200}")

_SETTINGS = frozenset(
    _words("true false yes no on off enabled disabled none null enable disable required optional")
)
_VARIABLE = re.compile(r"\$\(\w{1,200}\)|\$\{\w{1,200}\}")

_HOLDERS = frozenset(
    _words("secretkeyref secretref imagepullsecrets secrets secret serviceaccounttoken tokens")
)
"""Containers that by Kubernetes' conventions refer to credentials and hold none."""
_INSIDE = frozenset(
    _words(
        "name namespace key optional kind group apiversion apigroup path audience secretname mode"
        " uid fieldpath resourceversion"
    )
)
"""What such a reference is made of."""


def fold(name: str) -> str:
    """A name without case and separators."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name)
    return _SEPARATORS.sub("", name).casefold()


@lru_cache(maxsize=4096)
def is_sensitive(name: str) -> bool:
    """Whether a value of this name is to be taken for a credential."""
    folded = fold(name)
    if any(word in folded for word in _WORDS) or folded in _WHOLE:
        return True
    lowered = name.casefold()
    if lowered.endswith(_SUFFIXES):
        return True
    return bool(_KEY_SUFFIX.search(name)) and not any(word in lowered for word in _PUBLIC)


def is_reference(name: str, value: str) -> bool:
    """Whether a value under a sensitive name only speaks about the credential."""
    if value.casefold() in _SETTINGS or _VARIABLE.fullmatch(value):
        return True
    folded = fold(name)
    if folded.endswith(_REFERENCES):
        return bool(_NAME.fullmatch(value))
    if folded.endswith(_AMOUNTS):
        return bool(_NUMBER.fullmatch(value))
    return folded.endswith(_PLACES) and bool(_PATH.fullmatch(value))


def refers(name: str) -> bool:
    """Whether a container of this name holds references to credentials, not credentials."""
    folded = fold(name)
    return folded in _HOLDERS or folded.endswith(("ref", "refs"))


def is_part_of_reference(name: str, value: str) -> bool:
    """Whether a field of a reference is one of those that name what is referred to."""
    return fold(name) in _INSIDE and bool(_NAME.fullmatch(value))


def is_public(name: str) -> bool:
    """Whether a value of this name is public by its nature, however random it looks."""
    folded = fold(name)
    ends = ("digest", "checksum", "hash", "sha256", "sha", "fingerprint", "thumbprint", "uid")
    return folded.endswith(ends) or any(
        word in folded for word in ("public", "pubkey", "cabundle", "certificate", "cert")
    )
