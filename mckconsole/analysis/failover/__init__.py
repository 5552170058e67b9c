"""What is lost with a cluster, worked out from what is held: nothing is tried."""
