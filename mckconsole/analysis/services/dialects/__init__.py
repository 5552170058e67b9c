"""How each implementation says that a service crosses clusters: objects to exports and imports."""
