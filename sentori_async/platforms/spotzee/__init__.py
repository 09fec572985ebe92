"""Spotzee: customer engagement, Main API."""
