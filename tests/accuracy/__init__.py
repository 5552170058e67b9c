"""How well credentials are found: on a generated fleet, and on public development corpora."""
