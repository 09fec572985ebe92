"""The endpoints under /users: https://docs.spotzee.com/guides/sync-users (2026-09)."""

from __future__ import annotations

from urllib.parse import parse_qsl

from sentori_async.sandbox.platform import Incoming, Reply, json_reply
from sentori_async.sandbox.spotzee.endpoints.batches import batch, refuse_items, results
from sentori_async.sandbox.spotzee.paging import page, parameters
from sentori_async.sandbox.spotzee.refusal import Refusal
from sentori_async.sandbox.spotzee.rules import user_faults
from sentori_async.sandbox.spotzee.state import SpotzeeState
from sentori_async.sandbox.spotzee.stores.contacts import SOURCE, UserRow
from sentori_async.sandbox.spotzee.stores.queue import Job

ACCEPTED = Reply(204)


def iterate(project: SpotzeeState, request: Incoming) -> Reply:
    """Return a page of users."""
    contacts = project.contacts
    return page(project.scope, SOURCE, request, lambda row: contacts.show(UserRow(*row)))


def get(project: SpotzeeState, request: Incoming) -> Reply:
    """Return the user of an external id."""
    return json_reply(project.contacts.show(existing(project, request.args[0])))


def me(project: SpotzeeState, request: Incoming) -> Reply:
    """Return the user that a session token belongs to."""
    return json_reply(project.contacts.show(project.sessions.user_of(request)))


def upsert(project: SpotzeeState, request: Incoming) -> Reply:
    """Create or change up to a hundred users, and say what became of each."""
    items = batch(request, project.options)
    if project.options.strict_batches:
        refuse_items(items, user_faults, project.options)
    contacts = project.contacts
    return results(
        items,
        user_faults,
        lambda item: {"user": contacts.show(contacts.upsert(item))},
        project.options,
    )


def queue_upsert(project: SpotzeeState, request: Incoming) -> Reply:
    """Accept up to a hundred users; what becomes of each, nobody says."""
    items = batch(request, project.options)
    if project.options.strict_batches:
        refuse_items(items, user_faults, project.options)
    project.contacts.queue.put(Job.UPSERT, items)
    return ACCEPTED


def delete(project: SpotzeeState, request: Incoming) -> Reply:
    """Accept the deletion of a user, whether there is one or not (inferred)."""
    project.contacts.queue.put(Job.DELETE, [request.args[0]])
    return ACCEPTED


def delete_many(project: SpotzeeState, request: Incoming) -> Reply:
    """Accept the deletion of the users that the query names."""
    parameters(request.query, {"user_id"}, project.scope)
    given = parse_qsl(request.query, keep_blank_values=True)
    external_ids = [value for name, value in given if name == "user_id"]
    if not external_ids:
        raise Refusal("parameter_missing", param="user_id")
    if "" in external_ids:
        raise Refusal("parameter_invalid_empty", param="user_id")
    project.contacts.queue.put(Job.DELETE, external_ids)
    return ACCEPTED


def create_session(project: SpotzeeState, request: Incoming) -> Reply:
    """Make a token with which a browser may act for a user, for a quarter of an hour."""
    return json_reply(project.sessions.create(existing(project, request.args[0])))


def existing(project: SpotzeeState, external_id: str) -> UserRow:
    """Return the user of an external id; else refuse with resource_missing."""
    row = project.contacts.find(external_id)
    if row is None:
        raise Refusal("resource_missing", "There is no such user.")
    return row
