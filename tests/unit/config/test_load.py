"""Finding and reading the configuration, and what it says about a bad one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mckconsole.config.errors import MAX_SHOWN, ConfigError
from mckconsole.config.files import MAX_BYTES
from mckconsole.config.load import find_config, line_of_key, load_config, read_config
from mckconsole.config.model import Config
from mckconsole.config.shape import in_words

ENV = {"HOME": "/home/ada"}
SAMPLES = sorted(
    path
    for path in (Path(__file__).parents[3] / "sample_configs").glob("*.yaml")
    if path.stem not in ("keymap", "waivers")
)


def problems_of(path: Path) -> list[tuple[int | None, str, str]]:
    with pytest.raises(ConfigError) as caught:
        read_config(path, env=ENV)
    assert all(problem.file == path for problem in caught.value.problems)
    return [(one.line, one.key, one.message) for one in caught.value.problems]


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "config.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_samples_are_the_four_documented_ones() -> None:
    assert [path.stem for path in SAMPLES] == [
        "auditor",
        "fleet",
        "minimal",
        "prometheus-federation",
    ]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_sample_loads_and_sets_something(sample: Path) -> None:
    assert read_config(sample, env=ENV) != Config()


class TestFind:
    def test_flag_wins_over_variable_and_default(self, tmp_path: Path) -> None:
        env = {"HOME": str(tmp_path), "MCKCONSOLE_CONFIG": "/from/variable.yaml"}
        assert find_config("/from/flag.yaml", env=env) == Path("/from/flag.yaml")
        assert find_config(None, env=env) == Path("/from/variable.yaml")

    def test_default_only_when_it_is_there(self, tmp_path: Path) -> None:
        env = {"HOME": "/nowhere", "XDG_CONFIG_HOME": str(tmp_path)}
        assert find_config(None, env=env) is None
        default = tmp_path / "mckconsole" / "config.yaml"
        default.parent.mkdir()
        default.write_text("connections: 7\n")
        assert find_config(None, env=env) == default
        assert load_config(env=env).config.connections == 7

    def test_a_relative_xdg_value_counts_as_unset(self, tmp_path: Path) -> None:
        default = tmp_path / ".config" / "mckconsole" / "config.yaml"
        default.parent.mkdir(parents=True)
        default.write_text("")
        assert find_config(None, env={"HOME": str(tmp_path), "XDG_CONFIG_HOME": "x"}) == default

    def test_no_file_means_defaults(self) -> None:
        loaded = load_config(env={"HOME": "/nowhere"})
        assert (loaded.config, loaded.path) == (Config(), None)

    def test_a_named_file_must_exist(self, tmp_path: Path) -> None:
        missing = tmp_path / "missing.yaml"
        with pytest.raises(ConfigError, match=rf"{missing}: cannot be read: No such file"):
            load_config(str(missing), env=ENV)


class TestValues:
    @pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "mesh:\ncontexts:\n"])
    def test_empty_file_and_empty_keys_mean_defaults(self, tmp_path: Path, text: str) -> None:
        assert read_config(write(tmp_path, text), env=ENV) == Config()

    def test_paths_are_relative_to_the_file_and_home(self, tmp_path: Path) -> None:
        path = write(
            tmp_path,
            "kubeconfig: [~/.kube/a, b, /c]\n"
            "keymap: ~/keys.yaml\n"
            "exports: out\n"
            "prometheus:\n"
            "- {name: p, url: 'https://p', basicAuth: {username: u, passwordFile: pw},"
            " tls: {caFile: ca, certFile: ~/cert, keyFile: /key}}\n",
        )
        config = read_config(path, env=ENV)
        assert config.kubeconfig == ["/home/ada/.kube/a", f"{tmp_path}/b", "/c"]
        assert (config.keymap, config.exports) == ("/home/ada/keys.yaml", f"{tmp_path}/out")
        (endpoint,) = config.prometheus
        assert endpoint.basic_auth is not None
        assert endpoint.basic_auth.password_file == f"{tmp_path}/pw"
        assert endpoint.bearer_token_file == ""
        assert endpoint.tls.ca_file == f"{tmp_path}/ca"
        assert (endpoint.tls.cert_file, endpoint.tls.key_file) == ("/home/ada/cert", "/key")

    def test_byte_order_mark_and_text_that_looks_like_a_date(self, tmp_path: Path) -> None:
        path = write(tmp_path, "\ufeffcontexts: [2026-08-01, '=']\n")
        assert read_config(path, env=ENV).contexts == ["2026-08-01", "="]


def test_the_line_of_a_key_of_the_root(tmp_path: Path) -> None:
    path = write(tmp_path, "# first\nmesh: {theme: x}\ntheme: y\n")
    assert [line_of_key(path, key) for key in ("mesh", "theme", "exports")] == [2, 3, None]
    assert line_of_key(write(tmp_path, ""), "theme") is None
    assert line_of_key(write(tmp_path, "[theme]"), "theme") is None


def test_without_a_file_the_yaml_library_is_not_imported() -> None:
    program = (
        "import sys; from mckconsole.config.load import load_config\n"
        "assert load_config(env={'HOME': '/nowhere'}).path is None\n"
        "sys.exit('yaml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


BAD: dict[str, tuple[str, int | None, str, str]] = {
    "unknown key": ("connections: 1\nmesh:\n  slow_ms: 5\n", 3, "mesh.slow_ms", "mean slowMs?"),
    "unknown at top": ("readonly: true\n", 1, "readonly", "did you mean readOnly?"),
    "nothing near": ("zzz: 1\n", 1, "zzz", "known here: readOnly, kubeconfig"),
    "duplicate": ("connections: 1\n\nconnections: 2\n", 3, "connections", "first on line 1"),
    "wrong type": ("contexts:\n- a\n- 7\n", 3, "contexts[1]", "expected text, got"),
    "wrong shape": ("mesh: [1]\n", 1, "mesh", "expected a mapping, got a list"),
    "range": ("connections: 0\n", 1, "connections", "expected a whole number >= 1"),
    "not finite": ("requestTimeout: .nan\n", 1, "requestTimeout", "finite"),
    "huge number": (f"requestTimeout: {'9' * 5000}\n", 1, "requestTimeout", ""),
    "choice": ("exec:\n  policy: some\n", 2, "exec.policy", "one of allow-all, deny-all"),
    "missing": ("prometheus:\n- url: http://x\n", 2, "prometheus[0]", "key name is missing"),
    "empty": ("contexts: ['']\n", 1, "contexts[0]", "must not be empty"),
    "null item": ("contexts: [~]\n", 1, "contexts[0]", "expected text, got nothing"),
    "scheme": (
        "prometheus:\n- name: p\n  url: ftp://x\n",
        3,
        "prometheus[0].url",
        "must start with http:// or https://",
    ),
    "header value": (
        "prometheus:\n- name: p\n  url: http://x\n  headers:\n    A: b\n    B: 1\n",
        6,
        "prometheus[0].headers.B",
        "expected text",
    ),
    "syntax": ("mesh: {\n", 2, "", "not valid YAML"),
    "tab": ("mesh:\n\tslowMs: 1\n", 2, "", "not valid YAML"),
    "two documents": ("connections: 1\n---\nconnections: 2\n", 2, "", "not valid YAML"),
    "scalar": ("x", 1, "", "expected a mapping, got text"),
    "list": ("- a\n", 1, "", "expected a mapping, got a list"),
    "alias": ("contexts: &a [x]\nkubeconfig: *a\n", 2, "", "alias *a is not allowed"),
    "merge": ("mesh:\n  <<: {slowMs: 1}\n", 2, "mesh.<<", "unknown key"),
    "tag": ("contexts: [!!python/name:os.system x]\n", 1, "contexts[0]", "is not allowed"),
    "wrong tag": ("connections: !!int x\n", 1, "connections", "not a value of the type"),
    "complex key": ("? [a]\n: 1\n", 1, "?", "unknown key"),
    "depth": ("contexts: " + "[" * 5000, 1, "", "nested deeper"),
    "control": ("connections: 1\ncontexts: ['\x00']\n", 2, "", "U+0000 is not allowed"),
}


def test_limits_are_plain_numbers() -> None:
    assert in_words("Expected `float` > 0.0 - at `$.mesh`", float) == "expected a number > 0"
    assert in_words("Expected `float` <= 0.25", float) == "expected a number <= 0.25"


@pytest.mark.parametrize("case", BAD)
def test_bad_file_names_line_and_key(tmp_path: Path, case: str) -> None:
    text, line, key, words = BAD[case]
    (problem,) = problems_of(write(tmp_path, text))
    assert problem[:2] == (line, key)
    assert words in problem[2]


def test_all_problems_are_told_at_once_up_to_a_limit(tmp_path: Path) -> None:
    path = write(tmp_path, "conections: 1\nmesh: {slowMs: x}\nexec: {policy: y}\n")
    assert [key for _, key, _ in problems_of(path)] == ["conections", "mesh.slowMs", "exec.policy"]
    many = write(tmp_path, "".join(f"k{i}: 1\n" for i in range(MAX_SHOWN + 5)))
    with pytest.raises(ConfigError, match="and 5 more problems"):
        read_config(many, env=ENV)


def test_error_text_is_file_line_key_message(tmp_path: Path) -> None:
    path = write(tmp_path, 'mesh:\n  "slow\\e[31mMs": 5\n')
    with pytest.raises(ConfigError) as caught:
        read_config(path, env=ENV)
    assert str(caught.value).startswith(f"{path}:2: mesh.slow‹1B›[31mMs: unknown key")


class TestFiles:
    def test_directory(self, tmp_path: Path) -> None:
        assert problems_of(tmp_path) == [(None, "", "is a directory, not a configuration file")]

    def test_pipe_is_refused_without_waiting_for_a_writer(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        assert problems_of(pipe) == [(None, "", "is not a regular file")]

    def test_binary(self, tmp_path: Path) -> None:
        path = write(tmp_path, b"connections: 1\n\x7fELF\xff\xfe")
        assert problems_of(path) == [(2, "", "not UTF-8 text; is this the right file?")]

    def test_too_large(self, tmp_path: Path) -> None:
        path = write(tmp_path, b"#" * (MAX_BYTES + 1))
        assert problems_of(path) == [(None, "", "is larger than 1024 KiB")]

    def test_alias_bomb_is_refused_before_it_grows(self, tmp_path: Path) -> None:
        lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
        lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
        (problem,) = problems_of(write(tmp_path, "\n".join(lines)))
        assert problem == (2, "", "alias *a0 is not allowed: repeat the value instead")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
    def test_unreadable(self, tmp_path: Path) -> None:
        path = write(tmp_path, "")
        path.chmod(0)
        assert problems_of(path) == [(None, "", "cannot be read: Permission denied")]
