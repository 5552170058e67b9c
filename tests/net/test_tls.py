"""TLS towards loopback servers: trust, names, client certificates and their rotation."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from mckconsole.sources import errors, tls
from mckconsole.sources.endpoint import ClientCertificate, Secret, TLSSettings
from mckconsole.sources.limits import Limits
from mckconsole.sources.tlserrors import STRICT, Server, describe
from tests.net.loopback import (
    QUICK,
    Authority,
    FakeCredential,
    client,
    encrypted_key,
    endpoint,
    server,
)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def hello(request: web.Request) -> web.StreamResponse:
    """Says who the client is; a watch stays open."""
    peer = request.transport.get_extra_info("peercert") if request.transport else None
    name = dict(pair[0] for pair in peer["subject"])["commonName"] if peer else ""
    if "watch" not in request.query:
        return web.json_response({"name": name})
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b"{}\n")
    await asyncio.sleep(5)
    return response


async def test_ca_by_data_and_by_file(authority: Authority, tmp_path: Path) -> None:
    file = tmp_path / "ca.crt"
    file.write_bytes(b"a comment\n" + authority.pem)
    async with server(hello, authority.server_context("localhost")) as url:
        for settings in (TLSSettings(ca_data=authority.pem), TLSSettings(ca_file=file)):
            async with client(endpoint(url, tls=settings)) as api:
                assert (await api.get("/api")).body == b'{"name": ""}'


async def test_an_unknown_authority_is_refused_unless_told_otherwise(
    authority: Authority, tmp_path: Path
) -> None:
    stranger = TLSSettings(ca_data=Authority(tmp_path, "another").pem)
    async with server(hello, authority.server_context("localhost")) as url:
        for settings in (stranger, TLSSettings()):
            async with client(endpoint(url, tls=settings)) as api:
                with pytest.raises(errors.TLSFailed, match="unknown authority") as caught:
                    await api.get("/api")
                assert "certificate-authority" in caught.value.hint
                assert not caught.value.retryable
        async with client(endpoint(url, tls=TLSSettings(insecure=True))) as api:
            await api.get("/api")


@pytest.mark.parametrize(
    ("days", "words"),
    [((-9, -2), r"expired at 20\d\d-\d\d-\d\dT"), ((2, 9), r"not valid yet, only from 20\d\d-")],
)
async def test_dates_are_named(authority: Authority, days: tuple[int, int], words: str) -> None:
    settings = TLSSettings(ca_data=authority.pem)
    context = authority.server_context("localhost", days=days)
    async with server(hello, context) as url, client(endpoint(url, tls=settings)) as api:
        with pytest.raises(errors.TLSFailed, match=words):
            await api.get("/api")


async def test_names_wanted_and_got(authority: Authority) -> None:
    settings = TLSSettings(ca_data=authority.pem)
    context = authority.server_context("kube.internal", "10.0.0.1")
    async with server(hello, context) as url:
        async with client(endpoint(url, tls=settings)) as api:
            with pytest.raises(errors.TLSFailed) as caught:
                await api.get("/api")
        assert "is not for 'localhost', it has kube.internal, 10.0.0.1" in caught.value.message
        assert "tls-server-name" in caught.value.hint
        named = replace(settings, server_name="kube.internal")
        async with client(endpoint(url, tls=named)) as api:
            await api.get("/api")
        wrong = replace(settings, server_name="other.internal")
        async with client(endpoint(url, tls=wrong)) as api:
            with pytest.raises(errors.TLSFailed, match=r"not for 'other\.internal'"):
                await api.get("/api")
        with_ip = url.replace("localhost", "127.0.0.1")
        async with client(endpoint(with_ip, tls=settings)) as api:
            with pytest.raises(errors.TLSFailed, match=r"is not for '127\.0\.0\.1'"):
                await api.get("/api")


async def test_a_server_without_tls(authority: Authority) -> None:
    async with server(hello) as url:
        target = endpoint(url.replace("http:", "https:"), tls=TLSSettings(ca_data=authority.pem))
        async with client(target) as api:
            with pytest.raises(errors.TLSFailed, match="does not speak TLS"):
                await api.get("/api")


async def test_strict_verification_has_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Python 3.13 does by default, on whatever Python this is."""
    create = ssl.create_default_context

    def strict(*, cadata: str) -> ssl.SSLContext:
        context = create(cadata=cadata)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", strict)
    authority = Authority(tmp_path, key_ids=False)
    settings = TLSSettings(ca_data=authority.pem)
    context = authority.server_context("localhost")
    async with server(hello, context) as url, client(endpoint(url, tls=settings)) as api:
        with pytest.raises(errors.TLSFailed, match="breaks RFC 5280: ") as caught:
            await api.get("/api")
        assert "Python 3.13" in caught.value.hint


