"""What one account of the sandboxed Sentori holds; endpoints and tests use the same stores."""
