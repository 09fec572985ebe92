"""Which contacts a search picks: pure functions over rows.

From the API description of 2025-10-31. Of its 32 conditions these five are played: email, name,
tag, score, and custom with words; of its spans all but "custom".
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from sentori_async.sandbox.getresponse.checks import Checks, Path
from sentori_async.sandbox.getresponse.stores.contacts import STATUSES, ContactRow

CONDITIONS: Final = frozenset(
    {
        *("name", "email", "custom", "subscription_date", "subscription_method", "opened"),
        *("not_opened", "phase", "last_send_date", "last_click_date", "last_open_date"),
        *("webinar", "clicked", "not_clicked", "sent", "not_sent", "geo", "gdpr", "score"),
        *("engagement_score", "tag", "goal", "crm", "ecommerce_number_of_purchases"),
        *("ecommerce_total_spent", "ecommerce_product_purchased", "ecommerce_brand_purchased"),
        *("ecommerce_abandoned_cart", "sms_sent", "sms_link_clicked", "sms_link_not_clicked"),
        "custom_event",
    }
)
PLAYED: Final = frozenset({"email", "name", "tag", "score", "custom"})
_CYCLES: Final = ("receiving_autoresponder", "not_receiving_autoresponder")
_SPANS: Final = (
    "all_time",
    "today",
    "yesterday",
    "last_7_days",
    "last_30_days",
    "this_week",
    "last_week",
    "this_month",
    "last_month",
    "last_2_months",
    "custom",
)
_MOST: Final = 8  # sections, and conditions in each (page on searches)
_LOGIC: Final = ("and", "or")
_UNPLAYED: Final = "The sandbox does not play this"


# Form.


def check_search(checks: Checks, body: Mapping[str, Any], types: Collection[str]) -> None:
    """Note what is wrong with a search.

    Args:
        checks: Takes the problems.
        body: The search.
        types: The subscriber types it may have.
    """
    kinds = checks.array(body, "subscribersType", str, low=1, high=1) or []
    for kind in kinds:
        if kind not in types:
            checks.add(1003, ("subscribersType",), kind, "Value outside of the dictionary")
    checks.one_of(body, "sectionLogicOperator", _LOGIC, required=True)
    sections = checks.array(body, "section", dict, low=1, high=_MOST, required=True)
    for number, section in enumerate(sections or []):
        _check_section(checks, section, ("section", str(number)))


def _check_section(checks: Checks, section: Mapping[str, Any], at: Path) -> None:
    checks.array(section, "campaignIdsList", str, at=at, low=1, required=True)
    checks.one_of(section, "logicOperator", _LOGIC, at=at, required=True)
    cycles = checks.array(section, "subscriberCycle", str, at=at, low=1, required=True) or []
    for cycle in cycles:
        if cycle not in _CYCLES:
            path = (*at, "subscriberCycle")
            checks.add(1003, path, cycle, "Value outside of the dictionary")
    checks.one_of(section, "subscriptionDate", _SPANS, at=at, required=True)
    conditions = checks.array(section, "conditions", dict, at=at, high=_MOST)
    for number, condition in enumerate(conditions or []):
        path = (*at, "conditions", str(number))
        kind = checks.one_of(condition, "conditionType", CONDITIONS, at=path, required=True)
        form = _FORMS.get(kind or "")
        if form is not None:
            form(checks, condition, path)


def _check_words(checks: Checks, condition: Mapping[str, Any], at: Path) -> None:
    checks.one_of(condition, "operatorType", ("string_operator",), at=at, required=True)
    checks.one_of(condition, "operator", _WORDS, at=at, required=True)
    checks.text(condition, "value", at=at, required=True)


def _check_tag(checks: Checks, condition: Mapping[str, Any], at: Path) -> None:
    checks.one_of(condition, "operatorType", ("exists",), at=at, required=True)
    checks.one_of(condition, "operator", ("exists", "not_exists"), at=at, required=True)
    checks.text(condition, "value", at=at, required=True)


def _check_score(checks: Checks, condition: Mapping[str, Any], at: Path) -> None:
    kinds = ("numeric_operator", "not_exists")
    kind = checks.one_of(condition, "operatorType", kinds, at=at, required=True)
    if kind != "numeric_operator":
        return
    checks.one_of(condition, "operator", _NUMBERS, at=at, required=True)
    value = condition.get("value")
    if isinstance(value, bool) or not isinstance(value, int):
        checks.add(1006, (*at, "value"), value, "Expected integer")


_FORMS: Final[Mapping[str, Callable[[Checks, Mapping[str, Any], Path], None]]] = {
    "email": _check_words,
    "name": _check_words,
    "tag": _check_tag,
    "score": _check_score,
}


def check_played(checks: Checks, search: Mapping[str, Any]) -> None:
    """Note what the sandbox cannot search by, so that nothing is found by mistake."""
    for number, section in enumerate(search["section"]):
        at = ("section", str(number))
        if section["subscriptionDate"] == "custom":
            checks.add(1000, (*at, "subscriptionDate"), "custom", _UNPLAYED)
        for place, condition in enumerate(section.get("conditions", ())):
            if not _is_played(condition):
                path = (*at, "conditions", str(place))
                checks.add(1000, path, condition["conditionType"], _UNPLAYED)


def _is_played(condition: Mapping[str, Any]) -> bool:
    if condition["conditionType"] != "custom":
        return condition["conditionType"] in PLAYED
    kinds = ("string_operator", "string_operator_list")
    return condition.get("operatorType") in kinds and condition.get("operator") in _WORDS


# Meaning.


def picks(search: Mapping[str, Any], row: ContactRow, today: dt.date) -> bool:
    """Tell whether a search picks a contact of its status; it has passed both checks."""
    join = _JOINS[search["sectionLogicOperator"]]
    return join([_picks(section, row, today) for section in search["section"]])


def status_of(search: Mapping[str, Any]) -> str:
    """Return the status of the contacts that a search is after."""
    (status,) = search.get("subscribersType") or STATUSES[:1]
    return str(status)


def _picks(section: Mapping[str, Any], row: ContactRow, today: dt.date) -> bool:
    cycle = _CYCLES[row.body.get("dayOfCycle") is None]
    if row.campaign not in section["campaignIdsList"] or cycle not in section["subscriberCycle"]:
        return False
    first, last = _span(section["subscriptionDate"], today)
    if not first <= dt.date.fromisoformat(row.created[:10]) <= last:
        return False
    conditions = section.get("conditions") or ()
    return not conditions or _JOINS[section["logicOperator"]]([_holds(c, row) for c in conditions])


def _span(name: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and the last day; that weeks begin on Monday is inferred."""
    monday, first = today - dt.timedelta(days=today.weekday()), today.replace(day=1)
    month_before = (first - dt.timedelta(days=1)).replace(day=1)
    two_before = (month_before - dt.timedelta(days=1)).replace(day=1)
    day = dt.timedelta(days=1)
    return {
        "all_time": (dt.date.min, dt.date.max),
        "today": (today, today),
        "yesterday": (today - day, today - day),
        "last_7_days": (today - 7 * day, today),
        "last_30_days": (today - 30 * day, today),
        "this_week": (monday, today),
        "last_week": (monday - 7 * day, monday - day),
        "this_month": (first, today),
        "last_month": (month_before, first - day),
        "last_2_months": (two_before, first - day),
    }[name]


