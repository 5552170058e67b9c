"""How the credentials of each service look, as a table of formats: what the generator writes.

`{A36}` is 36 letters and digits, `{h32}` hex, `{U27}` capitals and digits, `{w22}` base64url,
`{b40}` base64, `{l34}` letters, `{B24}` base32, `{d10}` digits, `{a32}` small letters and digits,
`{u}` a UUID. Marks are written apart from what follows, so that no scanner takes this table for a
find.
"""

from __future__ import annotations

import re
import string
import uuid
from random import Random

_SMALL = string.ascii_lowercase + string.digits
_ALPHABETS = {
    "A": string.ascii_letters + string.digits,
    "h": "0123456789abcdef",
    "U": string.ascii_uppercase + string.digits,
    "w": string.ascii_letters + string.digits + "-_",
    "b": string.ascii_letters + string.digits + "+/",
    "l": string.ascii_letters,
    "B": string.ascii_uppercase + "234567",
    "d": string.digits,
    "a": _SMALL,
}
_FIELD = re.compile(r"\{([A-Za-z])(\d*)\}")


def fill(shape: str, dice: Random) -> str:
    """A value of a shape."""

    def one(found: re.Match[str]) -> str:
        kind, size = found.groups()
        if kind == "u" and not size:
            return str(uuid.UUID(int=dice.getrandbits(128), version=4))
        text = "".join(dice.choices(_ALPHABETS[kind], k=int(size)))
        # Ends that glue to what follows or precedes make other words of some alphabets.
        return text if text[:1] not in "-_" else "A" + text[1:]

    return _FIELD.sub(one, shape)


