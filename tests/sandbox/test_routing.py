"""Paths become routes: cut first, decoded once."""

import pytest

from sentori_async.sandbox.platform import BadPath, NoRoute, Route, Router

ROUTER = Router(
    (
        Route("get", ("GET",), "things/{thing}", None),
        Route("change", ("POST", "PUT"), "things/{thing}", None),
        Route("all", ("GET",), "things", None),
        Route("parts", ("GET",), "things/parts/{part}", None),
        Route("link", ("POST",), "things/{thing}/link/{other}", None),
    )
)


@pytest.mark.parametrize(
    ("method", "path", "name", "args"),
    [
        pytest.param("GET", "things", "all", (), id="no-placeholder"),
        pytest.param("GET", "things/", "all", (), id="final-slash"),
        pytest.param("GET", "things/a", "get", ("a",), id="one-placeholder"),
        pytest.param("GET", "things/a/", "get", ("a",), id="placeholder-and-slash"),
        pytest.param("PUT", "things/a", "change", ("a",), id="second-method"),
        pytest.param("GET", "things/parts/7", "parts", ("7",), id="word-before-placeholder"),
        pytest.param("POST", "things/a/link/b", "link", ("a", "b"), id="two-placeholders"),
        pytest.param("GET", "things//", "get", ("",), id="empty-segment"),
        pytest.param("GET", "things/a%2Fb", "get", ("a/b",), id="escaped-slash-stays-inside"),
        pytest.param("GET", "things/a%252Fb", "get", ("a%2Fb",), id="decoded-once"),
        pytest.param("GET", "things/a+b", "get", ("a+b",), id="plus-is-a-plus"),
        pytest.param("GET", "things/a%2Bb", "get", ("a+b",), id="escaped-plus"),
        pytest.param("GET", "things/a%20b", "get", ("a b",), id="space"),
        pytest.param("GET", "things/%C3%A9", "get", ("é",), id="utf-8"),
        pytest.param("GET", "things/é", "get", ("é",), id="raw-utf-8"),
        pytest.param("GET", "things/100%", "get", ("100%",), id="lone-percent"),
    ],
)
def test_a_path_finds_its_route(method: str, path: str, name: str, args: tuple[str, ...]) -> None:
    routed = ROUTER.find(method, path)
    assert (routed.route.name, routed.args) == (name, args)


@pytest.mark.parametrize("path", ["", "other", "things/parts", "things/a/link", "things/a/b/c/d"])
def test_an_unknown_path_allows_nothing(path: str) -> None:
    with pytest.raises(NoRoute) as caught:
        ROUTER.find("GET", path)
    assert caught.value.allowed == ()


def test_a_known_path_names_the_methods_it_takes() -> None:
    with pytest.raises(NoRoute) as caught:
        ROUTER.find("DELETE", "things/a")
    assert caught.value.allowed == ("GET", "POST", "PUT")


@pytest.mark.parametrize("path", ["things/%ff", "things/\udcff"])
def test_a_segment_that_is_not_utf_8_is_refused(path: str) -> None:
    with pytest.raises(BadPath):
        ROUTER.find("GET", path)
