"""How each family of credentials is recognised: one module per provider or kind."""
