"""What one account of the sandboxed GetResponse holds; endpoints and tests use the same stores."""
