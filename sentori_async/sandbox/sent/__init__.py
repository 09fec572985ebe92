"""The sandboxed Sent."""
