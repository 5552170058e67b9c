"""Services across clusters: who exports, who imports, whether that agrees, and what would break."""
