"""Many rows at once: planned by the platform, sent by a fixed set of workers, all accounted for."""
