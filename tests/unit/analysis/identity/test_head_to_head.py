"""What other tools get wrong about workloads' identities, each as a case that this one gets right.

Their behaviour was read in their sources, or is reported in the threads named here. Wording:
"silent there" means that the tool does not report it, "noisy there" that it reports what is right.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.identity.model import BindingState
from mckconsole.analysis.identity.rules_workload_api_token import wi32
from mckconsole.analysis.identity.rules_workload_injection import wi01, wi02
from mckconsole.analysis.identity.rules_workload_static import wi07, wi25
from mckconsole.domain.pods import API_MOUNT
from tests.unit.analysis.identity.accounts import AWS, AZURE, CLIENT, GKE, account
from tests.unit.analysis.identity.workloads import (
    AFTER,
    AGENT_VOLUME,
    AKS,
    API_VOLUME,
    AZURE_VOLUME,
    BEFORE,
    EKS,
    GKE_FACTS,
    Doc,
    agent,
    azure,
    case,
    container,
    controller,
    env,
    ids,
    irsa,
    judged,
    pod,
    shown,
    token,
)

KEYS = env(AWS_ACCESS_KEY_ID="aws-credentials/id", AWS_SECRET_ACCESS_KEY="aws-credentials/secret")


def with_api(made: Doc) -> Doc:
    made["volumeMounts"].append({"name": "kube-api-access-x7k2p", "mountPath": API_MOUNT})
    return made


class TestPopeye:
    """popeye 0.22.1."""

    @pytest.mark.parametrize("automount", [None, True])
    def test_an_automount_that_is_unset_is_one(self, automount: bool | None) -> None:
        """Silent there: an unset automountServiceAccountToken is taken for false."""
        spec: Doc = {} if automount is None else {"automountServiceAccountToken": automount}
        made = pod(with_api(irsa()), volumes=[token(), API_VOLUME], **spec)
        (found,) = judged(case(made, notes=AWS), wi32)
        shown_as = "(not set)" if automount is None else "true"
        assert ("spec.automountServiceAccountToken", shown_as) in shown(found)

    def test_an_automount_that_is_off_is_none(self) -> None:
        made = pod(irsa(), volumes=[token()], automountServiceAccountToken=False)
        assert judged(case(made, notes=AWS), wi32) == []


class TestKubescape:
    """kubescape's C-0012 judges by substrings of names."""

    @pytest.mark.parametrize(
        "variables",
        [
            env({"AWS_PASSWORD_FILE": "/run/secrets/password"}),  # regolibrary#563
            env({"AWS_SECRET_KEY_PATH": "/etc/keys/key"}),  # kubescape#1839
            env({"AZURE_FEDERATED_TOKEN_FILE": "/var/run/secrets/azure/tokens/t"}),
            env({"AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/token"}),
            env({"DATABASE_PASSWORD": "hush"}),
        ],
    )
    def test_a_path_is_no_credential(self, variables: list[Doc]) -> None:
        """Noisy there: a name with `PASSWORD`, `SECRET` or `KEY` in it."""
        one = case(pod(container(variables=variables), runs_as="default"))
        assert judged(one, wi25) == []
        assert all(binding.state is not BindingState.STATIC_KEY for binding in one.bindings)

    def test_all_keys_of_a_secret_are_a_reference(self) -> None:
        """Noisy there (regolibrary#802), though envFrom is the remedy that it recommends."""
        whole = container(envFrom=[{"secretRef": {"name": "aws-credentials"}}])
        assert {"WI07", "WI25"} & ids(case(pod(whole, runs_as="default"))) == set()

    def test_a_finding_names_the_variable(self) -> None:
        """There it names the Deployment (kubescape#1737), and whoever is on duty has to search."""
        made = pod(container("web"), irsa("worker", KEYS), volumes=[token()])
        (found,) = judged(case(made, notes=AWS, made_by=controller()), wi07)
        assert found.subject == "aws: worker"
        assert "AWS_ACCESS_KEY_ID" in found.title
        assert (
            "spec.containers[name=worker].env[name=AWS_ACCESS_KEY_ID].valueFrom.secretKeyRef",
            "Secret aws-credentials, key id",
        ) in shown(found)

    def test_an_external_account_holds_no_secret(self) -> None:
        """A path to a federated configuration, whatever the variable's name says."""
        variables = env({"GOOGLE_APPLICATION_CREDENTIALS": "/etc/google/credentials.json"})
        made = container("app", variables, {"config": "/etc/google"})
        volume: Doc = {"name": "config", "configMap": {"name": "google"}}
        one = case(pod(made, volumes=[volume], runs_as="default"), facts=GKE_FACTS)
        assert {"WI07", "WI25"} & ids(one) == set()


