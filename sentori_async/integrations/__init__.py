"""What connects the package with other people's tools; each is imported by its user alone."""
