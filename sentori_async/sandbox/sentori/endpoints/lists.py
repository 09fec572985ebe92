"""Mailing lists and audiences: https://docs.sentoriapp.com/api-mailinglists and /api-audiences."""

from __future__ import annotations

from collections.abc import Iterable

from sentori_async.sandbox.platform import Incoming, Reply, json_reply
from sentori_async.sandbox.sentori.refusal import Refusal
from sentori_async.sandbox.sentori.state import SentoriState


def mailing_list(account: SentoriState, request: Incoming) -> Reply:
    """Return one mailing list."""
    found = account.mailing_lists.get(request.args[0])
    if found is None:
        raise Refusal(200)
    return json_reply(found.shown())


def mailing_lists(account: SentoriState, request: Incoming) -> Reply:  # noqa: ARG001
    """Return all mailing lists."""
    return json_reply([entry.shown() for entry in account.mailing_lists.all()])


def subscribers(account: SentoriState, request: Incoming) -> Reply:
    """Return a list's subscribers that Sentori would mail, all at once."""
    number = account.mailing_lists.find(request.args[0])
    if number is None:
        raise Refusal(200)
    return _people(account, account.mailing_lists.emailable(number))


def audiences(account: SentoriState, request: Incoming) -> Reply:  # noqa: ARG001
    """Return all audiences."""
    return json_reply([entry.shown() for entry in account.audiences.all()])


def audience_contacts(account: SentoriState, request: Incoming) -> Reply:
    """Return an audience's contacts that Sentori would mail, all at once."""
    (external_id,) = request.args
    rule = account.audiences.find(external_id)
    if rule is not None:
        return _people(account, account.audiences.emailable(rule))
    group = account.upload_groups.find(external_id)
    if group is None or not account.options.groups_are_audiences:
        raise Refusal(500)
    return _people(account, account.upload_groups.emailable(group))


def _people(account: SentoriState, found: Iterable[tuple[int, str]]) -> Reply:
    """Print contacts; the pages' samples have SystemID as text, their tables as a number."""
    if account.options.ids_as_text:
        return json_reply([{"SystemID": str(i), "EmailAddress": a} for i, a in found])
    return json_reply([{"SystemID": i, "EmailAddress": a} for i, a in found])
