"""What an object has to do with: owners, what it owns and what uses it, and what happened to it."""
