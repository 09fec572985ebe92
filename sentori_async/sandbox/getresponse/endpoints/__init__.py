"""The endpoints of API v3: an account and a request in, a reply out.

They raise `Refusal` for every documented error, and run inside one transaction.
Where several errors fit, this order is inferred: the path, the form of the body, the values, what
they point to, what is unique.
"""
