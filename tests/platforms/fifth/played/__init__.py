"""The sandboxed Toy."""
