"""What a sandboxed Spotzee keeps: one store for each kind of thing."""
