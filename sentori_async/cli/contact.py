"""`sentori contact`: one contact at a time."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from sentori_async.cli import texts
from sentori_async.cli.account import FROM_ENVIRONMENT, Account
from sentori_async.cli.columns import as_yes_no
from sentori_async.cli.exits import OK
from sentori_async.cli.output import AsJson, Output
from sentori_async.cli.running import guarded, run_async
from sentori_async.errors import InvalidInput, NotFound
from sentori_async.migrate.sides import there_are
from sentori_async.platforms.sentori.catalogue import NO_LIST
from sentori_async.platforms.sentori.client import AsyncSentori
from sentori_async.platforms.sentori.models import Contact, FieldKind
from sentori_async.platforms.sentori.names import CODEC

Address = Annotated[str, Parameter(help="The contact's address.")]
Field = Annotated[str, Parameter(help="FIELD=VALUE, by the field's exact name; FIELD= clears it.")]
ListId = Annotated[str, Parameter(help="The mailing list's ExternalID.")]

app: Final = App(name="contact", help_epilogue=texts.CONTACT_MORE)


@app.command
def get(
    contact: Annotated[str, Parameter(help="The address, or the SystemID.")],
    /,
    *,
    account: Account = FROM_ENVIRONMENT,
    as_json: AsJson = False,
) -> int:
    """Show a contact."""
    output = Output(as_json=as_json)

    async def work(client: AsyncSentori) -> None:
        named = int(contact) if contact.isdecimal() else contact
        _show(await client.contacts.get(named), output)

    return _with_client(account, output, work)


@app.command(usage=texts.usage("contact add", "ADDRESS [FIELD=VALUE...]"))
def add(
    address: Address,
    /,
    *fields: Field,
    account: Account = FROM_ENVIRONMENT,
    as_json: AsJson = False,
) -> int:
    """Add a new contact and show it; one that exists already is left as it is."""
    output = Output(as_json=as_json)

    async def work(client: AsyncSentori) -> None:
        _show(await client.contacts.add(address, await _typed(client, fields)), output)

    return _with_client(account, output, work)


@app.command(usage=texts.usage("contact update", "ADDRESS FIELD=VALUE..."))
def update(
    address: Address,
    /,
    *fields: Field,
    account: Account = FROM_ENVIRONMENT,
    as_json: AsJson = False,
) -> int:
    """Change fields of a contact and show it; another EmailAddress renames it."""
    output = Output(as_json=as_json)

    async def work(client: AsyncSentori) -> None:
        if not fields:
            raise InvalidInput("nothing to change: name at least one FIELD=VALUE")
        _show(await client.contacts.update(address, await _typed(client, fields)), output)

    return _with_client(account, output, work)


@app.command(usage=texts.usage("contact add-or-update", "ADDRESS [FIELD=VALUE...]"))
def add_or_update(
    address: Address,
    /,
    *fields: Field,
    account: Account = FROM_ENVIRONMENT,
    as_json: AsJson = False,
) -> int:
    """Add a contact, or change fields of the one that is there, and show it."""
    output = Output(as_json=as_json)

    async def work(client: AsyncSentori) -> None:
        done = await client.contacts.add_or_update(address, await _typed(client, fields))
        _show(done.contact, output)
        output.note("The contact is new." if done.created else "The contact was there already.")

    return _with_client(account, output, work)


@app.command
def delete(
    address: Address, /, *, account: Account = FROM_ENVIRONMENT, as_json: AsJson = False
) -> int:
    """Delete a contact with its subscriptions; a suppression stays."""
    output = Output(as_json=as_json)

    async def work(client: AsyncSentori) -> None:
        await client.contacts.delete(address)
        _say_done(address, "deleted", output)

    return _with_client(account, output, work)


@app.command
def fields(*, account: Account = FROM_ENVIRONMENT, as_json: AsJson = False) -> int:
    """List the fields that the account's contacts have, and what each of them takes."""
    output = Output(as_json=as_json)

    async def work(client: AsyncSentori) -> None:
        known = (await client.contacts.structure()).fields
        output.document({name: field.kind.value for name, field in known.items()})
        width = max(map(len, known), default=0)
        for name, field in known.items():
            output.line((f"{name:<{width}}  ", "bold"), field.kind.value)

    return _with_client(account, output, work)


