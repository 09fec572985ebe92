"""What a sync asks of GetResponse where a row names its contact by an id."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from sentori_async import NotFound
from sentori_async.platforms.getresponse.bulk import GetResponsePlanner
from sentori_async.wire.message import Response

RULES = GetResponsePlanner("C").sync_rules()
CONTACT = {"contactId": "x", "email": "joe@example.com", "name": "Joe"}


def looked_up(row: object, *answers: Response) -> Any:
    """Answer the look-ups of a row in turn, and return what they come to."""
    flow = RULES.find(row)
    call = next(flow)
    try:
        for answer in answers:
            try:
                found = call.decode(answer)
            except NotFound as error:
                call = flow.throw(error)
            else:
                call = flow.send(found)
    except StopIteration as end:
        return end.value
    raise AssertionError(call.request.path)


def answer(status: int, document: object) -> Response:
    return Response(status, {}, orjson.dumps(document))


def test_a_contact_is_read_by_its_id_at_once() -> None:
    found = looked_up({"contactId": "x", "name": "J"}, answer(200, CONTACT))

    assert found.contact_id == "x"


def test_an_id_cannot_change_the_path_of_its_look_up() -> None:
    call = next(RULES.find({"contactId": "x/../../accounts?y", "name": "J"}))

    assert call.request.path == "contacts/x%2F..%2F..%2Faccounts%3Fy"


def test_an_id_that_is_gone_is_nobody() -> None:
    missing = {"httpStatus": 404, "code": 1013, "message": "Resource not found"}

    assert looked_up({"contactId": "x", "name": "J"}, answer(404, missing)) is None


def test_a_404_without_a_code_may_be_anybodys_and_proves_nothing() -> None:
    with pytest.raises(NotFound):
        looked_up({"contactId": "x", "name": "J"}, Response(404, {}, b""))


@pytest.mark.parametrize(
    ("key", "row"),
    [
        ("x\tC", "x"),
        ("joe@example.com\tC", {"email": "joe@example.com", "campaign": "C"}),
        ("joe@example.com\t", {"email": "joe@example.com"}),
    ],
)
def test_the_row_of_a_key_names_the_contact_and_nothing_else(key: str, row: object) -> None:
    assert RULES.row_of(key) == row
