"""Which credentials lie in the fleet, who wrote them, who can read them, where else they are."""
