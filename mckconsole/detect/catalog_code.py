"""Credentials of code hosts, registries, builds and secret stores, in words."""

from __future__ import annotations

from mckconsole.detect.catalog_words import CRITICAL, HIGH, MEDIUM, proven, token

CODE_RULES = (
    proven(
        "GITHUB-TOKEN", "GitHub token", HIGH,
        "`ghp_`, `gho_`, `ghu_`, `ghs_` or `ghr_` and 36 characters, of which the last six are a "
        "CRC-32 of the others in base62; `github_pat_` and 82 characters (tier B)",
        "GitHub, settings, developer settings; use a GitHub App or deploy keys",
        "GitHub engineering, 2021-04-05: behind GitHub's new authentication token formats",
    ),
    token(
        "GITLAB-TOKEN", "GitLab token", HIGH,
        "`glpat-` and kin (`glrt-`, `gldt-`, `glcbt-`, `glptt-`, `glft-`, `glimt-`, `glagent-`, "
        "`gloas-`, `glsoat-`, `glffct-`, `GR1348941`)",
        "GitLab, access tokens", "GitLab: token prefixes",
    ),
    proven(
        "NPM-TOKEN", "npm token", HIGH,
        "`npm_` and 36 characters, of which the last six are a CRC-32 of the others in base62",
        "npmjs.com, access tokens (`npm token revoke`)",
        "GitHub blog, 2021-09-23: npm's new access token format",
    ),
    token(
        "PYPI-TOKEN", "PyPI token", HIGH,
        "`pypi-` and a macaroon that names pypi.org or test.pypi.org",
        "PyPI, account settings (use trusted publishing)", "PyPI: API tokens",
    ),
    token(
        "RUBYGEMS-TOKEN", "RubyGems key", HIGH, "`rubygems_` and 48 hex digits",
        "rubygems.org, API keys", "RubyGems: API keys",
    ),
    token(
        "NUGET-KEY", "NuGet key", HIGH, "`oy2` and 43 characters of base32",
        "nuget.org, API keys", "NuGet: API keys",
    ),
    token(
        "CLOJARS-TOKEN", "Clojars token", MEDIUM, "`CLOJARS_` and 60 characters",
        "clojars.org, deploy tokens", "Clojars: deploy tokens",
    ),
    token(
        "DOCKER-HUB-TOKEN", "Docker Hub token", HIGH, "`dckr_pat_` or `dckr_oat_` and what follows",
        "Docker Hub, personal access tokens", "Docker: access tokens",
    ),
    token(
        "BITBUCKET-TOKEN", "Bitbucket token", HIGH,
        "`ATBB` or `ATCTT3` with a CRC-32 at its end, `BBDC-`, or a key by name",
        "Bitbucket, app passwords or access tokens", "Atlassian: Bitbucket access tokens",
    ),
    token(
        "ATLASSIAN-TOKEN", "Atlassian token", HIGH,
        "`ATATT3` with a CRC-32 at its end, or a token by name",
        "id.atlassian.com, security, API tokens", "Atlassian: API tokens",
    ),
    token(
        "JFROG-TOKEN", "JFrog Artifactory token", HIGH,
        "An API key `AKCp…` or a reference token that decodes to `reftkn:`",
        "Artifactory, access tokens", "JFrog: access tokens",
    ),
    token(
        "TERRAFORM-TOKEN", "HCP Terraform token", HIGH, "14 characters, `.atlasv1.` and 60 or more",
        "HCP Terraform, tokens (use dynamic credentials)", "HashiCorp: HCP Terraform API tokens",
    ),
    token(
        "VAULT-TOKEN", "Vault token", HIGH,
        "`hvs.`, `hvb.` or `hvr.` and 24 characters or more; `s.` and 24 by name",
        "Vault (`vault token revoke`); use the Kubernetes auth method", "HashiCorp: Vault tokens",
    ),
    token(
        "PULUMI-TOKEN", "Pulumi token", HIGH, "`pul-` and 40 hex digits",
        "app.pulumi.com, access tokens", "Pulumi: access tokens",
    ),
    token(
        "DOPPLER-TOKEN", "Doppler token", HIGH,
        "`dp.pt.`, `dp.st.`, `dp.ct.`, `dp.sa.`, `dp.scim.`, `dp.audit.` and 40 characters or more",
        "Doppler, tokens", "Doppler: token formats",
    ),
    token(
        "ONEPASSWORD-TOKEN", "1Password token or key", CRITICAL,
        "`ops_` and a long service account token, or a secret key `A3-…`",
        "1Password, developer, service accounts", "1Password: service accounts, secret key",
    ),
    token(
        "INFRACOST-KEY", "Infracost key", MEDIUM, "`ico-` and 32 characters",
        "Infracost cloud", "Infracost: API keys",
    ),
    token(
        "HARNESS-TOKEN", "Harness token", HIGH, "`pat.` or `sat.` and three groups",
        "Harness, access tokens", "Harness: API keys",
    ),
    token(
        "OCTOPUS-KEY", "Octopus Deploy key", HIGH, "`API-` and 26 capital letters and digits",
        "Octopus, profile, API keys", "Octopus Deploy: API keys",
    ),
    token(
        "SONAR-TOKEN", "SonarQube token", MEDIUM, "`squ_`, `sqp_` or `sqa_` and 40 hex digits",
        "SonarQube, security", "SonarQube: tokens",
    ),
    token(
        "SNYK-TOKEN", "Snyk token", HIGH, "A UUID under a name that says Snyk, or `snyk_uat.`",
        "Snyk, account settings", "Snyk: API tokens",
    ),
    token(
        "SOURCEGRAPH-TOKEN", "Sourcegraph token", HIGH, "`sgp_` and hex digits",
        "Sourcegraph, access tokens", "Sourcegraph: access tokens",
    ),
    token(
        "SENTRY-TOKEN", "Sentry token", MEDIUM,
        "`sntrys_`, `sntryu_`, or 64 hex digits under a name that says Sentry",
        "Sentry, auth tokens", "Sentry: auth tokens",
    ),
    token(
        "CIRCLECI-TOKEN", "CircleCI token", HIGH, "`CCIPAT_` or `CCIPRJ_` and what follows",
        "CircleCI, personal or project API tokens", "CircleCI: API tokens",
    ),
    token(
        "BUILDKITE-TOKEN", "Buildkite token", HIGH, "`bkua_` or `bkct_` and what follows",
        "Buildkite, API access tokens", "Buildkite: tokens",
    ),
    token(
        "DRONE-TOKEN", "Drone token", HIGH, "32 characters under a name that says Drone",
        "Drone, account", "Drone: API tokens",
    ),
    token(
        "TRAVIS-TOKEN", "Travis CI token", MEDIUM, "22 characters under a name that says Travis",
        "Travis CI, settings", "Travis CI: API",
    ),
    token(
        "CODECOV-TOKEN", "Codecov token", MEDIUM, "32 characters under a name that says Codecov",
        "Codecov, settings", "Codecov: tokens",
    ),
    token(
        "PREFECT-TOKEN", "Prefect key", MEDIUM, "`pnu_` or `pnb_` and 36 characters",
        "Prefect Cloud, API keys", "Prefect: API keys",
    ),
    token(
        "LINEAR-TOKEN", "Linear key", MEDIUM, "`lin_api_` or `lin_oauth_` and what follows",
        "Linear, settings, API", "Linear: API",
    ),
    token(
        "POSTMAN-KEY", "Postman key", MEDIUM, "`PMAK-`, 24 and 34 hex digits",
        "Postman, API keys", "Postman: API keys",
    ),
    token(
        "README-KEY", "ReadMe key", MEDIUM, "`rdme_` and 70 characters",
        "ReadMe, configuration, API key", "ReadMe: API keys",
    ),
    token(
        "AUTHRESS-KEY", "Authress client key", HIGH, "`sc_` or kin, and four groups with `.acc_`",
        "Authress, service clients", "Authress: access keys",
    ),
    token(
        "LAUNCHDARKLY-KEY", "LaunchDarkly key", MEDIUM,
        "`api-` or `sdk-` and a UUID, or 40 characters by name",
        "LaunchDarkly, authorization", "LaunchDarkly: keys",
    ),
    token(
        "SIDEKIQ-KEY", "Sidekiq licence key", MEDIUM,
        "Two groups of 8 hex digits under the name of its gem server, or in its address",
        "contribsys.com", "Sidekiq: commercial gems",
    ),
)  # fmt: skip