MARKED = (
    ("AWS-MWS-TOKEN", "MWS_AUTH_TOKEN", "amzn.mws.{u}"),
    ("AWS-BEDROCK-KEY", "AWS_BEARER_TOKEN_BEDROCK", "ABSKQmVkcm9ja0FQSUtleS{A110}="),
    ("AWS-APPSYNC-KEY", "APPSYNC_KEY", "da2-{a26}"),
    ("GCP-API-KEY", "GOOGLE_MAPS_KEY", "AIza{w35}"),
    ("GCP-OAUTH-SECRET", "OAUTH_CLIENT_SECRET", "GOCSPX-{w28}"),
    ("GCP-OAUTH-TOKEN", "GOOGLE_TOKEN", "ya29.{w120}"),
    ("GCP-REFRESH-TOKEN", "REFRESH", "1//0{w80}"),
    ("DIGITALOCEAN-TOKEN", "DO_TOKEN", "dop_v1_{h64}"),
    ("YANDEX-KEY", "YC_API_KEY", "AQVN{w36}"),
    ("CLOUDFLARE-KEY", "ORIGIN_CA", "v1.0-{h24}-{h146}"),
    ("FLY-TOKEN", "FLY_API_TOKEN", "fo1_{w43}"),
    ("SCALINGO-TOKEN", "SCALINGO", "tk-us-{w48}"),
    ("NETLIFY-TOKEN", "NETLIFY", "nfp_{A36}"),
    ("VERCEL-TOKEN", "VERCEL", "vcp_{A56}"),
    ("OPENSHIFT-TOKEN", "OC_TOKEN", "sha256~{w43}"),
    ("DOCKER-SWARM-TOKEN", "SWARM", "SWMTKN-1-{a50}-{a25}"),
    ("GITHUB-TOKEN", "GITHUB_PAT", "github_pat_{A22}_{A59}"),
    ("GITLAB-TOKEN", "GITLAB_TOKEN", "glpat-{w20}"),
    ("GITLAB-TOKEN", "RUNNER_TOKEN", "glrt-{w20}"),
    ("GITLAB-TOKEN", "TRIGGER", "glptt-{h40}"),
    ("GITLAB-TOKEN", "AGENT_TOKEN", "glagent-{w50}"),
    ("GITLAB-TOKEN", "CI_REGISTRATION", "GR1348941{w20}"),
    ("PYPI-TOKEN", "TWINE_PASSWORD", "pypi-AgEIcHlwaS5vcmc{w90}"),
    ("RUBYGEMS-TOKEN", "GEM_HOST_API_KEY", "rubygems_{h48}"),
    ("NUGET-KEY", "NUGET_API_KEY", "oy2{a43}"),
    ("CLOJARS-TOKEN", "CLOJARS", "CLOJARS_{a60}"),
    ("DOCKER-HUB-TOKEN", "DOCKER_PAT", "dckr_pat_{w27}"),
    ("JFROG-TOKEN", "ARTIFACTORY_KEY", "AKCp{A69}"),
    ("TERRAFORM-TOKEN", "TFE_TOKEN", "{A14}.atlasv1.{w67}"),
    ("VAULT-TOKEN", "VAULT_TOKEN", "hvs.{w95}"),
    ("VAULT-TOKEN", "VAULT_BATCH", "hvb.{w140}"),
    ("PULUMI-TOKEN", "PULUMI_ACCESS_TOKEN", "pul-{h40}"),
    ("DOPPLER-TOKEN", "DOPPLER_TOKEN", "dp.pt.{A43}"),
    ("ONEPASSWORD-TOKEN", "OP_SERVICE_ACCOUNT_TOKEN", "ops_eyJ{A400}"),
    ("INFRACOST-KEY", "INFRACOST_API_KEY", "ico-{A32}"),
    ("HARNESS-TOKEN", "HARNESS", "pat.{A22}.{h24}.{A20}"),
    ("OCTOPUS-KEY", "OCTOPUS", "API-{U26}"),
    ("SONAR-TOKEN", "SONAR_TOKEN", "squ_{h40}"),
    ("SOURCEGRAPH-TOKEN", "SRC_ACCESS_TOKEN", "sgp_{h16}_{h40}"),
    ("SENTRY-TOKEN", "SENTRY_AUTH_TOKEN", "sntryu_{h64}"),
    ("PREFECT-TOKEN", "PREFECT_API_KEY", "pnu_{A36}"),
    ("LINEAR-TOKEN", "LINEAR_KEY", "lin_api_{A40}"),
    ("POSTMAN-KEY", "POSTMAN", "PMAK-{h24}-{h34}"),
    ("README-KEY", "README_KEY", "rdme_{a70}"),
    ("LAUNCHDARKLY-KEY", "LD_SDK", "sdk-{u}"),
    ("NEWRELIC-KEY", "NEW_RELIC", "NRAK-{U27}"),
    ("NEWRELIC-KEY", "NEW_RELIC_LICENSE_KEY", "{h36}NRAL"),
    ("DYNATRACE-TOKEN", "DT_TOKEN", "dt0c01.{B24}.{B64}"),
    ("POSTHOG-KEY", "POSTHOG", "phx_{A43}"),
    ("ANTHROPIC-KEY", "ANTHROPIC_API_KEY", "sk-ant-api03-{w93}AA"),
    ("OPENAI-KEY", "OPENAI_API_KEY", "sk-{A20}T3BlbkFJ{A20}"),
    ("OPENAI-KEY", "OPENAI_KEY", "sk-proj-{w74}T3BlbkFJ{w74}"),
    ("HUGGINGFACE-TOKEN", "HF_TOKEN", "hf_{l34}"),
    ("GROQ-KEY", "GROQ_API_KEY", "gsk_{A52}"),
    ("XAI-KEY", "XAI_API_KEY", "xai-{A80}"),
    ("PERPLEXITY-KEY", "PPLX", "pplx-{A48}"),
    ("REPLICATE-TOKEN", "REPLICATE_API_TOKEN", "r8_{A37}"),
    ("DATABRICKS-TOKEN", "DATABRICKS_TOKEN", "dapi{h32}"),
    ("STRIPE-KEY", "STRIPE_KEY", "sk_live_{A24}"),
    ("STRIPE-KEY", "STRIPE_RESTRICTED", "rk_live_{A98}"),
    ("STRIPE-KEY", "STRIPE_WEBHOOK", "whsec_{A32}"),
    ("SQUARE-TOKEN", "SQUARE", "sq0atp-{w22}"),
    ("SHIPPO-TOKEN", "SHIPPO", "shippo_live_{h40}"),
    ("SHOPIFY-TOKEN", "SHOPIFY", "shpat_{h32}"),
    ("EASYPOST-KEY", "EASYPOST", "EZAK{A54}"),
    ("DUFFEL-TOKEN", "DUFFEL", "duffel_live_{w43}"),
    ("PLAID-KEY", "PLAID_ACCESS", "access-production-{u}"),
    ("SLACK-TOKEN", "SLACK_BOT_TOKEN", "xoxb-{d12}-{d13}-{A24}"),
    ("SLACK-TOKEN", "SLACK_APP_TOKEN", "xapp-1-A{U10}-{d13}-{h64}"),
    ("SLACK-WEBHOOK", "SLACK_URL", "https://hooks.slack.com/services/T{U8}/B{U10}/{A24}"),
    ("DISCORD-WEBHOOK", "DISCORD_URL", "https://discord.com/api/webhooks/1{d17}/{w68}"),
    ("TELEGRAM-TOKEN", "TELEGRAM_BOT_TOKEN", "5{d9}:AA{w33}"),
    ("TWILIO-KEY", "TWILIO_AUTH_TOKEN", "{h32}"),
    ("SENDGRID-KEY", "SENDGRID_API_KEY", "SG.{w22}.{w43}"),
    ("MAILGUN-KEY", "MAILGUN", "key-{h32}"),
    ("MAILCHIMP-KEY", "MAILCHIMP_API_KEY", "{h32}-us14"),
    ("BREVO-KEY", "BREVO_API_KEY", "xkeysib-{h64}-{A16}"),
    ("NOTION-TOKEN", "NOTION_TOKEN", "ntn_{d11}{A35}"),
    ("AIRTABLE-TOKEN", "AIRTABLE", "pat{A14}.{h64}"),
    ("FIGMA-TOKEN", "FIGMA_TOKEN", "figd_{w40}"),
    ("PLANETSCALE-TOKEN", "PSCALE", "pscale_tkn_{w43}"),
    ("SUPABASE-KEY", "SUPABASE_TOKEN", "sbp_{h40}"),
    ("CLICKHOUSE-KEY", "CLICKHOUSE_SECRET", "4b1d{A38}"),
    ("MAPBOX-TOKEN", "MAPBOX", "pk.{A60}.{A22}"),
    ("TAILSCALE-KEY", "TS_AUTHKEY", "tskey-auth-{A17}-{A32}"),
    ("TYPEFORM-TOKEN", "TYPEFORM", "tfp_{A59}"),
    ("SETTLEMINT-TOKEN", "SETTLEMINT", "sm_pat_{A16}"),
    ("HUBSPOT-KEY", "HUBSPOT", "pat-na1-{u}"),
)
"""(rule without SEC-, usual name, shape): tier B, known by the value alone but for Twilio's."""

