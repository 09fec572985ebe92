"""The endpoints of API v3: an account and a request in, a result out.

They raise `Refusal` for every documented error, and run inside one transaction.
Where several errors fit, this order is inferred: the path, the form of the body, its values, what
it names.
A body with ``sandbox: true`` ends after the values: nothing is looked up or changed.
"""
