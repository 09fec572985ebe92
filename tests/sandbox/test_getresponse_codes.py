"""Every code of GetResponse's catalogue: met in the sandbox, or listed with the reason why not."""

from typing import Any

import attrs
import pytest

from sentori_async.platforms.getresponse.catalogue import CATALOGUE
from sentori_async.sandbox.getresponse.refusal import NOT_PLAYED
from sentori_async.sandbox.getresponse.state import dead_key
from tests.sandbox.getresponse_service import ANN, BOB, KEY, NOBODY, Vendor, code, of, vendor
from tests.sandbox.service import Start


@attrs.frozen(kw_only=True)
class Way:
    """How a code is met.

    Attributes:
        method: The method.
        path: The path; "{contact}" and "{field}" stand for ids.
        body: The body.
        headers: The headers; None is the key's and the body's.
        options: The options it takes.
        status: The status, or None for the first one published.
    """

    method: str = "GET"
    path: str = "accounts"
    body: Any = None
    headers: dict[str, str] | None = None
    options: dict[str, Any] = attrs.field(factory=dict)
    status: int | None = None


def dead(number: int) -> Way:
    return Way(headers={"X-Auth-Token": f"api-key {dead_key(number)}"})


def adding(body: dict[str, Any], **options: Any) -> Way:
    return Way(method="POST", path="contacts", body=body, options=options)


FROM_OUTSIDE = (1, 1016, 1017, 1018, 1019, 1023)
WAYS: list[tuple[int, Way]] = [
    *((number, dead(number)) for number in FROM_OUTSIDE),
    (
        1,
        Way(
            method="POST",
            path="campaigns",
            body={"name": "news", "isDefault": "false"},
            status=400,
        ),
    ),
    (1000, adding({})),
    (1001, adding({"email": BOB, "campaign": {"campaignId": NOBODY}})),
    (1002, adding(of("bob@nowhere.invalid"))),
    (1003, adding(of("bob"))),
    (1004, Way(method="POST", path="contacts/batch", body={"campaignId": "V3J", "contacts": []})),
    (1005, adding(of(""))),
    (1006, adding(of(BOB, name=7))),
    (1007, adding(of(BOB, name="x" * 129))),
    (1008, adding(of(ANN))),
    (1009, Way(method="DELETE", path="custom-fields/used")),
    (1013, Way(path=f"contacts/{NOBODY}")),
    (1013, Way(path="contacts/a-b", status=400)),
    (1014, Way(headers={})),
    (1014, Way(headers={}, options={"auth_status": 403}, status=403)),
    (1015, Way(options={"calls_per_frame": 0})),
    (1021, Way(method="POST", path="contacts", body=of(BOB), headers=KEY)),
    (1024, Way(options={"domain": "mail.example"})),
    (1027, adding(of(BOB), max_contacts=1)),
    (1028, Way(method="DELETE", path="custom-fields/fixed")),
    (100002, Way(method="PATCH", path=f"contacts/{NOBODY}", body={})),
]


def seed(api: Vendor) -> None:
    """Give the account a contact, a protected custom field, and one that a segment uses."""
    account = api.account
    account.contacts.add(ANN)
    account.custom_fields.add("fixed", field_id="fixed", restricted=True)
    account.custom_fields.add("used", field_id="used")
    condition = {"conditionType": "custom", "scope": "used"}
    account.segments.seeded({"name": "segment", "section": [{"conditions": [condition]}]})


@pytest.mark.parametrize(
    ("number", "way"), [pytest.param(*row, id=f"{row[0]}-{row[1].status or ''}") for row in WAYS]
)
async def test_a_published_code_can_be_met_in_its_published_form(
    start: Start, number: int, way: Way
) -> None:
    api = await vendor(start, **way.options)
    seed(api)
    before = api.account.contacts.all()
    answer = await api.send(way.method, way.path, way.body, way.headers)
    (row,) = (row for row in CATALOGUE.codes if row.code == number)
    assert code(answer) == (way.status or row.statuses[0], number)
    assert answer.json["codeDescription"] == row.name
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert api.account.contacts.all() == before


def test_every_published_code_is_met_or_listed_with_a_reason() -> None:
    met = {number for number, _ in WAYS}
    assert met.isdisjoint(NOT_PLAYED)
    assert met | set(NOT_PLAYED) == {row.code for row in CATALOGUE.codes}


def test_every_status_that_was_seen_with_a_code_is_met() -> None:
    """Of codes that came with several."""
    for row in CATALOGUE.codes:
        if len(row.statuses) > 1:
            met = {way.status or row.statuses[0] for number, way in WAYS if number == row.code}
            assert met == set(row.statuses), row.code