NAMED = (
    ("DATADOG-KEY", "DD_API_KEY", "{h32}"),
    ("DATADOG-KEY", "DATADOG_APP_KEY", "{h40}"),
    ("HEROKU-KEY", "HEROKU_API_KEY", "{u}"),
    ("FASTLY-TOKEN", "FASTLY_API_TOKEN", "{A32}"),
    ("SNYK-TOKEN", "SNYK_TOKEN", "{u}"),
    ("DRONE-TOKEN", "DRONE_TOKEN", "{A32}"),
    ("CODECOV-TOKEN", "CODECOV_TOKEN", "{u}"),
    ("ALGOLIA-KEY", "ALGOLIA_ADMIN_KEY", "{h32}"),
    ("OKTA-TOKEN", "OKTA_API_TOKEN", "00{w40}"),
    ("MERAKI-KEY", "MERAKI_DASHBOARD_API_KEY", "{h40}"),
    ("COHERE-KEY", "COHERE_API_KEY", "{A40}"),
    ("CONFLUENT-KEY", "CONFLUENT_CLOUD_API_SECRET", "{b64}"),
    ("SERVICE-KEY", "ADAFRUIT_IO_KEY", "{A32}"),
    ("SERVICE-KEY", "ZENDESK_API_TOKEN", "{A40}"),
    ("SERVICE-KEY", "PAGERDUTY_TOKEN", "{w20}"),
    ("SERVICE-KEY", "TRELLO_SECRET", "{h64}"),
)
"""The same for what only the name tells."""
