"""GetResponse: e-mail marketing, API v3."""
