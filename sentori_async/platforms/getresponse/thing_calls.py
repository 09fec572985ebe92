"""Every call of GetResponse's API v3 that is not about a single contact.

As in `calls.py`, nothing here does I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Generic, Literal, TypeVar

import attrs

from sentori_async.errors import ApiError, InvalidInput
from sentori_async.platforms.getresponse import answers, inputs, operations, settle
from sentori_async.platforms.getresponse.calls import made, model
from sentori_async.platforms.getresponse.listing import GetResponseSort, Listing, sorting
from sentori_async.platforms.getresponse.models import GetResponseContact, GetResponseFoundContact
from sentori_async.platforms.getresponse.names import CODEC
from sentori_async.platforms.getresponse.things import (
    GetResponseAccount,
    GetResponseCampaign,
    GetResponseCustomField,
    GetResponseImport,
    GetResponseSearch,
    GetResponseSuppression,
    GetResponseTag,
)
from sentori_async.wire import body
from sentori_async.wire.answers import nothing
from sentori_async.wire.message import Call, Operation, Request, Response
from sentori_async.wire.pages import Page
from sentori_async.wire.paths import QueryValue, query
from sentori_async.wire.results import Accepted

T = TypeVar("T")

Mode = Literal["add", "delete", "replace"]
"""What a change does to a blocklist."""

_NAME_AND_DATE: Final = frozenset({"name", "createdOn"})
_FOUND_BY: Final = frozenset({"name", "email", "createdOn"})


@attrs.frozen(kw_only=True, eq=False)
class Kind(Generic[T]):
    """Things of one kind, which are listed, read and written alike.

    Attributes:
        path: The path of the list.
        one: Turn a body into one of them.
        many: Turn a body into a page of them.
        lists: How they are listed.
        gets: How one is read.
        creates: How one is created.
        sorted_by: What the list can be sorted by.
    """

    path: str
    one: Callable[[bytes], T]
    many: Callable[[bytes], list[T]]
    lists: Operation
    gets: Operation
    creates: Operation
    sorted_by: frozenset[str] = _NAME_AND_DATE

    def at(self, thing_id: str) -> str:
        """Return the path of one of them."""
        return f"{self.path}/{inputs.id_segment(thing_id)}"

    def list(
        self,
        params: Mapping[str, QueryValue],
        *,
        sort: GetResponseSort | None = None,
        per_page: int = 1000,
    ) -> Call[Page[T]]:
        """Plan to list them."""
        return Listing(
            operation=self.lists,
            path=self.path,
            decode=self.many,
            params={**params, **sorting(sort, self.sorted_by)},
            per_page=per_page,
        ).page()

    def get(self, thing_id: str) -> Call[T]:
        """Plan to get one."""
        return Call(Request(self.gets, self.at(thing_id)), made(self.gets, self._read))

    def create(self, document: Mapping[str, Any]) -> Call[T]:
        """Plan to create one, with a name that no other has."""
        inputs.thing_id(document.get("name"), "a name")
        request = Request(self.creates, self.path, body.dumps(document))
        rules = settle.created(self.lists, self.many)
        return Call(request, made(self.creates, self._read), rules)

    def update(self, operation: Operation, thing_id: str, document: Mapping[str, Any]) -> Call[T]:
        """Plan to change one."""
        data = body.dumps(document)
        if data == b"{}":
            raise InvalidInput("there is nothing to update: pass what to change")
        request = Request(operation, self.at(thing_id), data)
        return Call(request, made(operation, self._read), settle.updated(self.one))

    def delete(self, operation: Operation, thing_id: str) -> Call[None]:
        """Plan to delete one."""
        read = made(operation, nothing)
        return Call(Request(operation, self.at(thing_id)), read, settle.DELETE)

    def _read(self, response: Response) -> T:
        return self.one(response.body)


CAMPAIGNS: Final = Kind(
    path="campaigns",
    one=CODEC.decoder(GetResponseCampaign),
    many=CODEC.decoder(list[GetResponseCampaign]),
    lists=operations.LIST_CAMPAIGNS,
    gets=operations.GET_CAMPAIGN,
    creates=operations.CREATE_CAMPAIGN,
)
TAGS: Final = Kind(
    path="tags",
    one=CODEC.decoder(GetResponseTag),
    many=CODEC.decoder(list[GetResponseTag]),
    lists=operations.LIST_TAGS,
    gets=operations.GET_TAG,
    creates=operations.CREATE_TAG,
    sorted_by=frozenset({"name", "createdAt"}),
)
CUSTOM_FIELDS: Final = Kind(
    path="custom-fields",
    one=CODEC.decoder(GetResponseCustomField),
    many=CODEC.decoder(list[GetResponseCustomField]),
    lists=operations.LIST_CUSTOM_FIELDS,
    gets=operations.GET_CUSTOM_FIELD,
    creates=operations.CREATE_CUSTOM_FIELD,
    sorted_by=frozenset({"name"}),
)
SUPPRESSIONS: Final = Kind(
    path="suppressions",
    one=CODEC.decoder(GetResponseSuppression),
    many=CODEC.decoder(list[GetResponseSuppression]),
    lists=operations.LIST_SUPPRESSIONS,
    gets=operations.GET_SUPPRESSION,
    creates=operations.CREATE_SUPPRESSION,
)
SEARCHES: Final = Kind(
    path="search-contacts",
    one=CODEC.decoder(GetResponseSearch),
    many=CODEC.decoder(list[GetResponseSearch]),
    lists=operations.LIST_SEARCHES,
    gets=operations.GET_SEARCH,
    creates=operations.CREATE_SEARCH,
)
IMPORTS: Final = Kind(
    path="imports",
    one=CODEC.decoder(GetResponseImport),
    many=CODEC.decoder(list[GetResponseImport]),
    lists=operations.LIST_IMPORTS,
    gets=operations.GET_IMPORT,
    creates=operations.CREATE_IMPORT,
    sorted_by=frozenset({"createdOn", "finishedOn", "campaignName", "status"}),
)


# ------------------------------------------------------------------------- campaigns, searches

_decode_contacts: Final = CODEC.decoder(list[GetResponseContact])
_decode_found: Final = CODEC.decoder(list[GetResponseFoundContact])


def campaign_contacts(
    campaign_id: str,
    params: Mapping[str, QueryValue],
    *,
    sort: GetResponseSort | None = None,
    per_page: int = 1000,
) -> Call[Page[GetResponseContact]]:
    """Plan to list the contacts of a campaign, which has fewer filters than all contacts."""
    return Listing(
        operation=operations.CAMPAIGN_CONTACTS,
        path=CAMPAIGNS.at(campaign_id) + "/contacts",
        decode=_decode_contacts,
        params={**params, **sorting(sort, _FOUND_BY)},
        per_page=per_page,
    ).page()


def search_contacts(
    search_id: str, *, sort: GetResponseSort | None = None, per_page: int = 1000
) -> Call[Page[GetResponseFoundContact]]:
    """Plan to list what a saved search finds."""
    return Listing(
        operation=operations.SEARCH_CONTACTS,
        path=SEARCHES.at(search_id) + "/contacts",
        decode=_decode_found,
        params=sorting(sort, _FOUND_BY),
        per_page=per_page,
    ).page()


def find_by_conditions(
    conditions: Mapping[str, Any], *, sort: GetResponseSort | None = None, per_page: int = 1000
) -> Call[Page[GetResponseFoundContact]]:
    """Plan to list what conditions find that are not saved."""
    return Listing(
        operation=operations.FIND_BY_CONDITIONS,
        path="search-contacts/contacts",
        decode=_decode_found,
        params=sorting(sort, _FOUND_BY),
        per_page=per_page,
        content=body.dumps(mapping(conditions, "conditions")),
    ).page()


def set_found_custom_fields(search_id: str, values: object) -> Call[Accepted]:
    """Plan to set custom fields of all contacts that a saved search finds; it is queued."""
    fields = inputs.custom_fields(values)
    if not fields:
        raise InvalidInput("there are no custom fields to set")
    request = Request(
        operations.SET_FOUND_CUSTOM_FIELDS,
        SEARCHES.at(search_id) + "/custom-fields",
        body.dumps({"customFieldValues": fields}),
    )
    return Call(request, _read_set_found, settle.REPEAT)


_read_set_found: Final = made(operations.SET_FOUND_CUSTOM_FIELDS, answers.accepted)


def mapping(value: object, what: str) -> Mapping[str, Any]:
    """Return what has to be a mapping with the vendor's names."""
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{what} are a mapping with the vendor's own names")
    return value


