"""Documents (emails and others) and the reports about them."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any, Final

import attrs
import orjson

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.sentori.stores.audiences import UploadGroupStore
from sentori_async.sandbox.sentori.stores.scope import Scope, trimmed

USER: Final = "Sandbox User"
"""Who made and changed the sandbox's documents."""


class DocumentKind(enum.Enum):
    """What a document is; the API takes emails only and answers 301 to the rest."""

    EMAIL = "email"
    SMS = "sms"


class Stage(enum.Enum):
    """How far an email has come."""

    TEMPLATE = "template"
    DRAFT = "draft"
    SENT = "sent"


class ReportKind(enum.Enum):
    """What an entry of a report says happened."""

    ABUSE = "abuse"
    BOUNCE = "bounced"
    CLICK = "clicks"


@attrs.frozen
class Document:
    """An email or another thing to send.

    Attributes:
        external_id: The id that the API uses.
        name: The name.
        description: The description.
        kind: Email or not.
        stage: How far it has come.
        created: When it was made, as Sentori prints it.
        created_by: Who made it.
        modified: When it was changed last, as Sentori prints it.
        modified_by: Who changed it last.
    """

    external_id: str
    name: str
    description: str
    kind: DocumentKind
    stage: Stage
    created: str
    created_by: str
    modified: str
    modified_by: str

    def shown(self) -> dict[str, str]:
        """Return it as Sentori prints drafts; inferred: templates look the same."""
        return {
            "ExternalID": self.external_id,
            "Name": self.name,
            "Description": self.description,
            "Created": self.created,
            "CreatedBy": self.created_by,
            "Modified": self.modified,
            "ModifiedBy": self.modified_by,
        }


@attrs.frozen(kw_only=True)
class Kpi:
    """The counters of one sending of an email."""

    sent: int = 0
    bounced: int = 0
    opens: int = 0
    unique_clickers: int = 0
    total_clicks: int = 0
    social_shares: int = 0
    google_plus_ones: int = 0
    linked_in_shares: int = 0
    tweets: int = 0
    facebook_likes: int = 0
    unsubscribes: int = 0
    abuse_complaints: int = 0

    def __add__(self, other: Kpi) -> Kpi:
        return Kpi(**{n: count + getattr(other, n) for n, count in attrs.asdict(self).items()})

    def shown(self) -> dict[str, Any]:
        """Return the counters as Sentori prints them."""
        return {
            "Sent": self.sent,
            "Bounced": self.bounced,
            "Opens": self.opens,
            "UniqueClickers": self.unique_clickers,
            "TotalClicks": self.total_clicks,
            "SocialShares": self.social_shares,
            "SocialKpi": {
                "GooglePlusOnes": self.google_plus_ones,
                "LinkedInShares": self.linked_in_shares,
                "Tweets": self.tweets,
                "FacebookLikes": self.facebook_likes,
            },
            "Unsubscribes": self.unsubscribes,
            "AbuseComplaints": self.abuse_complaints,
        }


