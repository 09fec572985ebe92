"""Spotzee's codes become the right errors, those of the old page as well as today's.

The table is copied by hand from https://docs.spotzee.com/main-api/errors, from the page of
2026-04-28 and from those of 2026-04-30 and 2026-07-14.
"""

import pytest

from sentori_async import errors
from sentori_async.platforms.spotzee.catalogue import CATALOGUE
from tests.platforms.catalogue_contract import THROTTLED, TRANSIENT, CatalogueContract, Seen


class TestSpotzee(CatalogueContract):
    CATALOGUE = CATALOGUE
    DOC_URL = "https://docs.spotzee.com/main-api/errors"
    SEEN = (
        Seen("resource_missing", 404, errors.NotFound),
        Seen("resource_already_exists", 409, errors.AlreadyExists),
        Seen("state_conflict", 409, errors.StateConflict),
        Seen("archived_user_conflict", 409, errors.StateConflict),
        Seen("user_capacity_exhausted", 409, errors.QuotaExceeded),
        Seen("parameter_missing", 400, errors.ValidationFailed),
        Seen("parameter_invalid_empty", 400, errors.ValidationFailed),
        Seen("parameter_invalid_format", 400, errors.ValidationFailed),
        Seen("parameter_unknown", 400, errors.ValidationFailed),
        Seen("validation_failed", 422, errors.ValidationFailed),
        Seen("validation_failed", 400, errors.ValidationFailed),
        Seen("authentication_required", 401, errors.AuthenticationError),
        Seen("permission_denied", 403, errors.PermissionDenied),
        Seen("idempotency_key_mismatch", 409, errors.StateConflict),
        Seen("idempotency_key_invalid", 400, errors.ValidationFailed),
        Seen("idempotency_in_progress", 409, errors.StateConflict, THROTTLED),
        Seen("rate_limited", 429, errors.RateLimited, THROTTLED),
        Seen("version_unsupported", 400, errors.ValidationFailed),
        Seen("version_required", 400, errors.ValidationFailed),
        Seen("webhook_signature_invalid", 400, errors.ValidationFailed),
        Seen("quota_exceeded", 402, errors.QuotaExceeded),
        Seen("service_unavailable", 503, errors.ServiceUnavailable, TRANSIENT),
        Seen("internal_error", 500, errors.ServerError, TRANSIENT),
        # The page of 2026-04-28 only.
        Seen("not_found", 404, errors.NotFound),
        Seen("forbidden", 403, errors.PermissionDenied),
        Seen("duplicate", 409, errors.AlreadyExists),
        Seen("provider_error", 422, errors.ValidationFailed),
        Seen("provider_error", 502, errors.ServerError, TRANSIENT),
    )
    NEWER = (
        ("resource_locked", 409, errors.StateConflict, "id"),
        ("resource_gone", 404, errors.NotFound, "id"),
        ("parameter_too_long", 409, errors.ValidationFailed, "`param`"),
        ("validation_skipped", 422, errors.ValidationFailed, "`errors`"),
        ("authentication_expired", 400, errors.AuthenticationError, "SPOTZEE_API_KEY"),
        ("permission_missing", 400, errors.PermissionDenied, "role"),
        ("idempotency_key_expired", 409, errors.StateConflict, "key"),
        ("version_retired", 409, errors.ValidationFailed, "Spotzee-Version"),
        ("webhook_disabled", 409, errors.StateConflict, "endpoint"),
        ("quota_suspended", 400, errors.QuotaExceeded, "usage"),
        ("user_merged", 400, errors.StateConflict, "contact"),
        # What a batch says of single items comes with the status of the whole answer.
        ("user_merged", 200, errors.StateConflict, "contact"),
    )

    def test_a_request_whose_twin_is_under_way_may_yet_be_applied(self) -> None:
        assert self.build("idempotency_in_progress", 409).applied is None
        assert self.build("idempotency_key_mismatch", 409).applied is False

    @pytest.mark.parametrize("code", [1007, 6000, 9000])
    @pytest.mark.parametrize("status", [400, 404, 500])
    def test_numeric_codes_of_old_answers_follow_the_status(self, code: int, status: int) -> None:
        assert type(self.build(code, status)) is type(self.build(None, status))
        assert self.build(code, status).code == code

    def test_an_item_of_a_batch_has_its_class_without_a_status_of_its_own(self) -> None:
        assert type(self.build("resource_already_exists", 200)) is errors.AlreadyExists
