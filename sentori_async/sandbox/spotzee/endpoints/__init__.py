"""The endpoints of the Main API for projects: a project and a request in, a reply out.

They raise `Refusal` for every documented error, and run inside one transaction.
Where several errors fit, this order is inferred: the query, the form of the body, what the path
names, the values.
"""
