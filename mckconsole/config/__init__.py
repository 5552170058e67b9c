"""The user's configuration: its shape, how it is found and read, errors with file and line."""
