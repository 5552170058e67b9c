"""Who can do what in a cluster, by Kubernetes RBAC alone.

    index = held(cluster, before).index                    # made anew when RBAC changed
    index.who_can(Need.of("get list", "secrets", name="db"), "shop")
    who_can_change_binding(index, "shop", "checkout")      # a ServiceAccount's cloud identity
    who_can_read_secret(index, "shop", "db")
    who_can_read(index, Target("configmaps", in_pods=True), "shop", "env")
    unread(cluster)                                        # why an answer may be short

An answer is a tuple of `Grant`s, each the evidence of one way: subject, binding, role and rule.
What is outside RBAC is told by `OUTSIDE`, and must stand beside every answer.
"""

from mckconsole.analysis.rbac.binding import who_can_at_once, who_can_change_binding
from mckconsole.analysis.rbac.index import RbacIndex, build
from mckconsole.analysis.rbac.model import OUTSIDE, SCOPE, Grant, Need, Reach, Way, WayKind
from mckconsole.analysis.rbac.objects import Target, who_can_read
from mckconsole.analysis.rbac.reading import TOPIC_OF, TOPICS, HeldIndex, evidence, held, unread
from mckconsole.analysis.rbac.secret import who_can_read_secret
from mckconsole.analysis.rbac.subjects import Subject, covers

__all__ = [
    "OUTSIDE",
    "SCOPE",
    "TOPICS",
    "TOPIC_OF",
    "Grant",
    "HeldIndex",
    "Need",
    "RbacIndex",
    "Reach",
    "Subject",
    "Target",
    "Way",
    "WayKind",
    "build",
    "covers",
    "evidence",
    "held",
    "unread",
    "who_can_at_once",
    "who_can_change_binding",
    "who_can_read",
    "who_can_read_secret",
]
