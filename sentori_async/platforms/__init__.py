"""One folder per vendor; a rule of one vendor's API appears in its folder only."""
