"""Lists of GetResponse: filters, orders, projection and pages."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentori_async.sandbox.getresponse import queries
from sentori_async.sandbox.getresponse.options import GetResponseOptions
from sentori_async.sandbox.getresponse.refusal import Refusal
from tests.sandbox.getresponse_service import ANN, CAMPAIGN, NOBODY, Clock, Vendor, code, vendor
from tests.sandbox.service import Service, Start


@pytest.fixture
def api(service: Service) -> Vendor:
    return Vendor(service)


@pytest.fixture
async def people(start: Start) -> Vendor:
    """Return three contacts, created at noon of three days, the first one changed on the fourth."""
    clock = Clock()
    api = await vendor(start, clock)
    other = api.account.campaigns.add("other", campaign_id="oth1")
    rows = (
        ("bea@example.com", "Bea", CAMPAIGN, "api"),
        ("Ann@example.com", "ann", CAMPAIGN, "import"),
        ("joann@example.org", "Jo+Ann", other, "api"),
    )
    for email, name, campaign, origin in rows:
        api.account.contacts.add(email, {"name": name}, campaign=campaign, origin=origin)
        clock.skip(86_400)
    contact = api.account.contacts.get("bea@example.com")
    assert contact is not None
    await api.post(f"contacts/{contact['contactId']}", {"scoring": 1})
    return api


FILTERS: list[tuple[str, str]] = [
    ("", "bea ann jo"),
    ("query[email]=ann", "ann jo"),
    ("query[email]=ANN%40example", "ann jo"),
    ("query%5Bemail%5D=bea", "bea"),
    ("query[email]=ann%40example.com&additionalFlags=exactMatch", "ann"),
    ("query[email]=ann&additionalFlags=exactMatch", ""),
    ("query[email]=", "bea ann jo"),
    ("query[email]=&additionalFlags=exactMatch", ""),
    ("query[email]=%25", ""),
    ("query[name]=ANN", "ann jo"),
    ("query[name]=Ann&additionalFlags=exactMatch", "ann"),
    ("query[name]=Jo%2BAnn", "jo"),
    ("query[name]=Jo+Ann", ""),
    ("query[campaignId]=oth1", "jo"),
    ("query[campaignId]=oth", ""),
    ("query[origin]=api", "bea jo"),
    ("query[origin]=api&query[email]=ann", "jo"),
    ("query[createdOn][from]=2026-09-02", "ann jo"),
    ("query[createdOn][to]=2026-09-02", "bea ann"),
    ("query[createdOn][from]=2026-09-02T12:00:00%2B0000", "ann jo"),
    ("query[createdOn][from]=2026-09-02T12:00:01%2B0000", "jo"),
    ("query[createdOn][from]=2026-09-02T14:00:00%2B0200", "ann jo"),
    ("query[createdOn][from]=2026-09-02&query[createdOn][to]=2026-09-02", "ann"),
    ("query[changedOn][from]=2026-09-01", "bea"),
    ("query[changedOn][to]=2026-09-03", ""),
    ("sort[email]=ASC", "ann bea jo"),
    ("sort[email]=desc", "jo bea ann"),
    ("sort[createdOn]=DESC", "jo ann bea"),
    ("sort[name]=ASC", "ann bea jo"),
    ("sort[campaignId]=DESC&sort[email]=ASC", "jo ann bea"),
    ("unknown=1", "bea ann jo"),
]


@pytest.mark.parametrize(("query", "found"), FILTERS)
async def test_filters_and_orders_of_contacts(people: Vendor, query: str, found: str) -> None:
    answer = await people.get(f"contacts?{query}")
    assert answer.status == 200
    names = {"bea@example.com": "bea", "Ann@example.com": "ann", "joann@example.org": "jo"}
    assert " ".join(names[contact["email"]] for contact in answer.json) == found
    assert answer.headers["TotalCount"] == str(len(answer.json))


async def test_a_campaigns_contacts_have_fewer_filters(people: Vendor) -> None:
    path = f"campaigns/{CAMPAIGN}/contacts"
    answer = await people.get(f"{path}?query[email]=ann%40example.com&sort[email]=ASC")
    assert [contact["email"] for contact in answer.json] == ["Ann@example.com"]
    answer = await people.get(f"{path}?query[email]=ann&additionalFlags=exactMatch")
    assert len(answer.json) == 1  # no exactMatch here
    for query in ("query[changedOn][from]=2026-01-01", "query[origin]=api", "sort[changedOn]=ASC"):
        assert code(await people.get(f"{path}?{query}")) == (400, 1000)
    assert code(await people.get(f"campaigns/{NOBODY}/contacts")) == (404, 1013)


@pytest.mark.parametrize(
    "path",
    [
        "contacts?query[status]=x",
        "contacts?query[createdOn]=2026-01-01",
        "contacts?query[email][from]=x",
        "contacts?sort[status]=ASC",
        "campaigns?query[createdOn][from]=2026-01-01",
        "tags?sort[tagId]=ASC",
        "custom-fields?query[type]=string",
        "imports?query[status]=finished",
        "search-contacts?query[id]=x",
        "suppressions?query[masks]=x",
        "accounts/blocklists?query[email]=x",
    ],
)
async def test_a_filter_or_order_that_a_list_has_not_is_1000(api: Vendor, path: str) -> None:
    answer = await api.get(path)
    assert code(answer) == (400, 1000)
    context = answer.json["context"]
    assert context["validationType"] in ("searchFilter[query]", "searchFilter[sort]")
    assert f"[{context['fieldName']}]" in path


@pytest.mark.parametrize(
    "query", ["query[createdOn][from]=yesterday", "query[changedOn][to]=", "sort[email]=up"]
)
async def test_a_date_or_direction_that_is_none_is_1003(api: Vendor, query: str) -> None:
    assert code(await api.get(f"contacts?{query}")) == (400, 1003)


# Pages.


@pytest.mark.parametrize(
    ("query", "count", "headers"),
    [
        ("", 5, ("5", "1", "1")),
        ("perPage=2", 2, ("5", "3", "1")),
        ("perPage=2&page=3", 1, ("5", "3", "3")),
        ("perPage=2&page=4", 0, ("5", "3", "4")),
        ("perPage=0", 5, ("5", "1", "1")),
        ("perPage=many", 5, ("5", "1", "1")),
        ("perPage=-1&page=0", 5, ("5", "1", "1")),
        ("perPage=1001", 5, ("5", "1", "1")),
        ("query[email]=nobody", 0, ("0", "0", "1")),
    ],
)
async def test_pages_are_counted_in_headers(
    api: Vendor, query: str, count: int, headers: tuple[str, str, str]
) -> None:
    api.account.contacts.add_many(f"a{number}@example.com" for number in range(5))
    answer = await api.get(f"contacts?{query}")
    assert (answer.status, len(answer.json)) == (200, count)
    names = ("TotalCount", "TotalPages", "CurrentPage")
    assert tuple(answer.headers[name] for name in names) == headers


async def test_a_page_has_100_unless_asked_and_1000_at_most(start: Start) -> None:
    api = await vendor(start)
    api.account.contacts.add_many(f"a{number}@example.com" for number in range(1001))
    assert len((await api.get("contacts")).json) == 100
    assert len((await api.get("contacts?perPage=5000")).json) == 1000
    api = await vendor(start, clamp_per_page=False)
    assert code(await api.get("contacts?perPage=1001")) == (400, 1000)
    assert (await api.get("contacts?perPage=1000")).status == 200


async def test_the_pages_of_a_sorted_list_have_every_contact_once(api: Vendor) -> None:
    emails = [f"a{number % 7}{number}@example.com" for number in range(25)]
    api.account.contacts.add_many(emails)
    found: list[str] = []
    for page in range(1, 6):
        answer = await api.get(f"contacts?sort[createdOn]=ASC&perPage=6&page={page}")
        found += [contact["email"] for contact in answer.json]
    assert found == emails


async def test_lists_leave_out_details_unless_a_hint_is_played(start: Start) -> None:
    for option in (False, True):
        api = await vendor(start, lists_show_custom_fields=option)
        api.account.contacts.add(ANN)
        (contact,) = (await api.get("contacts?additionalFlags=customFieldValues")).json
        assert ("customFieldValues" in contact) is option
        assert not {"tags", "geolocation"} & set(contact)
        (contact,) = (await api.get("contacts?fields=email,customFieldValues")).json
        assert set(contact) == {"contactId", "email", *(["customFieldValues"] if option else [])}


SHORT: list[tuple[str, str, list[str]]] = [
    ("tags", "query[name]=v", ["vip", "vat"]),
    ("tags", "sort[name]=ASC", ["new", "vat", "vip"]),
    ("tags", "sort[createdAt]=DESC&perPage=2", ["new", "vat"]),
    ("tags", "perPage=2&page=2", ["new"]),
    ("tags", "query[createdAt][from]=2026-09-01T12:00:01%2B0000", ["vat", "new"]),
    ("campaigns", "query[name]=list", ["sandbox_list"]),
    ("campaigns", "query[isDefault]=true", ["sandbox_list"]),
    ("campaigns", "query[isDefault]=false", ["other"]),
    ("custom-fields", "sort[name]=DESC", ["b", "a"]),
]


@pytest.mark.parametrize(("path", "query", "names"), SHORT)
async def test_short_lists_are_filtered_and_sorted_as_well(
    start: Start, path: str, query: str, names: list[str]
) -> None:
    clock = Clock()
    api = await vendor(start, clock)
    for name in ("vip", "vat", "new"):
        api.account.tags.add(name)
        clock.skip(1)
    api.account.campaigns.add("other")
    for name in ("a", "b"):
        api.account.custom_fields.add(name)
    answer = await api.get(f"{path}?{query}")
    assert [thing["name"] for thing in answer.json] == names
    assert {"TotalCount", "TotalPages", "CurrentPage"} <= set(answer.headers)


@given(text=st.text(alphabet="[]=&%+qsuertyo09-,", max_size=30))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_query_is_read_or_refused(text: str) -> None:
    query = None
    with contextlib.suppress(Refusal):  # anything else is a crash
        query = queries.read(GetResponseOptions(), text, filters=("e",), sort=("r",))
    assert query is None or (query.page >= 1 and 1 <= query.per_page <= 1000)
