"""What it means: pure functions from a fleet snapshot to rows and findings."""
