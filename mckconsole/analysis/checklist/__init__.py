"""The ten go-live items, each answered for every cluster from what was read."""
