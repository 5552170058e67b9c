"""Where knowledge comes from: kubeconfig, credentials, read-only transport, lists, metrics.

The only package that talks to a network or starts a process.
"""
