"""Templates on Sent: drafted, submitted, reviewed, changed and deleted."""

from typing import Any

import pytest

from sentori_async.errors import InvalidInput
from tests.sandbox.sent_service import NOBODY, SentService
from tests.sandbox.service import Service

SHARED = {"multiChannel": {"type": "text", "template": "Hello there"}}
PAIR = {"sms": {"template": "Hello"}, "whatsapp": {"template": "Hello there"}}

VARIABLES: list[Any] = ["a", [{}], ["a"]]


@pytest.fixture
def sent(service: Service) -> SentService:
    return SentService(service)


def definition(**bodies: Any) -> dict[str, Any]:
    return {"definition": {"body": bodies}}


async def test_a_template_is_a_draft_until_it_is_submitted(sent: SentService) -> None:
    answer = await sent.post("templates", {**definition(**SHARED), "language": "de"})
    assert answer.status == 201
    template = answer.data
    assert (template["status"], template["is_published"], template["language"]) == (
        "DRAFT",
        False,
        "de",
    )
    path = f"templates/{template['id']}"
    body = {"name": "hello", "category": "UTILITY", "submit_for_review": True}
    changed = (await sent.send("PUT", path, body)).data
    assert (changed["status"], changed["name"], changed["category"]) == (
        "PENDING",
        "hello",
        "UTILITY",
    )
    assert (await sent.send("PUT", path, body)).error == (409, "CONFLICT_006")
    sent.account.templates.review(template["id"], "APPROVED")
    assert (await sent.get(path)).data["is_published"] is True
    with pytest.raises(InvalidInput, match="no template"):
        sent.account.templates.review(NOBODY, "APPROVED")


@pytest.mark.parametrize(
    ("bodies", "channels"),
    [
        (SHARED, ["sms", "whatsapp", "rcs", "mms"]),
        (PAIR, ["sms", "whatsapp", "rcs", "mms"]),
        ({**PAIR, "rcs": {"template": "x" * 3072}}, ["sms", "whatsapp", "rcs", "mms"]),
    ],
)
async def test_the_channels_follow_from_the_bodies(
    sent: SentService, bodies: dict[str, Any], channels: list[str]
) -> None:
    template = (await sent.post("templates", definition(**bodies))).data
    assert template["channels"] == channels
    assert template == sent.account.templates.get(template["id"])


@pytest.mark.parametrize(
    "body",
    [
        *[{}, {"definition": None}, {"definition": {}}, {"definition": "Hi"}],
        *[definition(), definition(sms=PAIR["sms"]), definition(whatsapp=PAIR["whatsapp"])],
        *[definition(**SHARED, **PAIR), definition(rcs={"template": "Hi"})],
        *[definition(multiChannel={"template": t}) for t in ("", 1, None, "x" * 1025)],
        definition(multiChannel="Hi"),
        *[definition(multiChannel={"template": "Hi", "variables": v}) for v in VARIABLES],
        definition(multiChannel={"template": "Hi", "variables": [{"name": "a", "id": []}]}),
        {**definition(**SHARED), "language": 1},
    ],
)
async def test_a_template_needs_bodies_for_every_channel(
    sent: SentService, body: dict[str, Any]
) -> None:
    assert (await sent.post("templates", body)).error == (400, "VALIDATION_001")
    assert sent.account.templates.count() == 0


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_category_is_one_of_three(sent: SentService, method: str) -> None:
    path = "templates" if method == "POST" else f"templates/{sent.account.templates.add('a')}"
    answer = await sent.send(method, path, {**definition(**SHARED), "category": "marketing"})
    assert (answer.error, answer.fields) == ((400, "VALIDATION_006"), ["category"])


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["news", "code", "alert"]),
        ("page=2&page_size=2", ["alert"]),
        ("search=EW", ["news"]),
        ("category=UTILITY", ["code"]),
        ("status=PENDING", ["alert"]),
        ("status=REJECTED&is_welcome_playground=true", []),
    ],
)
async def test_templates_are_listed_by_pages(
    sent: SentService, query: str, names: list[str]
) -> None:
    sent.account.templates.add("news")
    sent.account.templates.add("code", category="UTILITY")
    sent.account.templates.add("alert", status="PENDING")
    data = (await sent.get(f"templates?{query}")).data
    assert [template["name"] for template in data["templates"]] == names
    assert data["pagination"]["has_more"] is False
    assert len(sent.account.templates.all()) == 3


@pytest.mark.parametrize("query", ["status=approved", "category=NEWS"])
async def test_a_filter_knows_its_words(sent: SentService, query: str) -> None:
    assert (await sent.get(f"templates?{query}")).error == (400, "VALIDATION_006")


async def test_a_deleted_template_is_gone(sent: SentService) -> None:
    key = sent.account.templates.add("news")
    body = {"delete_from_meta": True}
    simulated = await sent.send("DELETE", f"templates/{key}", {**body, "sandbox": True})
    assert (simulated.status, simulated.headers["X-Sandbox"]) == (204, "true")
    assert sent.account.templates.count() == 1
    assert (await sent.send("DELETE", f"templates/{key}", body)).status == 204
    for method in ("GET", "PUT", "DELETE"):
        answer = await sent.send(method, f"templates/{key}")
        assert answer.error == (404, "RESOURCE_002")


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("PUT", f"/{NOBODY}")])
async def test_a_simulated_write_leaves_no_template(
    sent: SentService, method: str, path: str
) -> None:
    body = {**definition(**SHARED), "submit_for_review": True, "sandbox": True}
    answer = await sent.send(method, f"templates{path}", body)
    assert (answer.status, answer.headers["X-Sandbox"]) == (
        201 if method == "POST" else 200,
        "true",
    )
    assert sent.account.templates.count() == 0


async def test_a_name_is_seeded_once(sent: SentService) -> None:
    sent.account.templates.add("news")
    with pytest.raises(InvalidInput, match="already"):
        sent.account.templates.add("news")
