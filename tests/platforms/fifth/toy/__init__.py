"""Toy, a platform that nobody has: how little one takes."""
