"""Who is who in which cloud: every workload's real identity, and what is wrong with it."""