@app.command
def subscribe(
    address: Address,
    list_id: ListId,
    /,
    *,
    account: Account = FROM_ENVIRONMENT,
    as_json: AsJson = False,
) -> int:
    """Subscribe a contact to a mailing list; once more changes nothing."""
    output = Output(as_json=as_json)

    async def work(client: AsyncSentori) -> None:
        async with _telling_lists(client):
            await client.contacts.subscribe(address, list_id)
        _say_done(address, "subscribed", output)

    return _with_client(account, output, work)


@app.command(usage=texts.usage("contact unsubscribe", "ADDRESS [LIST_ID]"))
def unsubscribe(
    address: Address,
    list_id: ListId | None = None,
    /,
    *,
    everything: Annotated[
        bool,
        Parameter(
            name="--all",
            help="Unsubscribe from every list and suppress the address; "
            "nothing in the API lifts a suppression.",
        ),
    ] = False,
    account: Account = FROM_ENVIRONMENT,
    as_json: AsJson = False,
) -> int:
    """Unsubscribe a contact from one mailing list, or from all of them for good."""
    output = Output(as_json=as_json)

    async def work(client: AsyncSentori) -> None:
        if (list_id is None) != everything:
            raise InvalidInput("name one mailing list, or say --all: it suppresses the address")
        if list_id is None:
            await client.contacts.unsubscribe_all(address)
        else:
            async with _telling_lists(client):
                await client.contacts.unsubscribe(address, list_id)
        _say_done(address, "unsubscribed", output)

    return _with_client(account, output, work)


@contextlib.asynccontextmanager
async def _telling_lists(client: AsyncSentori) -> AsyncIterator[None]:
    """Say which mailing lists there are where the one that was named is not."""
    try:
        yield
    except NotFound as error:
        if error.code == NO_LIST:
            lists = await client.mailing_lists.all()
            known = there_are((one.external_id, one.name) for one in lists)
            error.remedy = f"Of mailing lists {known}."
        raise


def _with_client(
    account: Account, output: Output, work: Callable[[AsyncSentori], Awaitable[None]]
) -> int:
    """Do the work with a client of the account and return the exit code."""

    async def main(client: AsyncSentori) -> int:
        async with client:
            await work(client)
        return OK

    return guarded(output, lambda: run_async(main(account.connect())))


def _show(contact: Contact, output: Output) -> None:
    fields: dict[str, Any] = json.loads(CODEC.encode(contact))
    output.document(fields)
    width = max(map(len, fields), default=0)
    for name, value in fields.items():
        output.line((f"{name:<{width}}  ", "dim"), "" if value is None else str(value))


def _say_done(address: str, status: str, output: Output) -> None:
    output.document({"contact": address, "status": status})
    output.line(f"{status} {address}")


async def _typed(client: AsyncSentori, entries: Sequence[str]) -> dict[str, Any]:
    """Return fields with the values that the account's structure wants.

    Raises:
        InvalidInput: An entry is not FIELD=VALUE.
    """
    fields: dict[str, Any] = {}
    for entry in entries:
        name, sign, value = entry.partition("=")
        if not sign or not name.strip():
            raise InvalidInput(
                f"fields are written FIELD=VALUE, such as FirstName=Joe, not {entry!r}"
            )
        fields[name.strip()] = value or None
    meanings = {name: as_yes_no(value) for name, value in fields.items() if value}
    doubtful = {name: meaning for name, meaning in meanings.items() if meaning is not None}
    if not doubtful:
        return fields
    # "yes" is a text in one field and a truth in another: only the account knows.
    known = (await client.contacts.structure()).fields
    truths = {name for name, field in known.items() if field.kind is FieldKind.YES_NO}
    return fields | {name: meaning for name, meaning in doubtful.items() if name in truths}
