"""What every platform's catalogue keeps; a platform subclasses it with its vendor's table."""

import pickle
from collections import Counter
from typing import ClassVar

import attrs
import pytest

from sentori_async.errors import ApiError
from sentori_async.wire.catalogue import Catalogue, Repeat, error_class_for

NEVER, TRANSIENT, THROTTLED = Repeat.NEVER, Repeat.TRANSIENT, Repeat.THROTTLED


@attrs.frozen
class Seen:
    """One code with one of its statuses, and what it has to become."""

    code: int | str
    status: int
    error: type[ApiError]
    repeat: Repeat = NEVER


class CatalogueContract:
    """The promises of a catalogue."""

    CATALOGUE: ClassVar[Catalogue]
    DOC_URL: ClassVar[str]
    SEEN: ClassVar[tuple[Seen, ...]]
    """Every published code with every status it has been seen with, copied by hand."""
    NEWER: ClassVar[tuple[tuple[int | str, int, type[ApiError], str], ...]]
    """Codes no catalogue has, with a status, the class, and a part of the family's remedy."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "seen" in metafunc.fixturenames:
            ids = [f"{seen.code}-{seen.status}" for seen in self.SEEN]
            metafunc.parametrize("seen", self.SEEN, ids=ids)
        if "newer" in metafunc.fixturenames:
            ids = [f"{code}-{status}" for code, status, _, _ in self.NEWER]
            metafunc.parametrize("newer", self.NEWER, ids=ids)

    def build(self, code: int | str | None, status: int, operation: str = "lists.add") -> ApiError:
        return self.CATALOGUE.build(operation=operation, status=status, code=code, message="")

    def test_it_has_the_published_codes_and_no_others(self) -> None:
        pairs = [(row.code, status) for row in self.CATALOGUE.codes for status in row.statuses]

        assert Counter(pairs) == Counter((seen.code, seen.status) for seen in self.SEEN)
        codes = Counter(row.code for row in self.CATALOGUE.codes)
        assert max(codes.values()) == 1

    def test_a_published_code_becomes_its_class_with_a_remedy(self, seen: Seen) -> None:
        error = self.build(seen.code, seen.status)

        assert type(error) is seen.error
        assert error.retryable is (seen.repeat is not NEVER)
        assert error.platform == self.CATALOGUE.platform
        assert (error.code, error.status) == (seen.code, seen.status)
        assert error.remedy.endswith(".")
        assert error.doc_url == self.DOC_URL
        row = self.CATALOGUE.find(seen.code)
        assert row is not None
        assert error.message == row.name
        assert row.repeat_for(seen.status) is seen.repeat
        assert repr(pickle.loads(pickle.dumps(error))) == repr(error)

    def test_the_class_in_the_table_is_that_of_the_likeliest_status(self) -> None:
        for row in self.CATALOGUE.codes:
            assert row.error_for(row.statuses[0]) is row.error
            assert row.repeat_for(row.statuses[0]) is row.repeat

    def test_a_newer_code_falls_back_to_its_family_and_status(
        self, newer: tuple[int | str, int, type[ApiError], str]
    ) -> None:
        code, status, cls, remedy = newer
        error = self.build(code, status)

        assert self.CATALOGUE.find(code) is None
        assert type(error) is cls
        assert error.code == code
        assert error.message == f"HTTP {status}"
        assert remedy in error.remedy

    def test_every_family_is_tried_by_a_newer_code(self) -> None:
        tried = {self.CATALOGUE.family(code) for code, *_ in self.NEWER}
        assert set(self.CATALOGUE.families) <= tried

    @pytest.mark.parametrize("status", [301, 400, 401, 402, 403, 404, 409, 422, 429, 500, 503])
    @pytest.mark.parametrize("code", [None, 424242, "no such code", ""])
    def test_a_foreign_code_falls_back_to_the_status(
        self, code: int | str | None, status: int
    ) -> None:
        error = self.build(code, status)

        assert self.CATALOGUE.family(code) is None
        assert type(error) is error_class_for(status)
        assert error.retryable is (status in {429, 500, 503})
        assert error.remedy.endswith(".")

    def test_every_text_is_a_short_sentence_of_its_own(self) -> None:
        rows, families = self.CATALOGUE.codes, self.CATALOGUE.families
        sentences = [
            *(row.meaning for row in rows),
            *(row.remedy for row in rows),
            *(family.remedy for family in families),
        ]
        names = [row.name for row in rows] + [family.subject for family in families]

        for sentence in sentences:
            assert sentence[0].isupper()
            assert sentence.endswith(".")
            # A sentence ends once, and a bar would break the tables of the pages.
            assert not any(mark in sentence for mark in (". ", "\n", "|"))
            assert 15 <= len(sentence) <= 90
        for texts in (sentences, names):
            assert [text for text, count in Counter(texts).items() if count > 1] == []
            assert all(text == text.strip() != "" for text in texts)
