"""Sentori: e-mail marketing, API v2.0."""
