"""Credentials of clouds in words: AWS, Google Cloud, Azure and others."""

from __future__ import annotations

from mckconsole.detect.catalog_words import (
    CRITICAL,
    HIGH,
    LOW,
    MEDIUM,
    A,
    B,
    C,
    proven,
    rule,
    token,
)

_AWS = "AWS IAM user guide: unique identifiers, access keys"
_GCP = (
    "Google Cloud: AIP-4112 to 4117, service account keys; AIP-4110 application default credentials"
)
_MS = "microsoft/security-utilities (MIT): identifiable keys, signature and Marvin32 checksum"
_SAS = "Azure Storage: shared access signatures; Service Bus: SAS authentication"

_AMAZON = (
    rule(
        "AWS-ACCESS-KEY",
        "AWS access key",
        A,
        CRITICAL,
        "An access key id (`AKIA…`, temporary `ASIA…`) and, in the same object, the 40 characters "
        "of its secret: both are one finding. The id alone is tier B and low: it names a key, it "
        "does not open anything. The account number stands in the id itself (not in ids whose "
        "fifth character is I or J). Role and user ids (`AROA…`, `AIDA…`) and AWS's examples are "
        "not reported; temporary keys are low.",
        "Where a key must stay, rotate it: `aws iam create-access-key`, deploy, "
        "`aws iam update-access-key --status Inactive`, `aws iam delete-access-key`.",
        f"{_AWS}; account from the id: 30 bits of base32 after the prefix",
        "aws",
    ),
    rule(
        "AWS-SECRET-KEY",
        "AWS secret access key",
        B,
        HIGH,
        "40 characters of base64, random enough, whose name says AWS secret; without the id that "
        "it belongs to. Hexadecimal digests of 40 characters are not reported.",
        "Find the key's id (`aws iam list-access-keys`) and rotate it.",
        _AWS,
        "aws",
    ),
    rule(
        "AWS-SESSION-TOKEN",
        "AWS session token",
        B,
        LOW,
        "The long third part of temporary credentials, by its start and length. It ends by itself "
        "within 36 hours; one that lies in an object is refreshed by something or long expired.",
        "See what writes it, and whether it can assume the role itself.",
        f"{_AWS}; STS GetSessionToken",
        "aws",
    ),
    token(
        "AWS-MWS-TOKEN", "Amazon Marketplace token", HIGH,
        "`amzn.mws.` and a UUID", "Seller Central, user permissions", "Amazon MWS documentation",
    ),
    rule(
        "AWS-BEDROCK-KEY",
        "Amazon Bedrock API key",
        B,
        HIGH,
        "`ABSK` and base64 that says BedrockAPIKey (long-lived), or `bedrock-api-key-` and a "
        "presigned request (at most 12 hours).",
        "`aws iam delete-service-specific-credential`.",
        "Amazon Bedrock user guide: API keys",
        "aws",
    ),
    token(
        "AWS-APPSYNC-KEY", "AWS AppSync API key", MEDIUM, "`da2-` and 26 characters",
        "AppSync, settings (`aws appsync delete-api-key`)", "AWS AppSync: API_KEY authorization",
    ),
)  # fmt: skip

_GOOGLE = (
    rule(
        "GCP-SERVICE-ACCOUNT-KEY",
        "Google service account key",
        A,
        CRITICAL,
        "JSON of type `service_account` with a private key that parses, the key's id (40 hex "
        "digits, public) and the account's mail. Keys do not expire by themselves. Federated "
        "configurations (`external_account`) hold no secret and are not reported.",
        "`gcloud iam service-accounts keys delete KEY_ID --iam-account MAIL`.",
        _GCP,
        "gcp",
    ),
    rule(
        "GCP-USER-CREDENTIALS",
        "Google user credentials",
        A,
        CRITICAL,
        "JSON of type `authorized_user` with a refresh token: somebody's own login, from "
        "`gcloud auth application-default login`. Impersonation over such a login too.",
        "The person revokes it: `gcloud auth application-default revoke`, or at "
        "https://myaccount.google.com/permissions.",
        _GCP,
        "gcp",
    ),
    rule(
        "GCP-HMAC-KEY",
        "Google Cloud Storage HMAC key",
        B,
        HIGH,
        "An access id `GOOG1…` and, beside it, the 40 characters of its secret.",
        "`gcloud storage hmac update --deactivate ID`, then `hmac delete`.",
        "Cloud Storage: HMAC keys",
        "gcp",
    ),
    token(
        "GCP-API-KEY", "Google API key", MEDIUM, "`AIza` and 35 characters",
        "APIs & Services, credentials (restrict it to one API and its callers)",
        "Google Cloud: API keys",
    ),
    token(
        "GCP-OAUTH-SECRET", "Google OAuth client secret", HIGH, "`GOCSPX-` and 28 characters",
        "APIs & Services, credentials", "Google identity: OAuth 2.0 clients",
    ),
    token(
        "GCP-OAUTH-TOKEN", "Google OAuth access token", LOW,
        "`ya29.` and what follows; it ends within the hour", "the account's permissions",
        "Google identity: OAuth 2.0",
    ),
    token(
        "GCP-REFRESH-TOKEN", "Google OAuth refresh token", HIGH, "`1//0` and 40 characters or more",
        "https://myaccount.google.com/permissions", "Google identity: OAuth 2.0",
    ),
    token(
        "GCP-FCM-KEY", "Firebase messaging server key", MEDIUM,
        "`AAAA`, 7 characters, a colon and 140 more", "the Firebase console, cloud messaging",
        "Firebase: legacy server keys",
    ),
)  # fmt: skip

