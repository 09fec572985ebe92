"""GetResponse's codes become the right errors, whatever status they come with.

The table is copied by hand from https://apidocs.getresponse.com/v3/errors, as of 2026-08-13, with
the statuses that the API description and recorded answers have beside it.
"""

import pytest

from sentori_async import errors
from sentori_async.platforms.getresponse.catalogue import CATALOGUE
from tests.platforms.catalogue_contract import THROTTLED, TRANSIENT, CatalogueContract, Seen


class TestGetResponse(CatalogueContract):
    CATALOGUE = CATALOGUE
    DOC_URL = "https://apidocs.getresponse.com/v3/errors"
    SEEN = (
        Seen(1, 500, errors.ServerError, TRANSIENT),
        Seen(1, 400, errors.ValidationFailed),
        Seen(1000, 400, errors.ValidationFailed),
        Seen(1001, 400, errors.NotFound),
        Seen(1002, 400, errors.StateConflict),
        Seen(1003, 400, errors.ValidationFailed),
        Seen(1004, 400, errors.ValidationFailed),
        Seen(1005, 400, errors.ValidationFailed),
        Seen(1006, 400, errors.ValidationFailed),
        Seen(1007, 400, errors.ValidationFailed),
        Seen(1008, 409, errors.AlreadyExists),
        Seen(1009, 400, errors.StateConflict),
        Seen(1010, 400, errors.ValidationFailed, TRANSIENT),
        Seen(1011, 400, errors.StateConflict),
        Seen(1012, 400, errors.ValidationFailed),
        Seen(1013, 404, errors.NotFound),
        Seen(1013, 400, errors.NotFound),
        Seen(1014, 403, errors.AuthenticationError),
        Seen(1014, 401, errors.AuthenticationError),
        Seen(1015, 429, errors.RateLimited, THROTTLED),
        Seen(1016, 403, errors.AccountBlocked),
        Seen(1017, 403, errors.AccountBlocked),
        Seen(1018, 403, errors.AccountBlocked),
        Seen(1019, 503, errors.ServiceUnavailable, TRANSIENT),
        Seen(1021, 400, errors.ValidationFailed),
        Seen(1023, 403, errors.PermissionDenied),
        Seen(1024, 404, errors.AccountBlocked),
        Seen(1027, 400, errors.QuotaExceeded),
        Seen(1028, 400, errors.StateConflict),
        Seen(1029, 400, errors.ValidationFailed),
        Seen(100002, 400, errors.ValidationFailed),
    )
    NEWER = (
        (1020, 400, errors.ValidationFailed, "`context`"),
        (1022, 403, errors.PermissionDenied, "`context`"),
        (1030, 409, errors.StateConflict, "`context`"),
        (1999, 500, errors.ServerError, "`context`"),
        (100001, 409, errors.ValidationFailed, "path and method"),
        (100003, 404, errors.NotFound, "path and method"),
    )

    @pytest.mark.parametrize(
        ("status", "cls", "retryable"),
        [
            (500, errors.ServerError, True),
            (503, errors.ServiceUnavailable, True),
            (400, errors.ValidationFailed, False),
            (409, errors.StateConflict, False),
        ],
    )
    def test_code_1_follows_the_status(
        self, status: int, cls: type[errors.ApiError], retryable: bool
    ) -> None:
        error = self.build(1, status)

        assert type(error) is cls
        assert error.retryable is retryable
        assert error.applied is (None if retryable else False)

    @pytest.mark.parametrize(
        ("operation", "cls"),
        [
            ("contacts.add", errors.ContactSuppressed),
            ("contacts.update", errors.ContactSuppressed),
            ("newsletters.send", errors.StateConflict),
            ("from_fields.set_default", errors.StateConflict),
        ],
    )
    def test_state_that_forbids_a_contact_is_a_suppression(
        self, operation: str, cls: type[errors.ApiError]
    ) -> None:
        assert type(self.build(1002, 400, operation)) is cls

    def test_a_temporary_block_says_how_long_to_wait(self) -> None:
        assert "15 minutes" in self.build(1016, 403).remedy

    def test_a_code_that_came_as_text_is_not_taken_for_the_number(self) -> None:
        """Turning it into one is up to who reads the answer."""
        assert type(self.build("1014", 400)) is errors.ValidationFailed
