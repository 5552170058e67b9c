"""The topics that the secret audit reads: the pane asks for them, and coverage tells of them.

Alone here because panes are known before anything is analysed. Those of the identities are among
them: who can read a Secret, which workload uses it, and which identity could replace it.
"""

from __future__ import annotations

from mckconsole.analysis.identity.topics import TOPICS as IDENTITY_TOPICS
from mckconsole.domain.kinds import KINDS, Scan

SECRETS = "secrets"
CONFIG_MAPS = "configmaps"
SCANNED = tuple(
    sorted(
        (kind.topic for kind in KINDS if kind.scan is not Scan.NONE),
        key=lambda topic: (topic != SECRETS, topic != CONFIG_MAPS),
    )
)
"""Topics in whose objects credentials are looked for; Secrets and ConfigMaps first."""
TOPICS = tuple(dict.fromkeys((*SCANNED, *IDENTITY_TOPICS)))