def test_an_expired_issuer_is_told_from_an_expired_certificate() -> None:
    certificate = {"notAfter": "Jan  1 00:00:00 2999 GMT"}
    found = describe(10, "certificate has expired", Server("h", 1, "h"), certificate)
    assert "an issuer of the certificate of h:1 has expired" in found.message
    assert "expired" in describe(10, "", Server("h", 1, "h"), {}).message
    assert "refused: odd" in describe(STRICT.stop, "odd", Server("h", 1, "h"), {}).message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"# Autorit\xc3\xa9\n-----BEGIN CERTIFICATE-----\n\xff\n-----END CERTIFICATE-----\n",
    ],
)
async def test_a_bad_ca_file_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ca.crt"
    file.write_bytes(content)
    async with client(endpoint("https://localhost:1", tls=TLSSettings(ca_file=file))) as api:
        with pytest.raises(errors.TLSFailed, match=r"ca\.crt holds no usable PEM"):
            await api.open()
    async with client(endpoint("https://localhost:1", tls=TLSSettings(ca_data=content))) as api:
        with pytest.raises(errors.TLSFailed, match="inline CA data"):
            await api.open()


async def test_an_unreadable_ca_file_is_named(tmp_path: Path) -> None:
    for file, words in ((tmp_path / "none", "No such file"), (tmp_path, "no regular file")):
        async with client(endpoint("https://localhost:1", tls=TLSSettings(ca_file=file))) as api:
            with pytest.raises(errors.TLSFailed, match=words) as caught:
                await api.open()
            assert str(file) in caught.value.message


async def test_a_replaced_ca_file_is_read_again(authority: Authority, tmp_path: Path) -> None:
    file = tmp_path / "ca.crt"
    file.write_bytes(Authority(tmp_path, "old").pem)
    async with server(hello, authority.server_context("localhost")) as url:
        target = endpoint(url, tls=TLSSettings(ca_file=file))
        limits = replace(QUICK, recheck_files=3600)
        async with client(target, limits) as api:
            with pytest.raises(errors.TLSFailed):
                await api.get("/api")
            file.write_bytes(authority.pem)
            await api.get("/api")  # a TLS failure makes it look again at once


# --- client certificates


def requiring(authority: Authority) -> ssl.SSLContext:
    context = authority.server_context("localhost")
    context.load_verify_locations(cadata=authority.pem.decode())
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def files(authority: Authority, name: str, days: tuple[int, int] = (-1, 9)) -> ClientCertificate:
    cert, key = authority.issue(name, client=True, days=days)
    return ClientCertificate(cert_file=cert, key_file=key)


def inline(certificate: ClientCertificate) -> ClientCertificate:
    assert certificate.cert_file
    assert certificate.key_file
    return ClientCertificate(
        cert_data=certificate.cert_file.read_bytes(),
        key_data=Secret(certificate.key_file.read_text()),
    )