# ---------------------------------------------------------------------------------- blocklists

_read_blocklist: Final = made(operations.GET_BLOCKLIST, settle.masks_of)
_read_change: Final = made(operations.CHANGE_BLOCKLIST, nothing)
_read_change_of_campaign: Final = made(operations.CHANGE_CAMPAIGN_BLOCKLIST, nothing)


def _blocklist(campaign: str | None) -> str:
    return "accounts/blocklists" if campaign is None else CAMPAIGNS.at(campaign) + "/blocklists"


def get_blocklist(campaign: str | None = None, mask: str | None = None) -> Call[list[str]]:
    """Plan to get the masks of the account or of a campaign; unpaged."""
    operation = operations.GET_BLOCKLIST if campaign is None else operations.GET_CAMPAIGN_BLOCKLIST
    text = query({"query[mask]": mask})
    return Call(Request(operation, _blocklist(campaign), None, text), _read_blocklist)


def change_blocklist(masks: object, mode: Mode, campaign: str | None = None) -> Call[None]:
    """Plan to add masks to a blocklist, to delete them from it, or to replace it by them."""
    found = inputs.masks(masks)
    if not found and mode != "replace":
        raise InvalidInput(f"there are no masks to {mode}")
    # Without a flag the masks replace the list: only "replace" leaves it out.
    flags = "noResponse" if mode == "replace" else f"{mode},noResponse"
    data, text = body.dumps({"masks": found}), query({"additionalFlags": flags})
    path = _blocklist(campaign)
    if campaign is None:
        request = Request(operations.CHANGE_BLOCKLIST, path, data, text)
        return Call(request, _read_change, settle.MASKS)
    request = Request(operations.CHANGE_CAMPAIGN_BLOCKLIST, path, data, text)
    return Call(request, _read_change_of_campaign, settle.MASKS)


