"""Blocklists: addresses and domains that nobody may add, for the account or one campaign."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from sentori_async.sandbox.getresponse.stores.scope import Scope

_WHERE: Final = "FROM getresponse_masks WHERE account = ? AND campaign = ?"


@attrs.frozen(eq=False)
class MaskStore:
    """The blocklist of the account (campaign "") and those of its campaigns."""

    scope: Scope

    def all(self, campaign: str = "") -> list[str]:
        """Return a blocklist in the order its masks were added."""
        rows = self.scope.database.rows(
            f"SELECT mask {_WHERE} ORDER BY entry", self.scope.account, campaign
        )
        return [mask for (mask,) in rows]

    def add(self, *masks: str, campaign: str = "") -> None:
        """Add masks: addresses, or domains with their @."""
        self.scope.database.run_many(
            "INSERT OR IGNORE INTO getresponse_masks (account, campaign, mask, mask_key)"
            " VALUES (?, ?, ?, ?)",
            [(self.scope.account, campaign, mask, mask.lower()) for mask in masks],
        )

    def remove(self, *masks: str, campaign: str = "") -> None:
        """Remove masks; one that is not there makes no difference."""
        self.scope.database.run_many(
            f"DELETE {_WHERE} AND mask_key = ?",
            [(self.scope.account, campaign, mask.lower()) for mask in masks],
        )

    def replace(self, masks: Iterable[str], campaign: str = "") -> None:
        """Put masks in the place of all there are."""
        with self.scope.database:
            self.scope.database.run(f"DELETE {_WHERE}", self.scope.account, campaign)
            self.add(*masks, campaign=campaign)

    def blocks(self, email: str, campaign: str) -> bool:
        """Tell whether an address may not be added to a campaign; case means nothing."""
        key = email.lower()
        found = self.scope.database.row(
            "SELECT 1 FROM getresponse_masks"
            " WHERE account = ? AND campaign IN ('', ?) AND mask_key IN (?, ?)",
            self.scope.account,
            campaign,
            key,
            "@" + key.rpartition("@")[2],
        )
        return found is not None