def _holds(condition: Mapping[str, Any], row: ContactRow) -> bool:
    kind = condition["conditionType"]
    if kind == "tag":
        attached: bool = condition["value"] in row.body["tags"]
        wanted: bool = condition["operator"] == "exists"
        return attached is wanted
    if kind == "score":
        return _score_holds(condition, row.body.get("scoring"))
    if kind == "custom":
        held = row.body["customs"].get(condition.get("scope"), [])
        return _words_hold(condition, held)
    return _words_hold(condition, [row.email if kind == "email" else row.name or ""])


def _score_holds(condition: Mapping[str, Any], score: float | None) -> bool:
    if condition["operatorType"] == "not_exists":
        return score is None
    compare = _NUMBERS[condition["operator"]]
    return score is not None and compare(score, int(condition["value"]))


def _words_hold(condition: Mapping[str, Any], held: list[str]) -> bool:
    """Compare texts in any case; the negation of an operator holds where it does not."""
    name = condition["operator"]
    wanted = condition.get("value", "")
    words = wanted if isinstance(wanted, list) else [wanted]
    positive = _WORDS[name.replace("_not", "").removeprefix("not_")]
    found = any(positive(text.lower(), str(word).lower()) for text in held for word in words)
    return found != ("not" in name)


def _is(text: str, word: str) -> bool:
    return text == word


_WORDS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "is": _is,
    "contains": operator.contains,
    "starts": str.startswith,
    "ends": str.endswith,
    # Their positive twins decide.
    **dict.fromkeys(("is_not", "not_contains", "not_starts", "not_ends"), _is),
}
_NUMBERS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "numeric_lt": operator.lt,
    "numeric_gt": operator.gt,
    "numeric_eq": operator.eq,
    "numeric_not_eq": operator.ne,
    "numeric_lt_eq": operator.le,
    "numeric_gt_eq": operator.ge,
}
_JOINS: Final[Mapping[str, Callable[[list[bool]], bool]]] = {"and": all, "or": any}