_SIGNED = (
    ("STORAGE-KEY", "Azure Storage account key", "`+ASt`", CRITICAL),
    ("COSMOS-KEY", "Azure Cosmos DB key", "`ACDb`", CRITICAL),
    ("BATCH-KEY", "Azure Batch key", "`+ABa`", CRITICAL),
    ("ML-KEY", "Azure ML classic key", "`+AMC`", HIGH),
    ("APIM-KEY", "Azure API Management key", "`APIM`", CRITICAL),
    ("SERVICE-BUS-KEY", "Azure Service Bus key", "`+ASb`", CRITICAL),
    ("EVENT-HUB-KEY", "Azure Event Hubs key", "`+AEh`", CRITICAL),
    ("RELAY-KEY", "Azure Relay key", "`+ARm`", HIGH),
    ("IOT-KEY", "Azure IoT key", "`AIoT`", CRITICAL),
    ("EVENT-GRID-KEY", "Azure Event Grid key", "`AZEG`", HIGH),
    ("REDIS-KEY", "Azure Cache for Redis key", "`AzCa`", CRITICAL),
    ("SEARCH-KEY", "Azure AI Search key", "`AzSe`", HIGH),
    ("REGISTRY-KEY", "Azure Container Registry key", "`+ACR` or `AZCR`", CRITICAL),
    ("FUNCTION-KEY", "Azure Functions key", "`AzFu`", HIGH),
    ("APP-CONFIGURATION-KEY", "Azure App Configuration key", "`AZAC`", CRITICAL),
    ("AI-KEY", "Azure AI services key", "`ACOG`", HIGH),
    ("SIGNED-KEY", "Azure key", "`JQQJ9`, the mark of annotated keys,", HIGH),
)

_MICROSOFT = (
    rule(
        "AZURE-CLIENT-SECRET",
        "Azure client secret",
        A,
        CRITICAL,
        "Three characters, the mark `7Q~` or `8Q~`, and 31 or more: a password of an application "
        "in Entra ID. Tier A when the checksum of the `8Q~` form holds, or when the ids of an "
        "application or tenant (UUIDs) lie in the same object; else B.",
        "`az ad app credential delete --id APP --key-id KEY`.",
        f"{_MS}; Entra ID: application credentials",
        "azure",
    ),
    *(
        rule(
            f"AZURE-{what}",
            title,
            A,
            severity,
            f"A key with the fixed signature {mark} and a checksum that holds; keys whose checksum "
            "does not are not reported.",
            "Regenerate the key of the resource (`az … keys renew`), after its users have moved to "
            "the other one, and forbid local authentication where the service can.",
            _MS,
            "azure",
        )
        for what, title, mark, severity in _SIGNED
    ),
    proven(
        "AZURE-DEVOPS-TOKEN", "Azure DevOps token", HIGH,
        "52 characters of base32 or 84 with the signature `AZDO`, and a checksum that holds",
        "Azure DevOps, user settings, personal access tokens", _MS,
    ),
    rule(
        "AZURE-SAS-TOKEN",
        "Azure shared access signature",
        A,
        MEDIUM,
        "A query with a version, a signature and what it allows (`sp`), on one resource (`sr`) or "
        "a whole account (`ss`, `srt`), or a `SharedAccessSignature` of Service Bus and IoT Hub. "
        "High when it may write or delete or opens an account; an expired one is information.",
        "It ends with the key that signed it, or with its stored access policy: rotate or delete "
        "that. Ask for user delegation signatures instead.",
        _SAS,
        "azure",
    ),
    rule(
        "AZURE-CONNECTION-STRING",
        "Azure connection string",
        A,
        CRITICAL,
        "`AccountName`/`Endpoint`/`HostName` with `AccountKey`, `SharedAccessKey` or `Secret` in "
        "one string, whose key is base64 of the right length. The development storage account's "
        "well-known key is not reported.",
        "Regenerate the key of the resource.",
        "Azure: connection strings of Storage, Service Bus, Event Hubs, IoT Hub, App Configuration",
        "azure",
    ),
)  # fmt: skip

