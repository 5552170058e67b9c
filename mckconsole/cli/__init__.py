"""The command line: arguments, exit codes, words on stderr, data on stdout."""
