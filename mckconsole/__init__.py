"""mckconsole: the incident and audit console for Kubernetes fleets.

Importing this package costs nothing: it holds the version and no imports, so that `--version` and
`completion` stay fast.
"""

__version__ = "0.1.0"