# ----------------------------------------------------------------- imports and the account itself

_read_import: Final = model(operations.CREATE_IMPORT, GetResponseImport)
_read_account: Final = model(operations.GET_ACCOUNT, GetResponseAccount)
MOST_IMPORT_BYTES: Final = 20_000_000
_CONFLICT: Final = 409


def create_import(
    campaign: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any] | body.Encoded],
) -> Call[GetResponseImport]:
    """Plan to add and update the contacts of a campaign by a tracked import.

    Args:
        campaign: The campaign.
        columns: "email", "name", "ip", the names of custom fields, and "tag:" with a tag's name.
        rows: One value per column, in the same order; a None is written as no text.
    """
    names = _columns(columns)
    contacts = [
        row if isinstance(row, body.Encoded) else import_row(row, len(names), f"contacts[{n}]")
        for n, row in enumerate(rows)
    ]
    if not contacts:
        raise InvalidInput("an import needs rows")
    data = body.dumps(
        {
            "campaignId": inputs.campaign_id(campaign),
            "fieldMapping": names,
            "contacts": contacts,
        }
    )
    if len(data) > MOST_IMPORT_BYTES:
        raise InvalidInput(f"an import holds {MOST_IMPORT_BYTES} bytes at most: split it")
    return Call(Request(operations.CREATE_IMPORT, "imports", data), _read_import, settle.IMPORT)


def _columns(columns: object) -> list[str]:
    if isinstance(columns, str) or not isinstance(columns, Sequence):
        raise InvalidInput("the columns of an import are a list of names")
    names = [inputs.thing_id(name, "a column") for name in columns]
    if "email" not in names:
        raise InvalidInput("an import needs a column called 'email'")
    if len(set(names)) < len(names):
        raise InvalidInput("a column of the import comes twice")
    return names


def import_row(row: object, width: int, where: str = "contacts[]") -> body.Encoded:
    """Return one row of an import as JSON: texts, one per column."""
    if isinstance(row, str) or not isinstance(row, Sequence) or len(row) != width:
        raise InvalidInput(f"{where} must hold {width} values, one per column")
    texts = ["" if value is None else inputs.value_text(value) for value in row]
    return body.Encoded(body.dumps(texts, where))


def patient(call: Call[GetResponseImport], wait_s: float) -> Call[GetResponseImport]:
    """Let an import that is refused because another is under way be sent again later.

    One import of a campaign may be under way, and two of an account (the page on imports).

    Args:
        call: The import.
        wait_s: How long to wait between attempts, in seconds.
    """

    def decode(response: Response) -> GetResponseImport:
        try:
            return call.decode(response)
        except ApiError as error:
            if error.status == _CONFLICT:
                error.retryable, error.retry_after_s = True, wait_s
            raise

    return attrs.evolve(call, decode=decode)


def get_account() -> Call[GetResponseAccount]:
    """Plan to get whose key it is."""
    return Call(Request(operations.GET_ACCOUNT, "accounts"), _read_account)
