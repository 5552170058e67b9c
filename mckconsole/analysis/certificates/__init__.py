"""Which certificates run out when, who renews them, and which do not fit where they are used."""
