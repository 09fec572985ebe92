"""Sent: text messages and WhatsApp, API v3."""
