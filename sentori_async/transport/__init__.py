"""All I/O: connections, attempts, waits and their limits."""