_OTHERS = (
    token(
        "DIGITALOCEAN-TOKEN", "DigitalOcean token", HIGH,
        "`dop_v1_`, `doo_v1_` or `dor_v1_` and 64 hex digits",
        "DigitalOcean, API tokens", "DigitalOcean API: authentication",
    ),
    rule(
        "ALIBABA-ACCESS-KEY",
        "Alibaba Cloud access key",
        B,
        CRITICAL,
        "An id `LTAI…` and, in the same object, the 30 characters of its secret. The id alone is "
        "low.",
        "Use RAM roles for service accounts (RRSA) of ACK; disable and delete the key in RAM.",
        "Alibaba Cloud: AccessKey pairs",
    ),
    rule(
        "TENCENT-SECRET-KEY",
        "Tencent Cloud key",
        B,
        CRITICAL,
        "An id `AKID…` of 36 characters and, in the same object, the 32 characters of its key. "
        "The id alone is low.",
        "Disable and delete the key in Cloud Access Management; use a role.",
        "Tencent Cloud: CAM access keys",
    ),
    token(
        "YANDEX-KEY", "Yandex Cloud key", HIGH,
        "A static key `YC…`, an API key `AQVN…` or an IAM token `t1.…`",
        "Yandex Cloud, service account (`yc iam access-key delete`)", "Yandex Cloud: IAM",
    ),
    rule(
        "IBM-API-KEY",
        "IBM Cloud API key",
        C,
        MEDIUM,
        "44 characters of base64url under a name that says IBM or Bluemix: a weak shape.",
        "`ibmcloud iam api-key-delete`; use a trusted profile of the compute resource.",
        "IBM Cloud: API keys",
    ),
    rule(
        "OCI-API-KEY",
        "Oracle Cloud API key",
        A,
        CRITICAL,
        "A configuration with tenancy, user and fingerprint, and the private key that they belong "
        "to in the same object.",
        "Use instance or workload identity principals; delete the key: `oci iam user api-key "
        "delete`.",
        "Oracle Cloud: SDK and CLI configuration file",
    ),
    token(
        "HEROKU-KEY", "Heroku API key", HIGH,
        "`HRKU-` and what follows, or a UUID under a name that says Heroku key",
        "Heroku, account, applications", "Heroku: platform API",
    ),
    token(
        "SCALEWAY-KEY", "Scaleway API key", HIGH,
        "An id `SCW…` of 20 characters and a UUID as its secret", "Scaleway, IAM, API keys",
        "Scaleway: API keys",
    ),
    token(
        "CLOUDFLARE-KEY", "Cloudflare key", HIGH,
        "An origin CA key `v1.0-…`, or 37 or 40 characters under a name that says Cloudflare",
        "Cloudflare, my profile, API tokens", "Cloudflare: API keys and tokens",
    ),
    token(
        "FASTLY-TOKEN", "Fastly token", HIGH, "32 characters under a name that says Fastly",
        "Fastly, account, API tokens", "Fastly: API tokens",
    ),
    token(
        "FLY-TOKEN", "Fly.io token", HIGH, "`fo1_`, `fm1r_`, `fm1a_` or `fm2_` and what follows",
        "`fly tokens revoke`", "Fly.io: access tokens",
    ),
    token(
        "SCALINGO-TOKEN", "Scalingo token", HIGH, "`tk-us-` and 48 characters",
        "Scalingo, account, tokens", "Scalingo: API tokens",
    ),
    token(
        "AKAMAI-TOKEN", "Akamai credential", HIGH, "`akab-` and two groups of 16 characters",
        "Akamai control center, identity and access", "Akamai: EdgeGrid",
    ),
    token(
        "NETLIFY-TOKEN", "Netlify token", HIGH,
        "`nfp_` and 36 characters, or 40 or more under a name that says Netlify",
        "Netlify, user settings, applications", "Netlify: access tokens",
    ),
    token(
        "VERCEL-TOKEN", "Vercel token", HIGH,
        "`vcp_` (or `vci_`, `vca_`, `vcr_`, `vck_`) and 56 characters, or 24 by name",
        "Vercel, account, tokens", "Vercel: access tokens",
    ),
)  # fmt: skip

CLOUD_RULES = (*_AMAZON, *_GOOGLE, *_MICROSOFT, *_OTHERS)
