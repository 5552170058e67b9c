"""What texts of a scenario refer to: parts of credentials, certificates, servers and days.

`«NAME.PART»` stands for a part of a credential or certificate (`crt` with what signed it, `leaf`,
`key`, `ca`, `request`), `«CLUSTER.server»` for the address that the fleet's kubeconfig has,
`«day.-30»` for a time stamp. `|b64` after it writes it in base64. Each is made when it is first
asked for.
"""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mckconsole.demo import minting, pki
from mckconsole.demo.chances import Parts
from mckconsole.demo.scenario import Scenario
from mckconsole.demo.sections_audit import CertificateModel
from mckconsole.demo.site import DAY
from mckconsole.domain.times import format_rfc3339

if TYPE_CHECKING:
    from cryptography import x509

_REFERENCE = re.compile(r"«([\w-]+)\.([\w.+-]+)(\|b64)?»")
_SERVER = re.compile(r"«[\w-]+\.server(?:\|b64)?»")


class Keyring:
    """The credentials of a scenario.

    Args:
        scenario: names them.
        seed: what is random of them is derived from it.
        epoch: Unix seconds of the fleet's start.
    """

    def __init__(self, scenario: Scenario, *, seed: int, epoch: float) -> None:
        self._scenario = scenario
        self._seed = seed
        self._epoch = epoch
        self._parts: dict[str, Parts] = {}
        self._issued: dict[str, tuple[x509.Certificate, pki.SecretKey]] = {}
        self.servers: dict[str, str] = {}
        """Cluster to the URL of its API server, once that is known."""

    def expand(self, thing: Any) -> Any:
        """A copy of a text, mapping or list with every reference replaced.

        Raises:
            KeyError: a reference names nothing.
        """
        if isinstance(thing, str):
            return _REFERENCE.sub(self._found, thing) if "«" in thing else thing
        if isinstance(thing, Mapping):
            return {key: self.expand(value) for key, value in thing.items()}
        if isinstance(thing, list):
            return [self.expand(one) for one in thing]
        return thing

    def parts(self, name: str) -> Parts:
        """The parts of one credential or certificate.

        Raises:
            KeyError: there is none of this name.
        """
        if name not in self._parts:
            if model := self._scenario.credentials.get(name):
                self._parts[name] = minting.mint(model, self._chance(name), self._epoch)
            else:
                self._parts[name] = self._certificate_parts(name)
        return self._parts[name]

    def _found(self, match: re.Match[str]) -> str:
        name, part, coded = match.groups()
        if part == "server":
            text = self.servers[name]
        elif name == "day":
            text = format_rfc3339(self._epoch + float(part) * DAY)
        elif part == "request":
            text = pki.pem_request(self._scenario.issued[name], self._key(name))
        else:
            text = self.parts(name)[part]
        return base64.b64encode(text.encode()).decode() if coded else text

    def _chance(self, name: str) -> random.Random:
        return random.Random(f"{self._seed}/{name}")  # noqa: S311 - it must come again

    def _certificate_parts(self, name: str) -> Parts:
        model = self._scenario.issued[name]
        certificate, key = self._issue(name)
        leaf = pki.pem_certificate(certificate)
        chain, root, signer = leaf, leaf, model.by
        while signer:
            above = self._scenario.issued[signer]
            root = pki.pem_certificate(self._issue(signer)[0])
            chain += root if above.by else ""
            signer = above.by
        return {"leaf": leaf, "crt": chain, "ca": root, "key": pki.pem_key(key)}

    def _issue(self, name: str) -> tuple[x509.Certificate, pki.SecretKey]:
        if name not in self._issued:
            model = self._scenario.issued[name]
            key = self._key(model.key_of or name)
            signer = self._issue(model.by) if model.by else None
            serial = self._chance(f"serial {name}").getrandbits(120) | 1
            certificate = pki.issue(model, key, signer, serial=serial, epoch=self._epoch)
            self._issued[name] = certificate, key
        return self._issued[name]

    def _key(self, name: str) -> pki.SecretKey:
        model: CertificateModel = self._scenario.issued[name]
        return pki.secret_key(model.key, self._chance(name))


def needs_servers(thing: Any) -> bool:
    """Whether a text, or one in a mapping or list, refers to the address of a server."""
    if isinstance(thing, str):
        return _SERVER.search(thing) is not None
    if isinstance(thing, Mapping):
        return any(map(needs_servers, thing.values()))
    return isinstance(thing, list) and any(map(needs_servers, thing))