class TestProwler:
    """Prowler's core_no_secrets_envs looks for secretKeyRef in what was reduced to name, value."""

    def test_a_static_key_from_a_secrets_key(self) -> None:
        """Silent there, whatever the pod refers to."""
        (found,) = judged(case(pod(container(variables=KEYS), runs_as="default")), wi25)
        paths = {path for path, _ in shown(found)}
        assert (
            "spec.containers[name=app].env[name=AWS_SECRET_ACCESS_KEY].valueFrom.secretKeyRef"
            in paths
        )

    def test_a_static_key_under_another_name(self) -> None:
        """Silent there; the key of the Secret tells what the variable holds."""
        renamed = env(S3_USER="s3/AWS_ACCESS_KEY_ID", S3_PASS="s3/aws-secret-access-key")
        (found,) = judged(case(pod(container(variables=renamed), runs_as="default")), wi25)
        assert "S3_USER" in found.detail

    def test_init_containers_and_ephemeral_ones_count(self) -> None:
        """Whatever runs in the pod has the key."""
        made = pod(container(), runs_as="default", initContainers=[container("setup", KEYS)],
                   ephemeralContainers=[container("debug", KEYS)])  # fmt: skip
        (found,) = judged(case(made), wi25)
        paths = {path.partition(".env")[0] for path, _ in shown(found)}
        assert {"spec.initContainers[name=setup]", "spec.ephemeralContainers[name=debug]"} <= paths


class TestReports:
    """What users of webhooks and tools complained of: the answer is in the pod, not in the account
    alone."""

    def test_the_first_pods_of_a_new_account(self) -> None:
        """amazon-eks-pod-identity-webhook#174: no variables, and deleting the pod mends it."""
        made = "2026-09-02T09:30:02Z"
        (found,) = judged(case(pod(container(), created=made), notes=AWS), wi02)
        assert "rollout restart" in found.remediation or "delete pod" in found.remediation

    def test_admitted_before_the_association(self) -> None:
        """Smana/cloud-native-ref#1700: 36 restarts of containers change nothing in a pod."""
        (found,) = judged(case(pod(container(), created=BEFORE), notes=AWS), wi01)
        assert "made anew" in found.detail

    def test_pods_of_a_cronjob(self) -> None:
        """azure-workload-identity#932: Deployments work, the CronJob's template has no label."""
        made = pod(container(), created=AFTER)
        one = case(made, notes=AZURE, facts=AKS, made_by=controller("CronJob"))
        assert ids(one) == {"WI10"}

    def test_pods_of_kube_system(self) -> None:
        """azure-workload-identity#525: the variables are missing, the label is right."""
        use = {"azure.workload.identity/use": "true"}
        one = case(pod(container(), namespace="kube-system", labels=use), notes=AZURE, facts=AKS)
        assert "WI16" in ids(one)

    def test_the_role_of_pod_identity_is_not_made_up(self) -> None:
        """containers-roadmap#2291: nothing in the cluster names it, and nothing is wrong."""
        one = case(pod(agent(), volumes=[AGENT_VOLUME]))
        assert [binding.state for binding in one.bindings] == [BindingState.ROLE_UNKNOWN]
        assert judged(one) == []


class TestHealthyTwins:
    """What is as it should be is silent under every rule."""

    def test_irsa(self) -> None:
        assert judged(case(pod(irsa(), volumes=[token()]), notes=AWS)) == []

    def test_gke(self) -> None:
        assert judged(case(pod(container()), notes=GKE, facts=GKE_FACTS)) == []

    def test_azure(self) -> None:
        use = {"azure.workload.identity/use": "true"}
        made = pod(azure(AZURE_CLIENT_ID=CLIENT), volumes=[AZURE_VOLUME], labels=use)
        one = case(made, notes=AZURE, facts=AKS, made_by=controller(labels=use))
        assert judged(one) == []

    def test_two_clouds_at_once_without_a_stored_secret(self) -> None:
        """The pod of several clouds: tokens by hand, on nodes of neither."""
        use = {"azure.workload.identity/use": "true"}
        file = {"AZURE_FEDERATED_TOKEN_FILE": "/var/run/azure/token", "AZURE_CLIENT_ID": CLIENT,
                "AZURE_TENANT_ID": "72f988bf-86f1-41af-91ab-2d7cd011db47"}  # fmt: skip
        made = irsa(variables=env(file))
        made["volumeMounts"].append({"name": "azure", "mountPath": "/var/run/azure"})
        volumes = [token(), token("azure", "api://AzureADTokenExchange", seconds=3600)]
        facts = replace(EKS, cloud=None, provider="k3s", nodes={})
        one = case(pod(made, volumes=volumes, labels=use), sa=account("shop", {**AWS, **AZURE}),
                   facts=facts)  # fmt: skip
        assert [binding.state for binding in one.bindings] == [BindingState.BOUND] * 2
        assert judged(one) == []
