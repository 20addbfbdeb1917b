"""One short page a command: its options, what it calls, what it prints."""
