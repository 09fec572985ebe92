"""Spotzee as the sandbox plays it."""
