"""Messages: accepted at once, and moving on by themselves as the clock goes."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import attrs

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.sent.envelope import printed
from sentori_async.sandbox.sent.numbers import Number
from sentori_async.sandbox.sent.refusal import ROWS
from sentori_async.sandbox.sent.stores.scope import Scope
from sentori_async.sandbox.sent.stores.templates import TemplateStore

_SELECT: Final = """
SELECT id, contact_id, phone, channel, direction, template_id, body, created,
    started, scheduled, cancelled, outcome, reason_code
FROM sent_messages
"""
_OF: Final = f"{_SELECT} WHERE account = ? AND contact_id = ? ORDER BY message"
_ALL: Final = f"{_SELECT} WHERE account = ? ORDER BY message"
_BY_ID: Final = f"{_SELECT} WHERE account = ? AND id = ?"
_INSERT: Final = """
INSERT INTO sent_messages (account, id, contact_id, phone, channel, direction, template_id, body,
    created, started, scheduled, cancelled, outcome, reason_code)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_UPDATE: Final = """
UPDATE sent_messages SET started = ?, scheduled = ?, cancelled = ?, outcome = ?, reason_code = ?
WHERE id = ?
"""
# The ways of a message (guide, 2026-09); which statuses lie between is inferred.
_WAYS: Final = {
    "DELIVERED": ("QUEUED", "ROUTED", "SENT", "DELIVERED"),
    "READ": ("QUEUED", "ROUTED", "SENT", "DELIVERED", "READ"),
    "FAILED": ("QUEUED", "ROUTED", "SENT", "FAILED"),
    "BLOCKED": ("QUEUED", "BLOCKED"),
    "FILTERED": ("QUEUED", "FILTERED"),
    "RECEIVED": ("RECEIVED",),
}
_SUCCESSES: Final = frozenset({"SENT", "DELIVERED", "READ", "RECEIVED"})
_UNHAPPY: Final = frozenset({"FAILED", "BLOCKED", "FILTERED"})


@attrs.define(eq=False)
class MessageRow:
    """A message as it is stored; times are as Sent prints them, the channel may be ""."""

    id: str
    contact_id: str
    phone: str
    channel: str
    direction: str
    template_id: str | None
    body: str
    created: str
    started: str
    scheduled: str | None
    cancelled: str | None
    outcome: str
    reason_code: str | None


@attrs.frozen
class Step:
    """A status, and when a message came to it."""

    status: str
    at: dt.datetime


