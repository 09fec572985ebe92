"""Sent's codes become the right errors, with the statuses of the old page and the newer ones.

The table is copied by hand from https://docs.sent.dm/reference/api/error-catalog, as of early
2026, and from the vendor's integration guide of 2026-09.
"""

import pytest

from sentori_async import errors
from sentori_async.platforms.sent.catalogue import CATALOGUE
from tests.platforms.catalogue_contract import THROTTLED, TRANSIENT, CatalogueContract, Seen


class TestSent(CatalogueContract):
    CATALOGUE = CATALOGUE
    DOC_URL = "https://docs.sent.dm/reference/api/error-catalog"
    SEEN = (
        Seen("AUTH_001", 401, errors.AuthenticationError),
        Seen("AUTH_002", 401, errors.AuthenticationError),
        Seen("AUTH_003", 403, errors.PermissionDenied),
        Seen("AUTH_004", 403, errors.PermissionDenied),
        Seen("AUTH_005", 403, errors.AccountBlocked),
        Seen("AUTH_006", 403, errors.AccountBlocked),
        Seen("AUTH_007", 403, errors.AccountBlocked),
        Seen("VALIDATION_001", 400, errors.ValidationFailed),
        Seen("VALIDATION_002", 400, errors.ValidationFailed),
        Seen("VALIDATION_003", 400, errors.ValidationFailed),
        Seen("VALIDATION_004", 400, errors.ValidationFailed),
        Seen("VALIDATION_005", 400, errors.ValidationFailed),
        Seen("VALIDATION_006", 400, errors.ValidationFailed),
        Seen("VALIDATION_007", 400, errors.ValidationFailed),
        Seen("VALIDATION_008", 400, errors.ValidationFailed),
        Seen("RESOURCE_001", 404, errors.NotFound),
        Seen("RESOURCE_002", 404, errors.NotFound),
        Seen("RESOURCE_003", 404, errors.NotFound),
        Seen("RESOURCE_004", 404, errors.NotFound),
        Seen("RESOURCE_005", 404, errors.NotFound),
        Seen("RESOURCE_006", 404, errors.NotFound),
        Seen("RESOURCE_007", 409, errors.AlreadyExists),
        Seen("RESOURCE_008", 404, errors.NotFound),
        Seen("RESOURCE_009", 404, errors.NotFound),
        Seen("RESOURCE_010", 404, errors.NotFound),
        Seen("RESOURCE_011", 404, errors.NotFound),
        Seen("RESOURCE_012", 404, errors.NotFound),
        Seen("RESOURCE_013", 404, errors.NotFound),
        Seen("RESOURCE_014", 404, errors.AccountBlocked),
        Seen("BUSINESS_001", 422, errors.StateConflict),
        Seen("BUSINESS_001", 400, errors.StateConflict),
        Seen("BUSINESS_002", 429, errors.RateLimited, THROTTLED),
        Seen("BUSINESS_003", 422, errors.QuotaExceeded),
        Seen("BUSINESS_003", 402, errors.QuotaExceeded),
        Seen("BUSINESS_004", 422, errors.ContactSuppressed),
        Seen("BUSINESS_004", 400, errors.ContactSuppressed),
        Seen("BUSINESS_005", 422, errors.StateConflict),
        Seen("BUSINESS_005", 400, errors.StateConflict),
        Seen("BUSINESS_006", 422, errors.StateConflict),
        Seen("BUSINESS_006", 400, errors.StateConflict),
        Seen("BUSINESS_007", 422, errors.StateConflict),
        Seen("BUSINESS_007", 400, errors.StateConflict),
        Seen("BUSINESS_008", 422, errors.QuotaExceeded),
        Seen("BUSINESS_008", 400, errors.QuotaExceeded),
        Seen("BUSINESS_010", 400, errors.StateConflict),
        Seen("BUSINESS_012", 400, errors.StateConflict),
        Seen("BUSINESS_014", 403, errors.AccountBlocked),
        Seen("CONFLICT_001", 409, errors.StateConflict, TRANSIENT),
        Seen("CONFLICT_006", 409, errors.StateConflict),
        Seen("CONFLICT_012", 409, errors.StateConflict),
        Seen("CONFLICT_013", 409, errors.StateConflict),
        Seen("LIMIT_001", 429, errors.QuotaExceeded),
        Seen("SERVICE_001", 503, errors.ServiceUnavailable, TRANSIENT),
        Seen("INTERNAL_001", 500, errors.ServerError, TRANSIENT),
        Seen("INTERNAL_002", 500, errors.ServerError, TRANSIENT),
        Seen("INTERNAL_003", 502, errors.ServerError, TRANSIENT),
        Seen("INTERNAL_003", 500, errors.ServerError, TRANSIENT),
        Seen("INTERNAL_004", 504, errors.ServerError, TRANSIENT),
        Seen("INTERNAL_005", 503, errors.ServiceUnavailable, TRANSIENT),
    )
    NEWER = (
        ("AUTH_008", 401, errors.AuthenticationError, "SENT_API_KEY"),
        ("AUTH_008", 403, errors.PermissionDenied, "SENT_API_KEY"),
        ("AUTH_008", 400, errors.AuthenticationError, "SENT_API_KEY"),
        ("AUTH_008", 429, errors.RateLimited, "locks the key"),
        ("VALIDATION_009", 409, errors.ValidationFailed, "`details`"),
        ("RESOURCE_015", 404, errors.NotFound, "ids"),
        ("RESOURCE_016", 409, errors.StateConflict, "ids"),
        ("BUSINESS_029", 400, errors.StateConflict, "rule"),
        ("BUSINESS_029", 422, errors.StateConflict, "rule"),
        ("BUSINESS_030", 402, errors.QuotaExceeded, "rule"),
        ("BUSINESS_031", 403, errors.PermissionDenied, "rule"),
        ("CONFLICT_002", 409, errors.StateConflict, "in the way"),
        ("CONFLICT_002", 400, errors.StateConflict, "in the way"),
        ("LIMIT_002", 429, errors.RateLimited, "no longer needed"),
        ("SERVICE_002", 503, errors.ServiceUnavailable, "same idempotency key"),
        ("INTERNAL_006", 500, errors.ServerError, "request id"),
        ("INTERNAL_006", 400, errors.ServerError, "request id"),
        ("CHANNEL_001", 400, errors.ValidationFailed, "another channel"),
        ("DELIVERY_003", 400, errors.ValidationFailed, "activities"),
    )

    def test_a_request_that_was_not_run_is_known_not_to_be_applied(self) -> None:
        assert self.build("SERVICE_001", 503).applied is False
        assert self.build("INTERNAL_005", 503).applied is None

    def test_a_request_whose_twin_is_under_way_may_yet_be_applied(self) -> None:
        assert self.build("CONFLICT_001", 409).applied is None
        assert self.build("CONFLICT_006", 409).applied is False

    @pytest.mark.parametrize("code", ["auth_001", "AUTH-001", "XAUTH_001"])
    def test_codes_are_compared_letter_by_letter(self, code: str) -> None:
        assert type(self.build(code, 400)) is errors.ValidationFailed
