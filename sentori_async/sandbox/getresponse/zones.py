"""The times of an answer in the zone of its request's `X-Time-Zone`; without one they are UTC."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from typing import Any, Final

import attrs
import orjson

from sentori_async.sandbox.getresponse.refusal import Refusal
from sentori_async.sandbox.platform import Reply

HEADER: Final = "X-Time-Zone"
_TIMES: Final = frozenset({"createdOn", "changedOn", "deletedOn", "finishedOn", "createdAt"})


def asked(headers: Mapping[str, str]) -> zoneinfo.ZoneInfo | None:
    """Return the zone of the tz database that a request names, or None.

    Raises:
        Refusal: 1021, there is no such zone; that it is this code is inferred.
    """
    name = headers.get(HEADER)
    if name is None:
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise Refusal(1021, context={"header": HEADER}) from None


def shifted(reply: Reply, zone: zoneinfo.ZoneInfo) -> Reply:
    """Return an answer with its times in a zone."""
    if not reply.body:
        return reply
    return attrs.evolve(reply, body=orjson.dumps(_shifted(orjson.loads(reply.body), zone)))


def _shifted(value: Any, zone: zoneinfo.ZoneInfo) -> Any:
    if isinstance(value, list):
        return [_shifted(item, zone) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _moment(item, zone) if name in _TIMES and item else _shifted(item, zone)
        for name, item in value.items()
    }


def _moment(text: str, zone: zoneinfo.ZoneInfo) -> str:
    return dt.datetime.fromisoformat(text).astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S%z")
