"""UNSET is one thing, wherever it comes from, and is not None."""

import copy
import pickle

from sentori_async.unset import UNSET, Unset


def test_there_is_one_unset() -> None:
    assert list(Unset) == [UNSET]
    assert Unset("UNSET") is UNSET


def test_it_survives_copies_and_pickles_as_itself() -> None:
    assert copy.copy(UNSET) is UNSET
    assert copy.deepcopy({"a": UNSET})["a"] is UNSET
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET


def test_it_is_falsy_and_not_none() -> None:
    assert not UNSET
    assert UNSET != None  # noqa: E711 - comparison, not identity, is the point


def test_it_prints_as_users_write_it() -> None:
    assert repr(UNSET) == "UNSET"
    assert repr({"a": UNSET}) == "{'a': UNSET}"
