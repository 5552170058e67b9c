"""Which files are read, how they merge, what is chosen and what it is called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from mckconsole.config.model import ClusterConfig, Config
from mckconsole.sources import incluster
from mckconsole.sources.credentials import FileToken
from mckconsole.sources.kubeconfig import KubeconfigError
from tests.unit.kubeconfigs import SERVER, fleet, kubeconfig, load, load_one, write


def names(
    path: Path | None, *, contexts: Sequence[str] = (), config: Config | None = None, **env: str
) -> list[str]:
    inventory = load(path, contexts=contexts, config=config, **env)
    return [endpoint.name for endpoint in inventory.endpoints]


class TestPrecedence:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        (tmp_path / ".kube").mkdir()
        write(tmp_path / ".kube" / "config", kubeconfig(name="default"))
        return tmp_path

    def test_the_default_file_is_in_the_home_of_the_environment(self, home: Path) -> None:
        assert names(None, HOME=str(home)) == ["default"]

    def test_the_environment_wins_over_the_default(self, home: Path) -> None:
        listed = write(home / "listed", kubeconfig(name="listed"))
        assert names(None, HOME=str(home), KUBECONFIG=str(listed)) == ["listed"]

    def test_an_empty_variable_counts_as_unset(self, home: Path) -> None:
        assert names(None, HOME=str(home), KUBECONFIG="") == ["default"]

    def test_the_configuration_wins_over_the_environment(self, home: Path) -> None:
        write(home / "ours", kubeconfig(name="ours"))
        listed = write(home / "listed", kubeconfig(name="listed"))
        config = Config(kubeconfig=["~/ours"])
        assert names(None, HOME=str(home), KUBECONFIG=str(listed), config=config) == ["ours"]

    def test_the_flag_wins_over_everything(self, home: Path) -> None:
        flag = write(home / "flag", kubeconfig(name="flag"))
        config = Config(kubeconfig=["~/missing"])
        assert names(flag, HOME=str(home), KUBECONFIG="/missing", config=config) == ["flag"]

    def test_missing_files_of_a_list_are_skipped(self, home: Path) -> None:
        listed = write(home / "listed", kubeconfig(name="listed"))
        inventory = load(None, KUBECONFIG=f"{home}/missing:{listed}:{listed}")
        assert inventory.files == (listed,)

    def test_a_list_of_which_none_exists_is_an_error(self, home: Path) -> None:
        with pytest.raises(KubeconfigError, match=r"/a/b.*/c/d.*no such file.*KUBECONFIG"):
            load(None, HOME=str(home), KUBECONFIG="/a/b:/c/d")

    def test_nothing_at_all_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(KubeconfigError, match=r"--kubeconfig or KUBECONFIG.*--demo"):
            load(None, HOME=str(tmp_path))


class TestMerge:
    """Regressions of readers that merge otherwise than clientcmd."""

    def test_the_first_current_context_wins(self, tmp_path: Path) -> None:
        first = write(tmp_path / "1", kubeconfig(name="one", current="one"))
        second = write(tmp_path / "2", kubeconfig(name="two", current="two"))
        assert load(None, KUBECONFIG=f"{first}:{second}").current == "one"

    def test_an_empty_first_file_is_no_trouble(self, tmp_path: Path) -> None:
        first = write(tmp_path / "1", "")
        second = write(tmp_path / "2", kubeconfig(name="two", current="two"))
        inventory = load(None, KUBECONFIG=f"{first}:{second}")
        assert ([point.name for point in inventory.endpoints], inventory.current) == (
            ["two"],
            "two",
        )

    def test_a_context_may_use_what_another_file_defines(self, tmp_path: Path) -> None:
        first = write(tmp_path / "1", {"contexts": kubeconfig()["contexts"]})
        second = write(tmp_path / "2", {**kubeconfig(), "contexts": None})
        (endpoint,) = load(None, KUBECONFIG=f"{first}:{second}").endpoints
        assert (endpoint.problem, endpoint.base_url) == ("", SERVER)

    async def test_an_entry_of_the_first_file_hides_the_second_and_it_is_said(
        self, tmp_path: Path
    ) -> None:
        first = write(tmp_path / "1", kubeconfig(user={"token": "first"}))
        second = write(tmp_path / "2", kubeconfig(user={"token": "second"}))
        inventory = load(None, KUBECONFIG=f"{first}:{second}")
        (endpoint,) = inventory.endpoints
        headers = await endpoint.credential.headers()
        assert headers["Authorization"].reveal() == "Bearer first"
        (problem,) = inventory.problems
        assert f"{second}: user one is hidden by the user of the same name in {first}" in problem

    def test_entries_that_are_equal_are_not_worth_a_word(self, tmp_path: Path) -> None:
        files = [write(tmp_path / name, kubeconfig()) for name in "ab"]
        assert load(None, KUBECONFIG=":".join(map(str, files))).problems == ()

    def test_relative_paths_belong_to_the_file_that_names_them(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        content = kubeconfig(
            cluster={"server": SERVER, "certificate-authority": "pki/ca.crt"},
            user={"tokenFile": "../token"},
        )
        (endpoint,) = load(write(tmp_path / "sub" / "config", content)).endpoints
        assert endpoint.tls.ca_file == tmp_path / "sub" / "pki" / "ca.crt"
        assert endpoint.credential.describe() == f"token file {tmp_path}/sub/../token"


class TestChoice:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return write(
            tmp_path / "config", fleet(["prod-eu", "prod-us", "staging", "arn:aws:eks:x/y"])
        )

    def test_all_contexts_by_default_in_their_order(self, path: Path) -> None:
        assert names(path) == ["prod-eu", "prod-us", "staging", "arn:aws:eks:x/y"]

    def test_globs(self, path: Path) -> None:
        assert names(path, contexts=["stag*", "*-eu"]) == ["prod-eu", "staging"]

    def test_the_command_line_wins_over_the_configuration(self, path: Path) -> None:
        config = Config(contexts=["staging"])
        assert names(path, config=config) == ["staging"]
        assert names(path, config=config, contexts=["prod-*"]) == ["prod-eu", "prod-us"]

    def test_a_glob_that_matches_nothing_names_what_is_near(self, path: Path) -> None:
        with pytest.raises(KubeconfigError, match=r"no context matches prd-eu; there is prod-eu"):
            load(path, contexts=["prod-us", "prd-eu"])

    def test_a_glob_of_the_configuration_that_matches_nothing_is_a_problem(
        self, path: Path
    ) -> None:
        inventory = load(path, config=Config(contexts=["staging", "gone-*"]))
        assert [point.name for point in inventory.endpoints] == ["staging"]
        assert "no context matches gone-*" in inventory.problems[0]
        with pytest.raises(KubeconfigError, match="configuration"):
            load(path, config=Config(contexts=["gone-*"]))

    def test_a_name_with_brackets_can_be_named(self, tmp_path: Path) -> None:
        path = write(tmp_path / "config", fleet(["a[1]", "a1"]))
        assert names(path, contexts=["a[1]"]) == ["a[1]", "a1"]


class TestNames:
    def test_the_configuration_renames_and_groups(self, tmp_path: Path) -> None:
        path = write(tmp_path / "config", fleet(["arn:1", "arn:2"]))
        config = Config(
            clusters=[
                ClusterConfig(context="arn:1", name="Paris"),
                ClusterConfig(context="arn:*", groups=["prod"]),
            ]
        )
        first, second = load(path, config=config).endpoints
        assert (first.name, first.context, first.groups) == ("Paris", "arn:1", ("prod",))
        assert (second.name, second.groups) == ("arn:2", ("prod",))

    def test_names_are_cleaned_and_stay_apart(self, tmp_path: Path) -> None:
        path = write(tmp_path / "config", fleet(["a\x1b[2J", "a‹1B›[2J", "\u202eb"]))
        found = names(path)
        assert found == ["a‹1B›[2J", "a‹1B›[2J (2)", "‹U+202E›b"]

    def test_a_display_name_given_twice_is_told_apart_by_context(self, tmp_path: Path) -> None:
        path = write(tmp_path / "config", fleet(["a", "b", "c"]))
        config = Config(clusters=[ClusterConfig(context=name, name="prod") for name in ("a", "b")])
        inventory = load(path, config=config)
        assert [point.name for point in inventory.endpoints] == ["prod", "prod (b)", "c"]
        assert any("shown as prod (b)" in problem for problem in inventory.problems)

    def test_a_renamed_cluster_never_takes_the_name_of_another(self, tmp_path: Path) -> None:
        path = write(tmp_path / "config", fleet(["a", "b"]))
        found = names(path, config=Config(clusters=[ClusterConfig(context="a", name="b")]))
        assert len(set(found)) == 2

    def test_two_contexts_of_one_server_are_pointed_out(self, tmp_path: Path) -> None:
        content = kubeconfig()
        content["contexts"].append({"name": "two", "context": {"cluster": "one", "user": "one"}})
        inventory = load(write(tmp_path / "config", content))
        assert f"one, two are the same API server {SERVER}" in inventory.problems[0]


class TestInCluster:
    def test_without_a_kubeconfig_the_service_account_is_used(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "token").write_text("t\n")
        (tmp_path / "ca.crt").write_text("pem")
        found = incluster.in_cluster(
            {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}, tmp_path
        )
        assert found is not None
        assert (found.name, found.base_url) == ("in-cluster", "https://[fd00::1]:443")
        assert isinstance(found.credential, FileToken)
        monkeypatch.setattr(
            "mckconsole.sources.kubeconfig.in_cluster", lambda env: found if env["HOME"] else None
        )
        assert load(None, HOME=str(tmp_path)).endpoints == (found,)

    def test_outside_of_a_cluster_there_is_none(self, tmp_path: Path) -> None:
        assert incluster.in_cluster({}, tmp_path) is None
        inside = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}
        assert incluster.in_cluster(inside, tmp_path) is None


def test_a_broken_context_does_not_touch_the_others(tmp_path: Path) -> None:
    content = fleet(["a", "b", "c", "d"])
    content["contexts"][1]["context"]["cluster"] = "gone"
    content["contexts"][2]["context"]["user"] = "gone"
    del content["contexts"][3]["context"]["user"]
    first, second, third, fourth = load(write(tmp_path / "config", content)).endpoints
    assert first.problem == ""
    assert "cluster gone, which no kubeconfig file defines" in second.problem
    assert "user gone, which no kubeconfig file defines" in third.problem
    assert fourth.problem == ""
    assert fourth.warnings == ("the context names no user: requests are anonymous",)


def test_reading_never_changes_the_file(tmp_path: Path) -> None:
    content = kubeconfig(user={"auth-provider": {"name": "oidc", "config": {"id-token": "x"}}})
    path = write(tmp_path / "config", content)
    path.chmod(0o400)
    before = path.read_bytes(), path.stat().st_mtime_ns
    load(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["config"]


def test_a_file_that_others_can_read_is_a_problem(tmp_path: Path) -> None:
    path = write(tmp_path / "config", kubeconfig())
    assert load(path).problems == ()
    path.chmod(0o644)
    assert "readable by others" in load(path).problems[0]


def test_namespace_and_origin(tmp_path: Path) -> None:
    content = kubeconfig()
    content["contexts"][0]["context"]["namespace"] = "team\x07"
    endpoint = load_one(tmp_path, content)
    assert endpoint.namespace == "team‹07›"
    assert endpoint.origin == f"kubeconfig {tmp_path}/config"
