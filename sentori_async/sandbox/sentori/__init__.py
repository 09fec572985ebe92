"""Sentori as the sandbox plays it."""
