"""The names users import are there, in both packages, and mean the same in both."""

import ast
import inspect
from types import ModuleType

import attrs
import pytest

import sentori_async
import sentori_sync
from sentori_async import errors
from sentori_async.platforms.sentori import models
from sentori_async.registry import STEMS

CLIENTS = {
    sentori_async: {"AsyncGetResponse", "AsyncSent", "AsyncSentori", "AsyncSpotzee"},
    sentori_sync: {"GetResponse", "Sent", "Sentori", "Spotzee"},
}
OF_ALL_PLATFORMS = {face + stem for face in ("", "Async") for stem in STEMS.values()}

VALUES = {
    "Accepted",
    "BulkOutcome",
    "BulkReport",
    "Limits",
    "Rate",
    "RetryPolicy",
    "Safety",
    "Secret",
    "Settings",
    "SyncReport",
    "Timeouts",
    "UNSET",
    "Upserted",
}

ERRORS = {
    "AccountBlocked",
    "AlreadyExists",
    "ApiError",
    "AuthenticationError",
    "BulkError",
    "CircuitOpen",
    "ConfigurationError",
    "ConnectFailed",
    "ConnectionLost",
    "ContactSuppressed",
    "DecodeError",
    "InvalidInput",
    "NotFound",
    "PermissionDenied",
    "QuotaExceeded",
    "RateLimited",
    "RequestTimeout",
    "ResponseTooLarge",
    "SentoriError",
    "ServerError",
    "ServiceUnavailable",
    "StateConflict",
    "TransportError",
    "UnsupportedOperation",
    "ValidationFailed",
}

BOTH = pytest.mark.parametrize("package", [sentori_async, sentori_sync], ids=lambda p: p.__name__)


def _public_classes(module: ModuleType) -> set[str]:
    return {
        name
        for name, member in inspect.getmembers(module, inspect.isclass)
        if member.__module__ == module.__name__ and not name.startswith("_")
    }


def test_error_tree_is_the_documented_one() -> None:
    assert _public_classes(errors) == ERRORS


@BOTH
def test_clients_errors_and_values_are_exported(package: ModuleType) -> None:
    assert (CLIENTS[package] | VALUES | ERRORS) - set(package.__all__) == set()


@BOTH
def test_models_of_sentori_are_exported_by_their_plain_names(package: ModuleType) -> None:
    described = {name for name in _public_classes(models) if attrs.has(getattr(models, name))}

    assert {"Contact", "ContactPatch"} <= described
    assert described - set(package.__all__) == set()


@BOTH
def test_every_announced_name_exists_and_is_listed(package: ModuleType) -> None:
    assert [name for name in package.__all__ if not hasattr(package, name)] == []
    assert set(package.__all__) - set(dir(package)) == set()


def test_checkers_see_every_lazy_name_where_it_is_loaded_from() -> None:
    tree = ast.parse(inspect.getsource(sentori_async))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert seen == sentori_async._LAZY
    assert set(seen) - set(sentori_async.__all__) == set()


@BOTH
def test_unknown_name_is_an_attribute_error(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match="NoSuchName"):
        _ = package.NoSuchName


def test_both_packages_hand_out_the_same_objects() -> None:
    shared = set(sentori_async.__all__) - OF_ALL_PLATFORMS

    assert shared == set(sentori_sync.__all__) - OF_ALL_PLATFORMS
    assert all(getattr(sentori_async, n) is getattr(sentori_sync, n) for n in shared)
