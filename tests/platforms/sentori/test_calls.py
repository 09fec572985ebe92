"""Every call goes where Sentori's pages say, with what they say, as safely as it can be."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.errors import DecodeError, InvalidInput
from sentori_async.platforms.sentori import calls, inputs, operations
from sentori_async.platforms.sentori.models import (
    Audience,
    Contact,
    ContactPatch,
    CreatedEmail,
    DraftEmail,
    EmailEvent,
    EmailTemplate,
    ImportResult,
    Kpi,
    MailingList,
    SocialKpi,
    Subscriber,
)
from sentori_async.unset import UNSET
from sentori_async.wire.message import Call, Operation, Response, Safety
from sentori_async.wire.results import Upserted

JOE = "joe+x@example.com"
JOE_PATH = "joe%2Bx%40example.com"
NAMES = {"FirstName": "Joe", "LastName": "Bloggs"}
NAMES_BODY = b'{"FirstName":"Joe","LastName":"Bloggs"}'

READ, IDEMPOTENT, UNSAFE = Safety.READ, Safety.IDEMPOTENT, Safety.UNSAFE

# The call, its method and path exactly as documented, its body, its safety.
CALLS: list[tuple[Call[Any], str, str, bytes | None, Safety]] = [
    (calls.get_contact(16382), "GET", "contact/get/16382/", None, READ),
    (calls.get_contact(JOE), "GET", f"contact/get/{JOE_PATH}/", None, READ),
    (calls.add_contact(JOE), "POST", f"contact/add/{JOE_PATH}/", None, UNSAFE),
    (calls.add_contact(JOE, NAMES), "POST", f"contact/add/{JOE_PATH}/", NAMES_BODY, UNSAFE),
    (
        calls.update_contact(JOE, NAMES),
        "POST",
        f"contact/update/{JOE_PATH}/",
        NAMES_BODY,
        IDEMPOTENT,
    ),
    (
        calls.update_contact(JOE, {"EmailAddress": "new@example.com"}),
        "POST",
        f"contact/update/{JOE_PATH}/",
        b'{"EmailAddress":"new@example.com"}',
        UNSAFE,
    ),
    (
        calls.add_or_update_contact(JOE, NAMES),
        "POST",
        f"contact/addorupdate/{JOE_PATH}/",
        NAMES_BODY,
        IDEMPOTENT,
    ),
    (
        calls.add_or_update_contact(JOE, {"EmailAddress": "new@example.com"}),
        "POST",
        f"contact/addorupdate/{JOE_PATH}/",
        b'{"EmailAddress":"new@example.com"}',
        UNSAFE,
    ),
    (calls.delete_contact(JOE), "POST", f"contact/delete/{JOE_PATH}/", None, IDEMPOTENT),
    (calls.contact_structure(), "GET", "contact/getstructure/single/", None, READ),
    (calls.contact_structure("list"), "GET", "contact/getstructure/list/", None, READ),
    (
        calls.subscribe(JOE, "LISTID01"),
        "POST",
        f"contact/subscribe/{JOE_PATH}/LISTID01/",
        None,
        IDEMPOTENT,
    ),
    (
        calls.unsubscribe(JOE, "LISTID01"),
        "POST",
        f"contact/unsubscribe/{JOE_PATH}/LISTID01/",
        None,
        IDEMPOTENT,
    ),
    (calls.unsubscribe_all(JOE), "POST", f"contact/unsubscribe/{JOE_PATH}/", None, IDEMPOTENT),
    (
        calls.import_contacts(
            [{"EmailAddress": "a@example.com", **NAMES}, {"EmailAddress": "b@example.com"}],
            name="My import",
            description="Mine",
        ),
        "POST",
        "contact/import/",
        (
            b'{"Name":"My import","Description":"Mine","Contacts":['
            b'{"EmailAddress":"a@example.com","FirstName":"Joe","LastName":"Bloggs"},'
            b'{"EmailAddress":"b@example.com"}]}'
        ),
        UNSAFE,
    ),
    (
        calls.attach_upload_group("1234ABCD", "AB1C234D"),
        "POST",
        "contact/import/1234ABCD/attach/AB1C234D",
        None,
        IDEMPOTENT,
    ),
    (calls.get_mailing_list("LISTID01"), "GET", "mailinglists/LISTID01/", None, READ),
    (calls.all_mailing_lists(), "GET", "mailinglists/", None, READ),
    (
        calls.mailing_list_subscribers("LISTID01"),
        "GET",
        "mailinglists/subscribers/LISTID01",
        None,
        READ,
    ),
    (calls.all_audiences(), "GET", "audiences/", None, READ),
    (calls.audience_contacts("AUD00001"), "GET", "audiences/contacts/AUD00001", None, READ),
    (
        calls.create_email("TEMPLATE", name="November"),
        "POST",
        "emails/create/",
        b'{"ExternalID":"TEMPLATE","Name":"November"}',
        UNSAFE,
    ),
    (
        calls.create_email(" TEMPLATE ", name="November", description="News"),
        "POST",
        "emails/create/",
        b'{"ExternalID":"TEMPLATE","Name":"November","Description":"News"}',
        UNSAFE,
    ),
    (calls.draft_emails(), "GET", "emails/drafts/", None, READ),
    (calls.email_templates(), "GET", "emails/templates/", None, READ),
    (calls.kpi("YQ4G521C"), "GET", "email/kpi/YQ4G521C/", None, READ),
    (calls.kpi("YQ4G521C", iteration=2), "GET", "email/kpi/YQ4G521C/2/", None, READ),
    (calls.abuse("YQ4G521C"), "GET", "email/abuse/YQ4G521C/", None, READ),
    (calls.bounces("YQ4G521C"), "GET", "email/bounced/YQ4G521C/", None, READ),
    (calls.bounces("YQ4G521C", iteration=1), "GET", "email/bounced/YQ4G521C/1/", None, READ),
    (calls.clicks("YQ4G521C"), "GET", "email/clicks/YQ4G521C/", None, READ),
    (calls.clicks("YQ4G521C", iteration=3), "GET", "email/clicks/YQ4G521C/3/", None, READ),
    (
        calls.add_to_automation("AUTO0001", JOE),
        "POST",
        f"automation/AUTO0001/addcontact/{JOE_PATH}/",
        None,
        UNSAFE,
    ),
    (
        calls.add_to_automation("AUTO0001", JOE, {"ProductPrice": "£429.99", "Count": 2}),
        "POST",
        f"automation/AUTO0001/addcontact/{JOE_PATH}/",
        '{"ProductPrice":"£429.99","Count":2}'.encode(),
        UNSAFE,
    ),
]


@pytest.mark.parametrize(
    ("call", "method", "path", "body", "safety"),
    CALLS,
    ids=[f"{i}-{case[0].request.operation.name}" for i, case in enumerate(CALLS)],
)
def test_a_call_is_as_documented(
    call: Call[Any], method: str, path: str, body: bytes | None, safety: Safety
) -> None:
    request = call.request

    assert request.operation.method == method
    assert request.path == path
    assert request.body == body
    assert request.query == ""
    assert request.operation.safety is safety


def _operations() -> list[Operation]:
    return [value for value in vars(operations).values() if isinstance(value, Operation)]


def test_every_operation_is_planned_above() -> None:
    planned = {id(case[0].request.operation) for case in CALLS}

    assert {id(operation) for operation in _operations()} == planned


@pytest.mark.parametrize("case", range(len(CALLS)))
def test_a_template_is_the_path_without_its_values(case: int) -> None:
    request = CALLS[case][0].request
    template = request.operation.template.split("/")
    path = request.path.split("/")

    fixed = [part for part in template if "{" not in part]
    assert [part for part in path if part in fixed] == fixed
    # An iteration is optional; nothing else is.
    assert len(path) in {len(template), len(template) - template.count("{iteration}")}


def test_only_unpaged_lists_may_be_huge() -> None:
    huge = {o.name for o in _operations() if o.max_response_bytes is not None}

    assert huge == {"mailing_lists.subscribers", "audiences.contacts"}
    assert operations.MAILING_LIST_SUBSCRIBERS.max_response_bytes == 2**30
    assert operations.AUDIENCE_CONTACTS.max_response_bytes == 2**30


def test_every_operation_names_its_page() -> None:
    assert all(o.doc_url.startswith("https://docs.sentoriapp.com/api-") for o in _operations())


@given(st.emails())
def test_an_address_is_one_segment_of_the_path(address: str) -> None:
    path = calls.subscribe(address, "LIST/../01").request.path.split("/")

    assert len(path) == 5
    assert unquote(path[2]) == address
    assert unquote(path[3]) == "LIST/../01"


# ------------------------------------------------------------------------------- who is meant

BY_ADDRESS: list[tuple[str, Callable[[Any], Call[Any]]]] = [
    ("add", calls.add_contact),
    ("update", lambda address: calls.update_contact(address, NAMES)),
    ("upsert", calls.add_or_update_contact),
    ("delete", calls.delete_contact),
    ("subscribe", lambda address: calls.subscribe(address, "L")),
    ("unsubscribe", lambda address: calls.unsubscribe(address, "L")),
    ("unsubscribe_all", calls.unsubscribe_all),
    ("automation", lambda address: calls.add_to_automation("A", address)),
]
PLANNERS = [*BY_ADDRESS, ("get", calls.get_contact)]
by_address = pytest.mark.parametrize("plan", [p for _, p in BY_ADDRESS], ids=dict(BY_ADDRESS))
by_any = pytest.mark.parametrize("plan", [p for _, p in PLANNERS], ids=dict(PLANNERS))


@by_any
def test_an_address_is_stripped(plan: Callable[[Any], Call[Any]]) -> None:
    assert f"/{JOE_PATH}/" in plan(f" {JOE}\n").request.path


@by_any
@pytest.mark.parametrize("address", ["", "   ", "\t"])
def test_an_empty_address_is_refused(plan: Callable[[Any], Call[Any]], address: str) -> None:
    with pytest.raises(InvalidInput, match="the address is empty"):
        plan(address)


@by_any
@pytest.mark.parametrize("address", ["16382", " 16382 ", "+16382", "-1", "0"])
def test_text_that_the_vendor_reads_as_a_system_id_is_refused(
    plan: Callable[[Any], Call[Any]], address: str
) -> None:
    with pytest.raises(InvalidInput, match="as an int"):
        plan(address)


@by_any
@pytest.mark.parametrize("address", ["joe\n@example.com", "joe\x00@example.com"])
def test_a_control_character_is_refused(plan: Callable[[Any], Call[Any]], address: str) -> None:
    with pytest.raises(InvalidInput, match="control character"):
        plan(address)


@by_any
@pytest.mark.parametrize("contact", [None, True, False, b"joe@example.com", 1.0])
def test_what_is_neither_address_nor_system_id_is_refused(
    plan: Callable[[Any], Call[Any]], contact: object
) -> None:
    with pytest.raises(InvalidInput, match=rf"not an? {type(contact).__name__}"):
        plan(contact)


def test_number_that_cannot_be_written_out_is_no_system_id() -> None:
    with pytest.raises(InvalidInput, match="SystemID"):
        calls.get_contact(10**5000)


@by_address
def test_only_get_takes_a_system_id(plan: Callable[[Any], Call[Any]]) -> None:
    with pytest.raises(InvalidInput, match=r"only contacts\.get\(\) takes a SystemID"):
        plan(16382)


@pytest.mark.parametrize("address", ["not an address", "@", "joe@", "٣٣٣"])
def test_whether_an_address_is_valid_is_for_the_server_to_say(address: str) -> None:
    assert calls.get_contact(address).request.path


@pytest.mark.parametrize("external_id", ["", "  ", None, 7, b"LIST"])
def test_an_external_id_is_a_text(external_id: Any) -> None:
    for plan in (
        lambda: calls.subscribe(JOE, external_id),
        lambda: calls.get_mailing_list(external_id),
        lambda: calls.attach_upload_group("G", external_id),
        lambda: calls.create_email(external_id, name="x"),
        lambda: calls.kpi(external_id),
    ):
        with pytest.raises(InvalidInput, match="an ExternalID is a text"):
            plan()


@pytest.mark.parametrize("iteration", [0, -1, True, "1", 1.0])
def test_an_iteration_is_a_positive_int(iteration: Any) -> None:
    for plan in (calls.kpi, calls.bounces, calls.clicks):
        with pytest.raises(InvalidInput, match="positive int"):
            plan("E", iteration=iteration)


def test_a_structure_has_two_forms() -> None:
    with pytest.raises(InvalidInput, match="'single' or 'list'"):
        calls.contact_structure("tree")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("joe@example.com", " JOE@Example.COM ", True),
        ("JÖRG@example.com", "jörg@example.com", True),
        ("joe@example.com", "joe+x@example.com", False),
        # Folding further would take one person for another.
        ("strasse@example.com", "straße@example.com", False),
    ],
)
def test_addresses_are_compared_ignoring_case(one: str, other: str, same: bool) -> None:
    assert (inputs.contact_key(one) == inputs.contact_key(other)) is same


# ------------------------------------------------------------------------------ what is written

WRITERS = [calls.add_contact, calls.update_contact, calls.add_or_update_contact]
writers = pytest.mark.parametrize("plan", WRITERS, ids=["add", "update", "upsert"])
Writer = Callable[[str, Any], Call[Any]]


@writers
@pytest.mark.parametrize("same", [JOE, f" {JOE} "])
def test_the_uris_own_address_is_left_out_of_the_body(plan: Writer, same: str) -> None:
    call = plan(JOE, {"EmailAddress": same, **NAMES})

    assert call.request.body == NAMES_BODY
    assert call.request.operation.safety is plan(JOE, NAMES).request.operation.safety


@pytest.mark.parametrize("plan", [calls.add_contact, calls.add_or_update_contact])
def test_only_an_update_can_change_the_case_of_an_address(plan: Writer) -> None:
    assert plan(JOE, {"EmailAddress": JOE.upper(), **NAMES}).request.body == NAMES_BODY

    update = calls.update_contact(JOE, {"EmailAddress": JOE.upper()}).request
    assert orjson.loads(update.body or b"") == {"EmailAddress": JOE.upper()}
    assert update.operation.safety is Safety.IDEMPOTENT


@writers
@pytest.mark.parametrize(
    "fields",
    [{}, {"EmailAddress": JOE}, {"FirstName": UNSET}, {"EmailAddress": UNSET}, ContactPatch()],
)
def test_no_fields_make_no_body(plan: Writer, fields: Any) -> None:
    assert plan(JOE, fields).request.body is None


@writers
def test_another_address_goes_into_the_body_stripped(plan: Writer) -> None:
    call = plan(JOE, {"EmailAddress": " New@example.com ", "FirstName": "Joe"})

    assert call.request.body == b'{"EmailAddress":"New@example.com","FirstName":"Joe"}'
    assert call.request.operation.safety is UNSAFE


@writers
@pytest.mark.parametrize("value", [None, 7, "", "  "])
def test_no_contact_can_be_left_without_an_address(plan: Writer, value: object) -> None:
    with pytest.raises(InvalidInput, match="EmailAddress"):
        plan(JOE, {"EmailAddress": value})


@writers
def test_callers_fields_are_left_as_they_are(plan: Writer) -> None:
    fields = {"EmailAddress": f" {JOE} ", "A": UNSET}

    plan(JOE, fields)

    assert fields == {"EmailAddress": f" {JOE} ", "A": UNSET}


@writers
def test_a_patch_writes_what_is_set_and_nulls_and_extras(plan: Writer) -> None:
    patch = ContactPatch(first_name=None, is_bad_email_address=False, extra={"Tea": "green"})

    call = plan(JOE, patch)

    assert call.request.body == b'{"IsBadEmailAddress":false,"FirstName":null,"Tea":"green"}'


@writers
def test_a_contact_writes_back_what_can_be_imported(plan: Writer) -> None:
    contact = Contact(
        is_suppressed=True,
        system_id=7,
        email_address=JOE,
        first_name="Joe",
        is_confirmed=True,
        extra={"Tea": None},
    )

    assert plan(JOE, contact).request.body == b'{"FirstName":"Joe","Tea":null}'


@writers
@pytest.mark.parametrize("fields", [[], "FirstName", 7, MailingList()])
def test_fields_are_a_mapping_or_a_patch(plan: Writer, fields: object) -> None:
    with pytest.raises(InvalidInput, match="fields are a mapping"):
        plan(JOE, fields)


@writers
def test_a_value_that_cannot_be_sent_is_refused_by_its_field(plan: Writer) -> None:
    with pytest.raises(InvalidInput, match="'Score' is not a finite number"):
        plan(JOE, {"Score": float("nan")})


def test_an_import_takes_every_form_of_a_row() -> None:
    call = calls.import_contacts(
        [
            {"EmailAddress": " a@example.com "},
            ContactPatch(email_address="b@example.com"),
            Contact(email_address="c@example.com", system_id=7),
            inputs.import_row({"EmailAddress": "d@example.com"}),
            {"FirstName": "Nobody"},
        ]
    )

    assert call.request.body == (
        b'{"Contacts":[{"EmailAddress":"a@example.com"},{"EmailAddress":"b@example.com"},'
        b'{"EmailAddress":"c@example.com"},{"EmailAddress":"d@example.com"},'
        b'{"FirstName":"Nobody"}]}'
    )


def test_an_import_takes_a_generator() -> None:
    rows = ({"EmailAddress": f"{i}@example.com"} for i in range(2))

    assert calls.import_contacts(rows).request.body == (
        b'{"Contacts":[{"EmailAddress":"0@example.com"},{"EmailAddress":"1@example.com"}]}'
    )


@pytest.mark.parametrize("rows", ["a@example.com", b"x", {}, Contact(), ContactPatch()])
def test_an_import_takes_a_list_and_not_one_contact(rows: Any) -> None:
    with pytest.raises(InvalidInput, match="a list of contacts"):
        calls.import_contacts(rows)


def test_an_import_names_the_row_that_cannot_be_sent() -> None:
    with pytest.raises(InvalidInput, match=r"'Contacts\[1\]\.Score' is not a finite number"):
        calls.import_contacts([{}, {"Score": float("inf")}])


@pytest.mark.parametrize("value", [{"a": 1}, [1], (1,)])
def test_an_autoresponder_takes_flat_data_only(value: object) -> None:
    with pytest.raises(InvalidInput, match="'Basket' is nested"):
        calls.add_to_automation("A", JOE, {"Basket": value})


@pytest.mark.parametrize("data", [["a"], "a"])
def test_an_autoresponders_data_is_a_mapping(data: Any) -> None:
    with pytest.raises(InvalidInput, match="data is a mapping"):
        calls.add_to_automation("A", JOE, data)


def test_an_autoresponder_without_data_gets_no_body() -> None:
    assert calls.add_to_automation("A", JOE, {}).request.body is None


# ------------------------------------------------------------------------------- what comes back

CONTACT = b'{"SystemID":"16382","EmailAddress":"joe@example.com","Tea":"green"}'
JOE_READ = Contact(system_id=16382, email_address="joe@example.com", extra={"Tea": "green"})
EVENTS = b'[{"EmailAddress":"a@example.com","Timestamp":"\\/Date(0)\\/"}]'

RESULTS: list[tuple[Call[Any], int, bytes, object]] = [
    (calls.get_contact(1), 200, CONTACT, JOE_READ),
    (calls.add_contact(JOE), 200, CONTACT, JOE_READ),
    (calls.add_contact(JOE), 201, CONTACT, JOE_READ),
    (calls.update_contact(JOE, NAMES), 200, CONTACT, JOE_READ),
    (calls.update_contact(JOE, {"EmailAddress": "n@example.com"}), 200, CONTACT, JOE_READ),
    (calls.add_or_update_contact(JOE), 200, CONTACT, Upserted(JOE_READ, created=False)),
    (calls.add_or_update_contact(JOE), 201, CONTACT, Upserted(JOE_READ, created=True)),
    (calls.add_or_update_contact(JOE), 202, CONTACT, Upserted(JOE_READ, created=None)),
    (
        calls.add_or_update_contact(JOE, {"EmailAddress": "n@example.com"}),
        200,
        CONTACT,
        Upserted(JOE_READ, created=False),
    ),
    (
        calls.import_contacts([]),
        201,
        (
            b'{"TotalRows":4,"EmailableRowsCreated":1,"EmailableRowsUpdated":2,"SuppressedUpdated":1,'
            b'"BadEmailUpdated":0,"ExcludedDuplicates":0,"ExcludedInvalidEmail":0,'
            b'"ExcludedRoleBased":0,"UploadGroupExternalID":"1234ABCD"}'
        ),
        ImportResult(4, 1, 2, 1, 0, 0, 0, 0, "1234ABCD"),
    ),
    (
        calls.import_contacts([]),
        200,
        b'{"UploadGroupExternalID":null}',
        ImportResult(upload_group_external_id=None),
    ),
    (
        calls.get_mailing_list("L"),
        200,
        b'{"ExternalID":"L","Name":"News","Description":null}',
        MailingList("L", "News", None),
    ),
    (calls.all_mailing_lists(), 200, b'[{"ExternalID":"L"}]', [MailingList("L")]),
    (
        calls.mailing_list_subscribers("L"),
        200,
        b'[{"SystemID":"1","EmailAddress":"a@example.com"},{"SystemID":2}]',
        [Subscriber(1, "a@example.com"), Subscriber(2)],
    ),
    (calls.all_audiences(), 200, b'[{"ExternalID":"A","Name":"All"}]', [Audience("A", "All")]),
    (
        calls.audience_contacts("A"),
        200,
        b'[{"SystemID":"1","EmailAddress":"a@example.com"}]',
        [Subscriber(1, "a@example.com")],
    ),
    (calls.create_email("T", name="x"), 201, b'{"ExternalID":"N"}', CreatedEmail("N")),
    (
        calls.draft_emails(),
        200,
        b'[{"ExternalID":"D","CreatedBy":null}]',
        [DraftEmail("D", created_by=None)],
    ),
    (calls.email_templates(), 200, b'[{"ExternalID":"T","Name":"x"}]', [EmailTemplate("T", "x")]),
    (
        calls.kpi("E"),
        200,
        (
            b'{"Sent":100,"Bounced":10,"Opens":25,"UniqueClickers":20,"TotalClicks":23,'
            b'"SocialShares":0,"SocialKpi":{"GooglePlusOnes":1,"LinkedInShares":2,"Tweets":3,'
            b'"FacebookLikes":4},"Unsubscribes":1,"AbuseComplaints":4}'
        ),
        Kpi(100, 10, 25, 20, 23, 0, SocialKpi(1, 2, 3, 4), 1, 4),
    ),
    (calls.add_to_automation("A", JOE), 200, b"", None),
]


@pytest.mark.parametrize(
    ("call", "status", "body", "result"),
    RESULTS,
    ids=[f"{i}-{case[0].request.operation.name}" for i, case in enumerate(RESULTS)],
)
def test_a_success_is_read(call: Call[Any], status: int, body: bytes, result: object) -> None:
    assert call.decode(Response(status, {}, body)) == result


@pytest.mark.parametrize("call", [calls.abuse("E"), calls.bounces("E"), calls.clicks("E")])
def test_reports_list_who_and_when(call: Call[list[EmailEvent]]) -> None:
    (event,) = call.decode(Response(200, {}, EVENTS))

    assert event.email_address == "a@example.com"
    assert str(event.timestamp) == "1970-01-01 00:00:00+00:00"


SILENT = [
    calls.delete_contact(JOE),
    calls.subscribe(JOE, "L"),
    calls.unsubscribe(JOE, "L"),
    calls.unsubscribe_all(JOE),
    calls.attach_upload_group("G", "D"),
    calls.add_to_automation("A", JOE),
]


@pytest.mark.parametrize("call", SILENT, ids=lambda call: call.request.operation.name)
@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("body", [b"", b"null", b"true", b'{"a":1}', b"OK", b"<p>", b"\xff"])
def test_undocumented_success_bodies_are_tolerated(
    call: Call[None], status: int, body: bytes
) -> None:
    call.decode(Response(status, {}, body))


@pytest.mark.parametrize("call", SILENT, ids=lambda call: call.request.operation.name)
def test_a_page_of_something_in_between_is_no_success(call: Call[None]) -> None:
    with pytest.raises(DecodeError) as caught:
        call.decode(Response(200, {"Content-Type": "text/html"}, b"<html>please log in</html>"))
    assert caught.value.applied is None


WRITES = [
    calls.add_contact(JOE),
    calls.update_contact(JOE, NAMES),
    calls.update_contact(JOE, {"EmailAddress": "n@example.com"}),
    calls.add_or_update_contact(JOE),
    calls.add_or_update_contact(JOE, {"EmailAddress": "n@example.com"}),
    calls.import_contacts([]),
    calls.create_email("T", name="x"),
]


@pytest.mark.parametrize("call", WRITES, ids=[str(i) for i in range(len(WRITES))])
@pytest.mark.parametrize("body", [b"", b"null", b"OK", b"[]", b'{"SystemID":'])
def test_a_write_answered_without_its_object_was_applied(call: Call[Any], body: bytes) -> None:
    with pytest.raises(DecodeError) as caught:
        call.decode(Response(200, {}, body))

    assert caught.value.applied is True
    assert caught.value.operation == call.request.operation.name


def test_a_read_answered_with_something_else_applied_nothing() -> None:
    with pytest.raises(DecodeError, match=r"\$ is an array where an object") as caught:
        calls.get_contact(1).decode(Response(200, {}, b"[]"))

    assert caught.value.applied is False
