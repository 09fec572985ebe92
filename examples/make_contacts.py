"""Write contacts.csv: an address book as a spreadsheet leaves it, with all that people do to one.

The same file comes out every time:

    python examples/make_contacts.py

Nobody in it exists: domains are those reserved for examples, telephone numbers those for films.
"""

import csv
import io
import random
import unicodedata
from itertools import cycle, islice, repeat
from pathlib import Path

PATH = Path(__file__).with_name("contacts.csv")

CUSTOM_FIELDS = ("FavouriteColour", "LoyaltyTier")
FIELDS = (
    "EmailAddress",
    "Title",
    "FirstName",
    "LastName",
    "CompanyName",
    "MobilePhoneNumber",
    *CUSTOM_FIELDS,
)

# What the account of the demo holds before this file arrives.
EXISTING = tuple(f"existing{number:04}@example.com" for number in range(1, 401))
SUPPRESSED = tuple(f"optout{number:02}@example.com" for number in range(1, 26))

NEW_CONTACTS = 4_500
RESERVED_CHARACTERS = 60
ROLES = 80
REPEATED = 210
INVALID = 150
WITHOUT_ADDRESS = 30

# First name, last name, and what their owner would write into an address.
PEOPLE = (
    ("Joe", "Bloggs", "joe.bloggs"),
    ("Siân", "Llywelyn-Hughes", "sian.llywelyn"),
    ("Aoife", "O'Brien", "aoife.obrien"),
    ("Seán", "Ó Súilleabháin", "sean.osullivan"),
    ("Zoë", "Brontë", "zoe.bronte"),
    ("Renée", "d’Aubigné", "renee.daubigne"),
    ("François-Xavier", "L'Hôte", "fx.lhote"),
    ("Jürgen", "Groß", "juergen.gross"),
    ("Åsa", "Ångström", "asa.angstrom"),
    ("Bjørn", "Sæther", "bjorn.saether"),
    ("Þórdís", "Ævarsdóttir", "thordis"),
    ("Łukasz", "Źdźbłowski", "lukasz.z"),
    ("Jiří", "Dvořák", "jiri.dvorak"),
    ("Zsófia", "Kőműves", "zsofia"),
    ("Işıl", "Yılmazoğlu", "isil.yilmaz"),
    ("Nguyễn Thị", "Ánh Tuyết", "anh.tuyet"),
    ("María José", "Núñez de la Peña", "mj.nunez"),
    ("João", "Conceição", "joao.conceicao"),
    ("Kaʻiulani", "Kealoha", "kaiulani"),
    ("Ελένη", "Παπαδοπούλου", "eleni.p"),
    ("Юлия", "Щербакова", "yulia.s"),
    ("Олександр", "Ґалаґан", "oleksandr"),
    ("Ђорђе", "Ђоковић", "djordje"),
    ("ნინო", "ჩხეიძე", "nino.ch"),
    ("Արամ", "Խաչատրյան", "aram.kh"),
    ("יעל", "בן־דוד", "yael.bd"),
    ("محمد", "عبد الرحمن", "mohammed.ar"),
    ("فاطمه", "حسینی", "fatemeh.h"),
    ("अनुष्का", "श्रीवास्तव", "anushka.s"),
    ("தமிழ்ச்செல்வி", "முருகன்", "tamilselvi"),
    ("สมชาย", "ใจดี", "somchai"),
    ("ሰላም", "ተስፋዬ", "selam.t"),
    ("小明", "王", "xiaoming.wang"),
    ("さくら", "髙橋", "sakura.t"),
    ("지우", "김", "jiwoo.kim"),
    ("Mary Ann", "van der Berg", "maryann"),
    ("Sam", "Null", "sam.null"),
    ("O", "Oh", "o.oh"),
)
TITLES = ("", "Mr", "Ms", "Mrs", "Miss", "Mx", "Dr", "Dr.", "Prof.", "Rev'd")
COMPANIES = (
    "Smith, Jones & Daughters Ltd",
    'The "Corner" Shop',
    'Brown, "Red" & Co., Inc.',
    "Acme",
    "ACME  Limited",
    "Bäckerei Müller & Söhne",
    "Société Générale d'Exemples",
    "株式会社サンプル",
    "ООО «Пример»",
    "شركة المثال",
    "Café ☕ & Cake 🍰",
    "50% Off Everything",
    "=Equals Studio",
    "N/A",
)
ADDRESS_IN_COMPANY = ("Sample House\nUnit 4, Dock Road", 'Example plc\n"Northern" Division\n')
COLOURS = (
    "blue",
    "Blue",
    "green",
    "dark green, almost black",
    'the "good" red',
    "türkis",
    "bleu ciel",
    "синий",
    "青",
    "أزرق",
    "#ff8800",
    "don't know",
)
TIERS = ("Gold", "Silver", "Bronze", "gold", "Silver ")
PHONES = (
    "07700 900{:03}",
    "+44 7700 900{:03}",
    "+447700900{:03}",
    "(0)7700-900{:03}",
    "7700900{:03}",  # a spreadsheet took the leading zero
    "4.477009E+11",  # and here all but the first digits
)
DOMAINS = (
    "example.com",
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "post.example.org",
    "shop.example",
    "werkstatt.example",
)
# An address is a pattern: `slug` is the person's, `n` a running number.
PLAIN = "{slug}{n}@{domain}"
# Every character before the @ is allowed there; most would end or bend a URL.
RESERVED_PATTERNS = (
    "o'brien.{n}@{domain}",
    "o'brien+news{n}@{domain}",
    "emea/sales{n}@{domain}",
    "100%{n}@{domain}",
    "who?{n}@{domain}",
    "hash#{n}@{domain}",
    "this&that{n}@{domain}",
    "key=value{n}@{domain}",
    "{{curly}}{n}@{domain}",
    "tilde~{n}@{domain}",
    "pipe|{n}@{domain}",
    "back`tick{n}@{domain}",
)
ROLE_PATTERNS = (
    "info@{slug}{n}.example",
    "sales@{slug}{n}.example",
    "admin@{slug}{n}.example",
    "support@{slug}{n}.example",
    "office@{slug}{n}.example",
    "postmaster@{slug}{n}.example",
    "webmaster@{slug}{n}.example",
    "noreply@{slug}{n}.example",
)
INVALID_PATTERNS = (
    "{slug}{n}",
    "{slug}{n}.example.com",
    "{slug}@{n}@example.com",
    "{slug}{n}@@example.com",
    "{slug} {n}@example.com",
    "{slug}{n}@exam ple.org",
    "{slug}{n}@example.com.",
    "{slug}{n}@example..com",
    "{slug}..{n}@example.net",
    "{slug}{n}.@example.net",
    ".{slug}{n}@example.net",
    "{slug}{n}@",
    "@example.com",
    "{slug}{n}@example,com",
    "{slug}{n}@example.com; {slug}@example.org",
    "<{slug}{n}@example.com>",
    "{slug}\t{n}@example.com",
    "n/a",
    "unknown",
)

