"""The embedded fleet: a small Kubernetes API server with scenarios, faults and a Prometheus."""
