"""What can go wrong while reading a cluster, in words that say what to do next.

    SourceError
    ├── ReadOnlyViolation        the guard stopped a request: a bug of ours
    ├── ConnectionTrouble        no usable answer
    │   ├── NameNotFound
    │   ├── ConnectFailed        refused, reset, no route
    │   ├── ConnectTimeout
    │   ├── ReadTimeout          accepted, then silence or a trickle
    │   ├── TLSFailed
    │   ├── ProxyFailed
    │   └── NotKubernetes        something answered that is no Kubernetes API
    │       ├── Redirected
    │       └── ProtocolTrouble  truncated, oversized, undecodable
    ├── CredentialTrouble
    │   ├── Unauthorized         401
    │   └── LoginRequired        a plugin wants a person, or failed
    ├── TooMany                  more than is held
    └── StatusTrouble            a well-formed refusal
        ├── Forbidden            403
        ├── NotServed            404 on a list path
        ├── Expired              410, or an ERROR event that means it
        ├── Throttled            429
        ├── ServerTrouble        5xx
        └── BadRequest           any other 4xx

Messages are cleaned, hold no credential and no response body beyond a short excerpt; `hint` says
what an operator can do.
"""

from __future__ import annotations

from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.domain.text import clean, shorten

MAX_MESSAGE = 300


class SourceError(Exception):
    """Base of everything the sources raise on purpose."""

    cluster_state = ClusterState.UNREACHABLE
    """What the cluster is when its first contact ends like this."""
    topic_state = TopicState.UNREACHABLE
    """What a topic is when reading it ends like this and nothing older is held."""
    retryable = True
    """Whether trying again can help without somebody changing something."""

    def __init__(
        self, message: str, *, hint: str = "", retry_after: float | None = None, reason: str = ""
    ) -> None:
        self.message = shorten(clean(message), MAX_MESSAGE)
        self.hint = clean(hint)
        self.retry_after = retry_after
        """Seconds the server asked us to wait."""
        self.reason = clean(reason)
        """Machine-readable reason of a Kubernetes Status: `Expired`, `Forbidden`,
        `ResourceVersionTooLarge` …; empty when there was none."""
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def forget(self) -> None:
        """Let go of where it came from: it is kept for as long as it holds, and with it would be
        the frames, whose variables are the answer that was read, and the decoder's error, which
        has all of it."""
        self.__traceback__ = self.__cause__ = self.__context__ = None


class ReadOnlyViolation(SourceError):
    """A request that is not read-only was stopped before it left the process."""

    retryable = False


class ConnectionTrouble(SourceError):
    """No usable answer from the API server."""


class NameNotFound(ConnectionTrouble):
    """The host name does not resolve."""


class ConnectFailed(ConnectionTrouble):
    """The connection was refused, reset or has no route."""


class ConnectTimeout(ConnectionTrouble):
    """Nothing answered the connection attempt."""


class ReadTimeout(ConnectionTrouble):
    """The server accepted and then said nothing, or too little."""


class TLSFailed(ConnectionTrouble):
    """The certificate could not be trusted, or the handshake failed."""

    retryable = False


class ProxyFailed(ConnectionTrouble):
    """The configured proxy refused or is not there."""


class NotKubernetes(ConnectionTrouble):
    """Something answered, but it is no Kubernetes API."""

    retryable = False


class Redirected(NotKubernetes):
    """The server answered with a redirect, which is never followed."""


class ProtocolTrouble(NotKubernetes):
    """The answer was truncated, oversized or not decodable."""

    retryable = True


class ReplyTooLarge(ProtocolTrouble):
    """The answer is larger than is read; a shorter page may do."""


class CredentialTrouble(SourceError):
    """The credential is the problem."""

    cluster_state = ClusterState.UNAUTHORIZED


class Unauthorized(CredentialTrouble):
    """401, also after one refresh."""


class LoginRequired(CredentialTrouble):
    """A credential plugin wants a person, failed, timed out or is not allowed."""

    cluster_state = ClusterState.LOGIN_REQUIRED


class TooMany(SourceError):
    """There is more of it than the console holds."""

    cluster_state = ClusterState.DEGRADED
    retryable = False


class StatusTrouble(SourceError):
    """The API server understood and refused."""

    cluster_state = ClusterState.DEGRADED


class Forbidden(StatusTrouble):
    """403: RBAC says no."""

    cluster_state = ClusterState.FORBIDDEN
    topic_state = TopicState.FORBIDDEN
    retryable = False


class NotServed(StatusTrouble):
    """404 on a list path: the kind is gone."""

    topic_state = TopicState.ABSENT
    retryable = False


class Expired(StatusTrouble):
    """410: the resource version or the continue token is too old."""


class Throttled(StatusTrouble):
    """429, with the wait the server asked for in `retry_after`."""


class ServerTrouble(StatusTrouble):
    """5xx."""


class BadRequest(StatusTrouble):
    """Any other 4xx."""

    retryable = False
