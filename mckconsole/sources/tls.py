"""SSL contexts: built off the event loop, shared where they can be, rebuilt when files change.

Loading the system's CA bundle takes some 20 ms, so 200 clusters must not each do it on the event
loop. Contexts without a client certificate are shared between clusters of equal settings. Nothing
here ever lowers verification that the kubeconfig did not lower.
"""

from __future__ import annotations

import os
import ssl
import stat
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from weakref import WeakValueDictionary

from mckconsole.sources.endpoint import ClientCertificate, TLSSettings
from mckconsole.sources.errors import TLSFailed

MAX_PEM = 4 * 1024 * 1024
"""Bytes of a CA or certificate file that are worth reading."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a context was built from; another one means that it must be built anew."""

    ca: object
    insecure: bool
    certificate: object


_lock = threading.Lock()
_shared: WeakValueDictionary[Fingerprint, ssl.SSLContext] = WeakValueDictionary()


def fingerprint(settings: TLSSettings, certificate: ClientCertificate | None) -> Fingerprint:
    """The identity of the material that both name, without reading the files (`stat` only)."""
    ca: object = settings.ca_data
    if ca is None and settings.ca_file is not None:
        ca = _stamp(settings.ca_file)
    return Fingerprint(ca, settings.insecure, _certificate_stamp(certificate))


def names_files(settings: TLSSettings, certificate: ClientCertificate | None) -> bool:
    """Whether there is any file that `fingerprint` would have to look at."""
    trusted = settings.ca_data is None and settings.ca_file is not None
    return trusted or bool(certificate and (certificate.cert_file or certificate.key_file))


def build_context(settings: TLSSettings, certificate: ClientCertificate | None) -> ssl.SSLContext:
    """Build or share the context for these settings; blocks, so call it in a thread.

    Raises:
        TLSFailed: a CA or client certificate cannot be read or used; names the file.
    """
    if certificate is not None:
        context = unshared_context(settings)
        load_certificate(context, certificate)
        return context
    key = fingerprint(settings, None)
    with _lock:
        context_or_none = _shared.get(key)
        if context_or_none is None:
            context_or_none = _shared[key] = unshared_context(settings)
        return context_or_none


def unshared_context(settings: TLSSettings) -> ssl.SSLContext:
    """A context of the caller's own, without client certificate; blocks, raises TLSFailed."""
    if settings.insecure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context = _verifying_context(settings)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _verifying_context(settings: TLSSettings) -> ssl.SSLContext:
    where, pem = "", settings.ca_data
    if pem is not None:
        where = "the inline CA data"
    elif settings.ca_file is not None:
        where, pem = str(settings.ca_file), _read_pem(settings.ca_file, "the CA file")
    if pem is None:
        return ssl.create_default_context()
    try:
        # Python reads an empty cadata as "none given" and would trust the system's CAs instead, and
        # takes ASCII only: a comment between the certificates may hold more.
        return ssl.create_default_context(cadata=pem.decode("ascii", "ignore") or "empty")
    except (ssl.SSLError, ValueError):
        raise TLSFailed(
            f"{where} holds no usable PEM certificate",
            hint="put the cluster's CA certificate there, as PEM",
        ) from None


def load_certificate(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    """Load the client certificate and key; inline data touches the disk only for the load.

    Raises:
        TLSFailed: unreadable, not PEM, encrypted, or a key that does not fit.
    """
    if certificate.cert_data is None and certificate.cert_file is None:
        raise TLSFailed("a client key without a client certificate", hint=_CERTIFICATE_HINT)
    cert, key = certificate.cert_file, certificate.key_file
    if certificate.cert_data is None and certificate.key_data is None:
        _load_chain(context, cert, key, str(cert))
        return
    try:
        with tempfile.TemporaryDirectory(prefix="mckconsole-", dir=_private_root()) as directory:
            if certificate.cert_data is not None:
                cert = _write_private(Path(directory, "tls.crt"), certificate.cert_data)
            if certificate.key_data is not None:
                revealed = certificate.key_data.reveal().encode()
                key = _write_private(Path(directory, "tls.key"), revealed)
            _load_chain(context, cert, key, "in the kubeconfig")
    except OSError as error:
        raise TLSFailed(
            f"cannot hold the client certificate in a temporary file: {error.strerror}",
            hint="XDG_RUNTIME_DIR or TMPDIR must be writable",
        ) from None


_CERTIFICATE_HINT = "renew the client certificate of this kubeconfig user"


def _load_chain(context: ssl.SSLContext, cert: Path | None, key: Path | None, where: str) -> None:
    def refuse_password() -> NoReturn:
        # Without this OpenSSL asks for a passphrase on the terminal.
        raise ValueError("the client key is encrypted")

    try:
        context.load_cert_chain(str(cert), None if key is None else str(key), refuse_password)
    except ssl.SSLError as error:
        mismatch = "KEY_VALUES_MISMATCH" in (error.reason or "")
        what = "the key does not belong to it" if mismatch else "not usable as PEM"
        raise TLSFailed(f"client certificate {where}: {what}", hint=_CERTIFICATE_HINT) from None
    except ValueError as error:
        raise TLSFailed(f"client certificate {where}: {error}", hint=_CERTIFICATE_HINT) from None
    except OSError as error:
        name = key if key is not None and not os.access(key, os.R_OK) else cert
        raise TLSFailed(
            f"cannot read client certificate {name}: {error.strerror}", hint=_CERTIFICATE_HINT
        ) from None


def _private_root() -> str | None:
    """The user's runtime directory (memory on most systems), else the default for temp files."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    usable = os.path.isabs(runtime) and os.access(runtime, os.W_OK | os.X_OK)
    return runtime if usable else None


def _write_private(path: Path, data: bytes) -> Path:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    return path


def _read_pem(path: Path, what: str) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise TLSFailed(f"{what} {path} is no regular file", hint="name a PEM file")
        with path.open("rb") as file:
            return file.read(MAX_PEM)
    except OSError as error:
        raise TLSFailed(
            f"cannot read {what} {path}: {error.strerror}",
            hint="correct certificate-authority in the kubeconfig",
        ) from None


def _stamp(path: Path) -> object:
    try:
        found = path.stat()
    except OSError as error:
        return (str(path), error.errno)
    return (str(path), found.st_mtime_ns, found.st_size, found.st_ino)


def _certificate_stamp(certificate: ClientCertificate | None) -> object:
    if certificate is None:
        return None
    key = certificate.key_data
    return (
        certificate.cert_data,
        None if key is None else hash(key.reveal()),
        None if certificate.cert_file is None else _stamp(certificate.cert_file),
        None if certificate.key_file is None else _stamp(certificate.key_file),
    )
