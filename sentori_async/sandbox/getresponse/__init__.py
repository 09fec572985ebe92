"""GetResponse as the sandbox plays it."""
