"""Written-down credentials, certificate dates, plugin policies, and that no value ever shows."""

from __future__ import annotations

import base64
import logging
import os
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.config.model import ExecConfig
from mckconsole.sources.certificates import Validity, read_validity
from mckconsole.sources.credentials import (
    Anonymous,
    CertificateCredential,
    FileToken,
    StaticToken,
    WithCertificate,
)
from mckconsole.sources.endpoint import ClientCertificate, Secret
from mckconsole.sources.errors import LoginRequired
from mckconsole.sources.exec_policy import checked_policy, find_program, policy_of_config
from mckconsole.sources.kubeconfig import KubeconfigError
from mckconsole.sources.kuberc import read_kuberc
from tests.unit.certificates import make_certificate
from tests.unit.kubeconfigs import kubeconfig, load, write


class Clock:
    """Monotonic seconds that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def rewrite(path: Path, text: str, *, unnoticed: bool = False) -> None:
    """Replace the content; unnoticed: with the size and modification time of before."""
    found = path.stat()
    path.write_text(text)
    if unnoticed:
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


async def bearer(credential: FileToken | StaticToken) -> str:
    return (await credential.headers())["Authorization"].reveal()


class TestFileToken:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "token"
        path.write_text("  one\n")
        return path

    async def test_a_change_of_the_file_is_noticed(self, path: Path) -> None:
        credential = FileToken(path, monotonic=Clock())
        assert await bearer(credential) == "Bearer one"
        rewrite(path, "second\n")
        assert await bearer(credential) == "Bearer second"

    async def test_it_is_read_each_minute_even_if_it_looks_the_same(self, path: Path) -> None:
        clock = Clock()
        credential = FileToken(path, monotonic=clock)
        assert await bearer(credential) == "Bearer one"
        rewrite(path, "  two\n", unnoticed=True)
        assert await bearer(credential) == "Bearer one"
        clock.now += 60
        assert await bearer(credential) == "Bearer two"

    async def test_renewing_reads_it_again(self, path: Path) -> None:
        credential = FileToken(path, monotonic=Clock())
        await bearer(credential)
        assert not await credential.renew()
        rewrite(path, "  two\n", unnoticed=True)
        assert await credential.renew()
        assert await bearer(credential) == "Bearer two"

    async def test_a_token_that_was_read_outlives_its_file(self, path: Path) -> None:
        credential = FileToken(path, monotonic=Clock())
        await bearer(credential)
        os.unlink(path)
        assert await bearer(credential) == "Bearer one"

    @pytest.mark.parametrize("content", ["", "\n", "a b", "a\0", "é"])
    async def test_a_file_without_a_usable_token(self, path: Path, content: str) -> None:
        rewrite(path, content)
        with pytest.raises(LoginRequired, match="holds no usable token"):
            await FileToken(path).headers()

    async def test_no_file_no_regular_file(self, tmp_path: Path) -> None:
        with pytest.raises(LoginRequired, match="No such file"):
            await FileToken(tmp_path / "gone").headers()
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(LoginRequired, match="no usable token"):
            await FileToken(tmp_path / "pipe").headers()


class TestOthers:
    async def test_anonymous_sends_nothing(self) -> None:
        credential = Anonymous()
        assert await credential.headers() == {}
        assert await credential.client_certificate() is None
        assert not await credential.renew()
        assert credential.expires_at() is None

    async def test_a_certificate_with_a_token(self) -> None:
        cert, _ = make_certificate(0, 2_000_000_000)
        certificate = CertificateCredential(ClientCertificate(cert_data=cert))
        both = WithCertificate(certificate, StaticToken(Secret("t")))
        assert both.expires_at() == 2_000_000_000
        assert not await both.renew()
        assert await both.client_certificate() == ClientCertificate(cert_data=cert)
        assert (await both.headers())["Authorization"].reveal() == "Bearer t"

    def test_a_certificate_file_that_is_gone_has_no_date(self, tmp_path: Path) -> None:
        credential = CertificateCredential(ClientCertificate(cert_file=tmp_path / "gone"))
        assert credential.expires_at() is None
        assert credential.describe() == f"client certificate {tmp_path}/gone"


class TestValidity:
    @pytest.mark.parametrize("end", [1_000_000_000, 2_000_000_000, 2_600_000_000])
    def test_dates_of_both_forms(self, end: int) -> None:
        """After 2049 the date is a GeneralizedTime."""
        pem, _ = make_certificate(0, end)
        assert read_validity(b"leading text\n" + pem + pem) == Validity(0, end)

    def test_no_certificate_no_dates(self) -> None:
        assert read_validity(b"") is None
        _, key = make_certificate(0, 1)
        assert read_validity(key) is None

    @given(cut=st.integers(0, 250), position=st.integers(0, 250), byte=st.integers(0, 255))
    def test_damage_never_raises(self, cut: int, position: int, byte: int) -> None:
        der = bytearray(DER)
        der[position % len(der)] = byte
        body = base64.b64encode(bytes(der[: len(der) - cut]))
        pem = b"-----BEGIN CERTIFICATE-----\n" + body + b"\n-----END CERTIFICATE-----\n"
        found = read_validity(pem)
        assert found is None or found.not_before >= -3_000_000_000


DER = base64.b64decode(b"".join(make_certificate(0, 2_000_000_000)[0].split(b"\n")[1:-2]))


class TestPolicy:
    @pytest.fixture
    def program(self, tmp_path: Path) -> Path:
        (tmp_path / "bin").mkdir()
        program = tmp_path / "bin" / "plugin"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        return program

    @pytest.mark.parametrize(
        ("allowlist", "command", "allowed"),
        [
            (("plugin",), "plugin", True),
            (("{path}",), "plugin", True),
            (("plugin",), "{path}", True),
            (("{path}",), "{path}", True),
            (("other",), "plugin", False),
            (("other", "plugin"), "plugin", True),
            (("/elsewhere/plugin",), "plugin", False),
        ],
    )
    def test_allowlist(
        self, program: Path, allowlist: tuple[str, ...], command: str, allowed: bool
    ) -> None:
        search = str(program.parent)
        entries = tuple(entry.format(path=program) for entry in allowlist)
        policy = checked_policy("allowlist", entries, "the setting")
        resolved = find_program(command.format(path=program), search)
        assert resolved == str(program)
        refusal = policy.refusal(command.format(path=program), resolved, search)
        assert (refusal == "") is allowed
        assert allowed or refusal == f"the setting does not allow {program}"

    def test_a_namesake_in_another_directory_is_not_allowed(self, program: Path) -> None:
        twin = program.parent.parent / "plugin"
        twin.write_text("#!/bin/sh\n")
        twin.chmod(0o755)
        policy = checked_policy("allowlist", ("plugin",), "s")
        assert policy.refusal(str(twin), str(twin), str(program.parent)) != ""

    @pytest.mark.parametrize(
        ("config", "words"),
        [
            (ExecConfig(policy="deny-all"), "exec.policy of the configuration denies all"),
            (ExecConfig(policy="allowlist"), "the allow-list is missing or empty"),
            (ExecConfig(policy="deny-all", allowlist=["a"]), "without the policy Allowlist"),
            (ExecConfig(policy="allowlist", allowlist=["a/../b"]), "no normalised path"),
        ],
    )
    def test_of_the_configuration(self, config: ExecConfig, words: str) -> None:
        assert words in policy_of_config(config).refusal("a", "/bin/a", "")

    def test_all_are_allowed_by_default(self) -> None:
        assert policy_of_config(ExecConfig()).refusal("a", "/bin/a", "") == ""

    def test_what_is_no_program_is_not_found(self, program: Path) -> None:
        program.chmod(0o644)
        assert find_program(str(program), "") == ""
        assert find_program("plugin", str(program.parent)) == ""
        assert find_program("a\0b", "/bin") == ""
        assert find_program("", "/bin") == ""

    def test_a_relative_search_path_is_not_followed(
        self, program: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(program.parent)
        assert find_program("plugin", ".") == ""


KUBERC = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n"


class TestKuberc:
    @pytest.mark.parametrize(
        ("text", "refusal"),
        [
            ("credentialPluginPolicy: AllowAll", ""),
            ("credentialPluginPolicy: ''", ""),
            ("credentialPluginPolicy: DenyAll", "denies all"),
            ("credentialPluginPolicy: Denyall", "unknown policy Denyall"),
            ("credentialPluginPolicy: [DenyAll]", "expected text"),
            ("credentialPluginPolicy: Allowlist", "missing or empty"),
            (
                "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: []",
                "missing or empty",
            ),
            (
                "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{command: /bin/a}]",
                "",
            ),
            ("credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: /bin/a}]", ""),
            (
                "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{nam: /bin/a}]",
                "no normalised path",
            ),
            (
                "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: /bin/b}]",
                "does not allow /bin/a",
            ),
            ("credentialPluginAllowlist: [{name: /bin/a}]", "without the policy Allowlist"),
            ("credentialPluginPolicy: {", "line 4"),
        ],
    )
    def test_policy(self, tmp_path: Path, text: str, refusal: str) -> None:
        write(tmp_path / "rc", KUBERC + text)
        policy = read_kuberc({"KUBERC": str(tmp_path / "rc")})
        assert policy is not None
        found = policy.refusal("/bin/a", "/bin/a", "/bin")
        assert refusal in found
        assert bool(found) is bool(refusal)
        assert policy.setting == f"credentialPluginPolicy in {tmp_path}/rc"

    def test_where_it_is_and_when_it_is_not_read(self, tmp_path: Path) -> None:
        home = {"HOME": str(tmp_path)}
        assert read_kuberc(home) is None
        (tmp_path / ".kube").mkdir()
        write(tmp_path / ".kube" / "kuberc", KUBERC + "credentialPluginPolicy: DenyAll")
        policy = read_kuberc(home)
        assert policy is not None
        assert policy.mode == "deny-all"
        assert read_kuberc({**home, "KUBERC": "off"}) is None

    def test_preferences_without_a_word_on_plugins(self, tmp_path: Path) -> None:
        path = write(tmp_path / "rc", KUBERC + "aliases: []")
        assert read_kuberc({"KUBERC": str(path)}) is None
        write(path, "kind: Other\n---\n" + KUBERC + "credentialPluginPolicy: DenyAll")
        policy = read_kuberc({"KUBERC": str(path)})
        assert policy is not None
        assert policy.mode == "deny-all"

    def test_a_named_file_that_cannot_be_read_denies(self, tmp_path: Path) -> None:
        for path in (tmp_path / "gone", tmp_path):
            policy = read_kuberc({"KUBERC": str(path)})
            assert policy is not None
            assert policy.invalid


CANARY = "CANARY-b7e23ec29af22b0b4e41da31e868d572"
V1 = "client.authentication.k8s.io/v1"
PLACES = [
    {"token": CANARY},
    {"token": f"{CANARY}\nX: y"},
    {"username": "u", "password": CANARY},
    {"token": CANARY, "username": CANARY},
    {"client-certificate": "c", "client-key-data": CANARY},
    {
        "client-certificate": "c",
        "client-key-data": base64.b64encode(f"-----BEGIN KEY-----{CANARY}".encode()).decode(),
    },
    {"auth-provider": {"name": "oidc", "config": {"id-token": CANARY}}},
    {
        "exec": {
            "command": "sh",
            "args": ["-c", "exit 3", f"--client-secret={CANARY}", "--password", CANARY],
            "env": [{"name": "SECRET", "value": CANARY}],
            "apiVersion": V1,
            "interactiveMode": "Never",
        }
    },
    {
        "exec": {
            "command": "sh",
            "args": ["-c", 'echo "not json $SECRET"; echo "no token=$SECRET" >&2; exit 1'],
            "env": [{"name": "SECRET", "value": CANARY}],
            "apiVersion": V1,
            "interactiveMode": "Never",
        }
    },
]


@pytest.mark.parametrize("user", PLACES)
async def test_no_credential_ever_shows(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, user: dict[str, object]
) -> None:
    """G9: not in reprs, words, errors, tracebacks or logs."""
    caplog.set_level(logging.DEBUG)
    inventory = load(write(tmp_path / "config", kubeconfig(user=user)))
    (endpoint,) = inventory.endpoints
    credential = endpoint.credential
    shown = [repr(inventory), str(endpoint), repr(credential), credential.describe()]
    shown += [endpoint.problem, *endpoint.warnings, *inventory.problems]
    try:
        shown += [repr(await credential.headers()), repr(await credential.client_certificate())]
        shown += [repr(vars(credential))]
    except LoginRequired as error:
        shown += [str(error), repr(error), "".join(traceback.format_exception(error))]
    shown += [record.getMessage() for record in caplog.records]
    encoded = base64.b64encode(f"u:{CANARY}".encode()).decode()
    assert not [text for text in shown if CANARY in text or encoded in text]


@pytest.mark.parametrize(
    "text",
    [
        f"users: [{{name: a, user: {{token: {CANARY}\n",
        f"users: [{{name: a, user: {{token: [{CANARY}]}}}}]",
        f"users: [{{name: a, user: {CANARY}}}]",
        f"token: !secret {CANARY}\n",
        f"? [{CANARY}]\n: b\n",
        f"{CANARY}",
        f"a: {CANARY}: b",
        f"a: {CANARY}\x01",
    ],
)
def test_no_broken_file_is_quoted(tmp_path: Path, text: str) -> None:
    with pytest.raises(KubeconfigError) as caught:
        load(write(tmp_path / "config", text))
    assert CANARY not in "".join(traceback.format_exception(caught.value))