_SELECT: Final = """
SELECT external_id, name, description, kind, stage, created, created_by, modified, modified_by
FROM sentori_documents
"""
_INSERT: Final = """
INSERT INTO sentori_documents (
    account, external_id, name, description, kind, stage, created, created_by, modified, modified_by
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class EmailStore:
    """The documents of an account."""

    def __init__(self, scope: Scope, groups: UploadGroupStore) -> None:
        self._scope = scope
        self._database = scope.database
        self._groups = groups

    def add(
        self,
        external_id: str,
        name: str,
        stage: Stage = Stage.DRAFT,
        *,
        kind: DocumentKind = DocumentKind.EMAIL,
        description: str = "",
        created: dt.datetime | None = None,
        created_by: str = USER,
    ) -> None:
        """Add a document; `created` has no zone and defaults to now.

        Raises:
            InvalidInput: The id is taken.
        """
        when = self._scope.now() if created is None else trimmed(created)
        with self._database:
            if self.find(external_id) is not None:
                raise InvalidInput(f"there is a document {external_id} already")
            self._database.run(
                _INSERT,
                self._scope.account,
                *(external_id, name, description, kind.value, stage.value),
                *(when, created_by, when, created_by),
            )

    def create(self, name: str, description: str) -> str:
        """Make a draft and return its id."""
        external_id = self._scope.new_external_id()
        self.add(external_id, name, description=description)
        return external_id

    def get(self, external_id: str) -> Document | None:
        """Return a document, or None."""
        row = self._scope.owned(f"{_SELECT} WHERE account = ? AND external_id = ?", external_id)
        return None if row is None else _document(row)

    def all(self, stage: Stage) -> list[Document]:
        """Return the emails of one stage in the order they were added."""
        rows = self._database.rows(
            f"{_SELECT} WHERE account = ? AND kind = 'email' AND stage = ? ORDER BY document",
            self._scope.account,
            stage.value,
        )
        return [_document(row) for row in rows]

    def name_is_taken(self, name: str) -> bool:
        """Tell whether an email has this name; inferred: templates and case count."""
        row = self._scope.owned(
            "SELECT 1 FROM sentori_documents WHERE account = ? AND kind = 'email' AND name = ?",
            name,
        )
        return row is not None

    def attach(self, document_id: str, group_id: str) -> None:
        """Attach an upload group to an email; a second time changes nothing."""
        self._database.run(
            "INSERT OR IGNORE INTO sentori_attachments (document, upload_group) VALUES (?, ?)",
            self.find(document_id),
            self._groups.find(group_id),
        )

    def attached(self, document_id: str) -> list[str]:
        """Return the ids of the upload groups attached to an email, oldest group first."""
        rows = self._database.rows(
            "SELECT g.external_id FROM sentori_attachments a"
            " JOIN sentori_upload_groups g USING (upload_group)"
            " WHERE a.document = ? ORDER BY upload_group",
            self.find(document_id),
        )
        return [external_id for (external_id,) in rows]

    def find(self, external_id: str) -> int | None:
        """Return the number of a document, or None."""
        row = self._scope.owned(
            "SELECT document FROM sentori_documents WHERE account = ? AND external_id = ?",
            external_id,
        )
        return None if row is None else row[0]


class ReportStore:
    """What became of the emails that were sent."""

    def __init__(self, scope: Scope, emails: EmailStore) -> None:
        self._database = scope.database
        self._emails = emails

    def set_kpi(self, email_id: str, kpi: Kpi, *, iteration: int = 1) -> None:
        """Set the counters of one sending of an email."""
        self._database.run(
            "INSERT OR REPLACE INTO sentori_kpis (document, iteration, counters) VALUES (?, ?, ?)",
            self._known(email_id),
            iteration,
            orjson.dumps(attrs.asdict(kpi)).decode(),
        )

    def add(
        self,
        kind: ReportKind,
        email_id: str,
        address: str,
        happened: dt.datetime,
        *,
        iteration: int = 1,
    ) -> None:
        """Add an entry to a report; `happened` has no zone. The counters stay as they were set."""
        self._database.run(
            "INSERT INTO sentori_report_entries (document, iteration, kind, address, happened)"
            " VALUES (?, ?, ?, ?, ?)",
            self._known(email_id),
            iteration,
            kind.value,
            address,
            happened.isoformat(timespec="milliseconds"),
        )

    def kpi(self, email_id: str, iteration: int | None) -> Kpi:
        """Return the counters of one sending, or of all of them together."""
        rows = self._database.rows(
            "SELECT counters FROM sentori_kpis"
            " WHERE document = ?1 AND iteration = ifnull(?2, iteration)",
            self._known(email_id),
            iteration,
        )
        return sum((Kpi(**orjson.loads(counters)) for (counters,) in rows), Kpi())

    def entries(
        self, kind: ReportKind, email_id: str, iteration: int | None
    ) -> list[tuple[str, dt.datetime]]:
        """Return addresses and times of one sending, or of all of them, in the order they came."""
        rows = self._database.rows(
            "SELECT address, happened FROM sentori_report_entries"
            " WHERE document = ?1 AND kind = ?2 AND iteration = ifnull(?3, iteration)"
            " ORDER BY entry",
            self._known(email_id),
            kind.value,
            iteration,
        )
        return [(address, dt.datetime.fromisoformat(happened)) for address, happened in rows]

    def _known(self, email_id: str) -> int:
        number = self._emails.find(email_id)
        if number is None:
            raise InvalidInput(f"there is no document {email_id}")
        return number


def _document(row: tuple[Any, ...]) -> Document:
    external_id, name, description, kind, stage, *rest = row
    return Document(external_id, name, description, DocumentKind(kind), Stage(stage), *rest)