class MessageStore:
    """The messages of an account."""

    def __init__(self, scope: Scope, templates: TemplateStore) -> None:
        self._scope = scope
        self._database = scope.database
        self._templates = templates

    # For tests: values in, values out.

    def get(self, identity: str) -> dict[str, Any] | None:
        """Return a message as Sent shows it, by its id, or None."""
        row = self.find(identity)
        return None if row is None else self.show(row)

    def all(self) -> list[dict[str, Any]]:
        """Return every message as Sent shows it, in the order they were accepted."""
        rows = self._database.rows(_ALL, self._scope.account)
        return [self.show(MessageRow(*row)) for row in rows]

    def count(self) -> int:
        """Return the number of messages."""
        number: int = self._database.value(
            "SELECT count(*) FROM sent_messages WHERE account = ?", self._scope.account
        )
        return number

    def end(self, identity: str, outcome: str, *, reason_code: str | None = None) -> None:
        """Say where a message ends up.

        Args:
            identity: Its id.
            outcome: DELIVERED, READ, FAILED, BLOCKED or FILTERED.
            reason_code: Why, for the last three, such as "DELIVERY_007".

        Raises:
            InvalidInput: There is no such message or no such outcome.
        """
        row = self.find(identity)
        if row is None or outcome not in _WAYS:
            raise InvalidInput(f"there is no message {identity!r}, or no outcome {outcome!r}")
        row.outcome, row.reason_code = outcome, reason_code
        self.store(row)

    # For endpoints: rows.

    def find(self, identity: str) -> MessageRow | None:
        """Return the message of an id in any case, or None."""
        row = self._database.row(_BY_ID, self._scope.account, identity.lower())
        return None if row is None else MessageRow(*row)

    def of_contact(self, contact_id: str) -> list[MessageRow]:
        """Return the messages of a contact, in the order they were accepted."""
        rows = self._database.rows(_OF, self._scope.account, contact_id)
        return [MessageRow(*row) for row in rows]

    def accept(
        self,
        *,
        contact_id: str,
        phone: str,
        channel: str,
        body: str,
        outcome: str,
        reason_code: str | None = None,
        template_id: str | None = None,
        scheduled: dt.datetime | None = None,
        direction: str = "OUTBOUND",
    ) -> MessageRow:
        """Store a new message."""
        now = self._scope.now()
        row = MessageRow(
            id=self._scope.new_id(),
            contact_id=contact_id,
            phone=phone,
            channel=channel,
            direction=direction,
            template_id=template_id,
            body=body,
            created=now,
            started=now,
            scheduled=None if scheduled is None else printed(scheduled),
            cancelled=None,
            outcome=outcome,
            reason_code=reason_code,
        )
        self._database.run(_INSERT, self._scope.account, *attrs.astuple(row))
        return row

    def store(self, row: MessageRow) -> None:
        """Store what may have changed of a message."""
        self._database.run(
            _UPDATE,
            row.started,
            row.scheduled,
            row.cancelled,
            row.outcome,
            row.reason_code,
            row.id,
        )

    def held(self) -> int:
        """Return how many messages wait for their time."""
        number: int = self._database.value(
            "SELECT count(*) FROM sent_messages"
            " WHERE account = ? AND scheduled > ? AND cancelled IS NULL",
            self._scope.account,
            self._scope.now(),
        )
        return number

    def is_visible(self, row: MessageRow) -> bool:
        """Tell whether a message can be read by now."""
        after = dt.timedelta(seconds=self._scope.options.visible_after_s)
        return self._scope.clock() >= moment(row.created) + after

    def steps(self, row: MessageRow) -> list[Step]:
        """Return the statuses a message has come to by now, oldest first."""
        now = self._scope.clock()
        steps: list[Step] = []
        if row.scheduled is not None:
            steps.append(Step("SCHEDULED", moment(row.created)))
        if row.cancelled is not None:
            return [*steps, Step("CANCELLED", moment(row.cancelled))]
        each = dt.timedelta(seconds=self._scope.options.message_step_s)
        begun = moment(row.scheduled or row.started)
        for number, status in enumerate(_WAYS[row.outcome]):
            if steps and begun + number * each > now:
                break
            steps.append(Step(status, begun + number * each))
        return steps

    def status(self, row: MessageRow) -> str:
        """Return the status of a message by now."""
        return self.steps(row)[-1].status

    def is_over(self, row: MessageRow) -> bool:
        """Tell whether a message has come to its end."""
        return self.status(row) in {row.outcome, "CANCELLED"}

    def show(self, row: MessageRow) -> dict[str, Any]:
        """Return a message as Sent prints it."""
        template = None if row.template_id is None else self._templates.find(row.template_id)
        number = Number.of(row.phone)
        steps = self.steps(row)
        shown = {
            "id": row.id,
            "customer_id": self._scope.customer_id,
            "contact_id": row.contact_id,
            "phone": row.phone,
            "phone_international": number.international,
            "region_code": number.region_code,
            "template_id": row.template_id,
            "template_name": None if template is None else template.name,
            "template_category": None if template is None else template.category,
            "channel": row.channel,
            "message_body": _body(row.body),
            "status": steps[-1].status,
            "direction": row.direction,
            "created_at": row.created,
            "price": None,
            "active_contact_price": None,
            "events": [self._event(row, step) for step in steps],
            **self.reason(row, steps[-1].status),
        }
        if row.scheduled is not None:
            shown["scheduled_at"] = row.scheduled
        return shown

    def activities(self, row: MessageRow) -> list[dict[str, Any]]:
        """Return what happened to a message, the latest first."""
        shown = []
        for step in reversed(self.steps(row)):
            entry = {**self._event(row, step), "price": None, "active_contact_price": None}
            entry["from"] = None
            if step.status in {"SCHEDULED", "CANCELLED"}:
                entry["scheduled_at"] = row.scheduled
            shown.append(entry)
        return shown

    def reason(self, row: MessageRow, status: str) -> dict[str, str]:
        """Return why a message is where it is; nothing where no reason is needed."""
        if status not in _UNHAPPY or row.reason_code is None:
            return {}
        known = ROWS.get(row.reason_code)
        text = "The message was not delivered" if known is None else known.name
        return {"reason": text, "reason_code": row.reason_code}

    def summary(self, contact_id: str) -> dict[str, Any]:
        """Return what was exchanged with a contact."""
        rows = self.of_contact(contact_id)
        channels = sorted({row.channel for row in rows})
        return {
            "contact_id": contact_id,
            "message_count": len(rows),
            "channels_used": channels,
            "first_message_at": rows[0].created if rows else None,
            "last_message_at": rows[-1].created if rows else None,
            "channel_scores": [self._score(channel, rows) for channel in channels],
        }

    def _score(self, channel: str, rows: list[MessageRow]) -> dict[str, Any]:
        ends = [self.status(row) for row in rows if row.channel == channel]
        won = sum(end in _SUCCESSES for end in ends)
        lost = sum(end == "FAILED" for end in ends)
        return {
            "channel": channel,
            "success_score": round(100 * won / len(ends)),
            "fail_score": round(100 * lost / len(ends)),
        }

    def _event(self, row: MessageRow, step: Step) -> dict[str, Any]:
        return {
            "status": step.status,
            "timestamp": printed(step.at),
            "description": f"Message {step.status.lower()}",
            **self.reason(row, step.status),
        }


def moment(text: str) -> dt.datetime:
    """Return a time that Sent printed, without its zone."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=None)


def _body(text: str) -> dict[str, Any]:
    """Return a message's body in the shape it has on every channel, nulls included."""
    return {
        "header": None,
        "content": text,
        "footer": None,
        "buttons": None,
        "headerMedia": None,
        "media": None,
        "subject": None,
    }
