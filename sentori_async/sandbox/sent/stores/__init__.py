"""What one account of a sandboxed Sent holds."""