async def test_client_certificates_by_file_and_inline(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    seen: list[tuple[str, int]] = []
    write = tls._write_private

    def spy(path: Path, data: bytes) -> Path:
        made = write(path, data)
        assert made.is_relative_to(runtime)
        seen.append((path.name, made.stat().st_mode & 0o777 | made.parent.stat().st_mode << 16))
        return made

    monkeypatch.setattr(tls, "_write_private", spy)
    settings = TLSSettings(ca_data=authority.pem)
    by_file = files(authority, "alice")
    async with server(hello, requiring(authority)) as url:
        for certificate in (
            by_file,
            inline(by_file),
            replace(inline(by_file), key_data=None, key_file=by_file.key_file),
        ):
            credential = FakeCredential(certificates=[certificate])
            async with client(endpoint(url, tls=settings, credential=credential)) as api:
                assert (await api.get("/api")).body == b'{"name": "alice"}'
    assert [name for name, _ in seen] == ["tls.crt", "tls.key", "tls.crt"]
    assert all(mode & 0o777 == 0o600 and mode >> 16 & 0o777 == 0o700 for _, mode in seen)
    assert list(runtime.iterdir()) == []


@contextmanager
def alerting_server(context: ssl.SSLContext) -> Iterator[str]:
    """A blocking TLS server: asyncio's hangs up without sending its alert, Go's sends it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    made, _ = listener.accept()
                except OSError:
                    return
                wrapped = context.wrap_socket(made, server_side=True, do_handshake_on_connect=False)
                with suppress(OSError):
                    wrapped.do_handshake()
                with socket.socket(fileno=wrapped.detach()) as plain, suppress(OSError):
                    plain.shutdown(socket.SHUT_WR)
                    while plain.recv(4096):  # closing with unread bytes would reset the alert away
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"https://localhost:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(2)


async def test_a_missing_or_expired_client_certificate_is_named(authority: Authority) -> None:
    settings = TLSSettings(ca_data=authority.pem)
    expired = FakeCredential(certificates=[files(authority, "old", days=(-9, -2))])
    with alerting_server(requiring(authority)) as url:
        async with client(endpoint(url, tls=settings)) as api:
            with pytest.raises(errors.TLSFailed, match="requires a client certificate"):
                await api.get("/api")
        async with client(endpoint(url, tls=settings, credential=expired)) as api:
            with pytest.raises(errors.TLSFailed, match="client certificate has expired"):
                await api.get("/api")


async def test_client_certificates_that_cannot_be_loaded(
    authority: Authority, tmp_path: Path
) -> None:
    good, other = files(authority, "a"), files(authority, "b")
    garbage, locked = tmp_path / "garbage", tmp_path / "locked"
    garbage.write_text("garbage")
    locked.write_bytes(encrypted_key())
    cases = (
        (ClientCertificate(cert_file=tmp_path / "none"), "cannot read .*none: No such file"),
        (ClientCertificate(cert_file=garbage), "garbage: not usable as PEM"),
        (replace(good, key_file=other.key_file), "the key does not belong to it"),
        (replace(good, key_file=locked), "the client key is encrypted"),
        (ClientCertificate(key_data=Secret("k")), "without a client certificate"),
        (ClientCertificate(cert_data=b"x", key_data=Secret("hush")), "in the kubeconfig: not us"),
    )
    for certificate, words in cases:
        credential = FakeCredential(certificates=[certificate])
        async with client(endpoint("https://localhost:1", credential=credential)) as api:
            with pytest.raises(errors.TLSFailed, match=words) as caught:
                await api.open()
            assert "hush" not in str(caught.value)


async def test_rotated_files_bring_a_new_connection_and_end_streams(authority: Authority) -> None:
    certificate = files(authority, "alice")
    credential = FakeCredential(certificates=[certificate])
    target = endpoint("", tls=TLSSettings(ca_data=authority.pem), credential=credential)
    async with (
        server(hello, requiring(authority)) as url,
        client(replace(target, base_url=url)) as api,
        api.stream("/api", {"watch": "1"}, idle=3) as stream,
    ):
        chunks = stream.chunks()
        assert await anext(chunks) == b"{}\n"
        fresh = files(authority, "alice-2")
        for new, old in (
            (fresh.cert_file, certificate.cert_file),
            (fresh.key_file, certificate.key_file),
        ):
            assert new
            assert old
            new.replace(old)
        assert (await api.get("/api")).body == b'{"name": "alice-2"}'
        with pytest.raises(errors.ConnectFailed):
            await anext(chunks)


async def test_a_list_in_flight_is_read_to_its_end_when_files_rotate(authority: Authority) -> None:
    certificate = files(authority, "alice")
    started, proceed = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        if request.path == "/slow":
            started.set()
            await proceed.wait()
        return await hello(request)

    credential = FakeCredential(certificates=[certificate])
    target = endpoint("", tls=TLSSettings(ca_data=authority.pem), credential=credential)
    async with (
        server(slow, requiring(authority)) as url,
        client(replace(target, base_url=url), Limits(recheck_files=0)) as api,
    ):
        listing = asyncio.create_task(api.get("/slow"))
        await started.wait()
        credential.certificates = [files(authority, "bob")]
        assert (await api.get("/api")).body == b'{"name": "bob"}'
        proceed.set()
        assert (await listing).body == b'{"name": "alice"}'


async def test_a_renewal_may_bring_a_new_certificate(authority: Authority) -> None:
    async def picky(request: web.Request) -> web.StreamResponse:
        response = await hello(request)
        assert isinstance(response, web.Response)
        return response if "new" in (response.text or "") else web.Response(status=401)

    names = [inline(files(authority, name)) for name in ("old", "new")]
    credential = FakeCredential(certificates=names, last=1)
    settings = TLSSettings(ca_data=authority.pem)
    async with server(picky, requiring(authority)) as url:
        async with client(endpoint(url, tls=settings, credential=credential)) as api:
            assert (await api.get("/api")).body == b'{"name": "new"}'
        async with client(
            endpoint(
                url,
                tls=settings,
                credential=FakeCredential(certificates=[names[0], names[0]], last=9),
            )
        ) as api:
            with pytest.raises(errors.Unauthorized):
                await api.get("/api")
    assert credential.renewals == 1


async def test_contexts_of_equal_settings_are_shared(authority: Authority) -> None:
    settings = TLSSettings(ca_data=authority.pem)
    first = tls.build_context(settings, None)
    assert tls.build_context(TLSSettings(ca_data=bytes(authority.pem)), None) is first
    assert tls.build_context(TLSSettings(insecure=True), None) is not first
    assert tls.build_context(settings, files(authority, "a")) is not first
    assert tls.unshared_context(settings) is not first