Row = dict[str, str]


class AddressBook:
    """Rows as they come to mind; `rows` keeps them in order."""

    def __init__(self, seed: int) -> None:
        """Start empty; the same seed makes the same rows."""
        self.rows: list[Row] = []
        self._random = random.Random(seed)
        self._count = 0

    def add(self, pattern: str) -> None:
        """Add one person whose address follows a pattern."""
        first, last, slug = self._random.choice(PEOPLE)
        self._count += 1
        if self._one_in(12):  # some systems store accents as characters of their own
            first, last = (unicodedata.normalize("NFD", name) for name in (first, last))
        domain = self._random.choice(DOMAINS)
        phone = self._random.choice(PHONES).format(self._random.randrange(1000))
        row = {
            "EmailAddress": pattern.format(slug=slug, n=self._count, domain=domain),
            "Title": self._random.choice(TITLES),
            "FirstName": "" if self._one_in(15) else first,
            "LastName": "" if self._one_in(25) else last,
            "CompanyName": self._company(),
            "MobilePhoneNumber": "" if self._one_in(3) else phone,
            "FavouriteColour": "" if self._one_in(4) else self._random.choice(COLOURS),
            "LoyaltyTier": "" if self._one_in(3) else self._random.choice(TIERS),
        }
        self.rows.append(row)

    def repeat(self) -> None:
        """Add a person who is there already, typed in a second time by somebody else."""
        earlier = self._random.choice(self.rows)
        local, _, domain = earlier["EmailAddress"].partition("@")
        spelled = self._random.choice(
            (
                f"{local.upper()}@{domain.upper()}",
                f"{local.title()}@{domain}",
                f"{local}@{domain.title()}",
                f" {local}@{domain}",
                f"{local}@{domain}  ",
                f"  {local.capitalize()}@{domain} ",
                f"{local}@{domain}",
            )
        )
        tier = self._random.choice(TIERS)
        self.rows.append({**earlier, "EmailAddress": spelled, "LoyaltyTier": tier})

    def shuffle(self) -> None:
        """Bring the rows into no order at all."""
        self._random.shuffle(self.rows)

    def _company(self) -> str:
        if self._one_in(2):
            return ""
        return self._random.choice(ADDRESS_IN_COMPANY if self._one_in(80) else COMPANIES)

    def _one_in(self, number: int) -> bool:
        return self._random.randrange(number) == 0


def rows() -> list[Row]:
    """Return all rows: nine in ten would satisfy anybody."""
    book = AddressBook(seed=2026)
    for pattern in (*repeat(PLAIN, NEW_CONTACTS), *EXISTING, *SUPPRESSED):
        book.add(pattern)
    for pattern in islice(cycle(RESERVED_PATTERNS), RESERVED_CHARACTERS):
        book.add(pattern)
    for _ in range(REPEATED):
        book.repeat()
    for pattern in islice(cycle(ROLE_PATTERNS), ROLES):
        book.add(pattern)
    for pattern in islice(cycle(INVALID_PATTERNS), INVALID):
        book.add(pattern)
    for pattern in islice(cycle(("", " ", "  ")), WITHOUT_ADDRESS - 1):
        book.add(pattern)
    book.rows.append(dict.fromkeys(FIELDS, ""))  # the line below the table, once clicked into
    book.shuffle()
    return book.rows


def content() -> bytes:
    """Return the file as Excel saves "CSV UTF-8": a byte order mark, CRLF, quotes where needed."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, FIELDS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows())
    return text.getvalue().encode("utf-8-sig")


if __name__ == "__main__":
    PATH.write_bytes(content())
    print(f"Wrote {PATH}.")
