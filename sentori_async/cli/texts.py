"""What ``--help`` says beyond the options."""

from __future__ import annotations

from typing import Final


def usage(command: str, arguments: str) -> str:
    """Return the line that says how a command is written, in the form that others have."""
    return f"Usage: sentori {command} [OPTIONS] {arguments}"


SENTORI: Final = """\
Move contacts, one at a time or ten million, without losing one.

The commands sync and contact work on a Sentori account, and migrate moves contacts from any of
Sentori, GetResponse, Sent and Spotzee to another. explain, jobs and sandbox know all four.
"""

SENTORI_MORE: Final = """\
**Start here**

    sentori demo                                # watch it work, locally
    sentori sandbox --seed                      # a local account to try things on
    sentori sync contacts.csv --list LISTID01   # the real thing
    sentori explain 102                         # what an error code means

**Exit codes**: 0 all well, 1 some rows failed, 2 misuse or stopped, 130 interrupted.
"""

CONTACT: Final = "Look at one contact of a Sentori account, or change it."

CONTACT_MORE: Final = """\
**Examples**

    sentori contact get joe@example.com
    sentori contact add joe@example.com FirstName=Joe LastName=Bloggs
    sentori contact fields
    sentori contact add-or-update joe@example.com FirstName=Joe
    sentori contact update joe@example.com EmailAddress=bloggs@example.com Title=
    sentori contact subscribe bloggs@example.com LISTID01

**Exit codes**: 0 done, 1 refused by the platform or not answered, 2 misuse.
"""

DEMO: Final = """\
Start a local account, sync a messy file into it, and subscribe everybody to a list.

Nothing leaves this machine. The account holds some contacts, lists and suppressions already, and
is gone afterwards; the report file stays.
"""

DEMO_USAGE: Final = usage("demo", "[FILE]")

EXPLAIN: Final = "Explain an error code: what it means, what to do, which exception it becomes."

EXPLAIN_MORE: Final = """\
**Examples**

    sentori explain 102
    sentori explain sentori -1
    sentori explain getresponse 1015
    sentori explain sent BUSINESS_002
    sentori explain --all --json
"""

EXPLAIN_USAGE: Final = usage("explain", "[PLATFORM] [CODE]")

JOBS: Final = "Look at a job through its journal, while it runs or afterwards."

JOBS_MORE: Final = """\
**Examples**

    sentori jobs show job.db --follow
    sentori jobs rows job.db --outcome failed
    sentori jobs requests job.db
    sentori jobs export job.db rows.parquet

The journal is only read. It holds contact data, and so does what is shown of its rows.
"""

MIGRATE: Final = """\
Move the contacts of one platform to another, with their opt-outs.

The source is read to its end before anything is written. Who has unsubscribed there, or is
suppressed, is never subscribed at the target, and neither is who has opted out at the target. Every
contact is accounted for in the report file, and --verify reads all of them back.
"""

MIGRATE_MORE: Final = """\
**Examples**

    sentori migrate --from getresponse:CAMPAIGN --to sentori:LISTID01 --map map.toml --verify
    sentori migrate --from sentori:LISTID01 --to spotzee:3 --map map.toml --journal move.db
    sentori migrate --from spotzee:3 --to sent --map map.toml

A map says which field of the target is made from which of the source:

    [fields]
    EmailAddress = "email"
    FirstName = "name"
    Country = { from = "customFields.country", values = { UK = "GB" } }
    CompanyName = { constant = "Example Ltd" }

The keys are read from the environment: SENTORI_API_KEY, GETRESPONSE_API_KEY, SENT_API_KEY,
SPOTZEE_API_KEY, and the same with _BASE_URL.

**Exit codes**: 0 all well, 1 some contacts failed, are in doubt or differ, 2 misuse or stopped,
130 interrupted.
"""

SANDBOX: Final = """\
Play Sentori, GetResponse, Sent and Spotzee on this machine until Ctrl-C.

It says how to use them, knows the documented rules and error codes, listens on 127.0.0.1 only, and
forgets everything when it ends, unless --state says otherwise.
"""

SANDBOX_MORE: Final = """\
**Examples**

    sentori sandbox --port 8080 --seed
    sentori sandbox --state account.db
"""

SYNC: Final = """\
Send the rows of a CSV, JSON Lines or Parquet file to a Sentori account, and account for each.

One column must hold the address. The others become the fields of the same name, in any spelling,
or what the usual words for them mean: "E-mail", "First name" and "surname" are understood. Empty
cells leave a field as it is. A row that cannot be sent does not hold up its neighbours: its line
and the reason go into the summary and into the report file.
"""

SYNC_MORE: Final = """\
**Examples**

    sentori sync contacts.csv
    sentori sync contacts.csv --list LISTID01
    sentori sync export.csv --encoding cp1252 --map Kundenname=LastName
    sentori sync contacts.jsonl --mode update --json --quiet

**Exit codes**: 0 all well, 1 some rows failed or are in doubt, 2 misuse or stopped,
130 interrupted: Ctrl-C or SIGTERM lets the rows on their way arrive, a second one does not.
"""
