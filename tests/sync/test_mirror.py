"""The blocking verbs are what their generator writes, and the generator never looks away."""

import importlib
import importlib.util
import inspect
import re
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

import sentori_async
from sentori_async.bulk.stream import OutcomeStream as AsyncOutcomeStream
from sentori_async.bulk.verbs import AsyncBulk
from sentori_async.client import AsyncClient
from sentori_sync import _verbs
from sentori_sync.bulk import OutcomeStream
from tests import mirror
from tests.mirror_writer import Rule, Rules, Unrecognised
from tests.mirror_writer import mirror as write

ASYNC_CLASSES: list[type] = [
    AsyncClient,
    AsyncBulk,
    AsyncOutcomeStream,
    *(
        member
        for module in map(importlib.import_module, mirror.modules()[2:])
        for name, member in inspect.getmembers(module, inspect.isclass)
        if member.__module__ == module.__name__ and name.startswith("Async")
    ),
]

PAIRS: list[tuple[type, type]] = [
    (twin, OutcomeStream)
    if twin is AsyncOutcomeStream
    else (twin, getattr(_verbs, twin.__name__.removeprefix("Async")))
    for twin in ASYNC_CLASSES
]
EVERY_PAIR = pytest.mark.parametrize(("twin", "face"), PAIRS, ids=lambda cls: cls.__name__)

# What the constructor takes and the loop calls or holds.
FOR_THE_LOOP = {"connector"}
# What the stream has for the engine and for asyncio alone.
OF_THE_LOOP = {"full", "page", "put", "room"}


def public(cls: type) -> dict[str, Any]:
    """Return the public methods and properties of a class, inherited ones included."""
    return {
        name: member
        for name, member in inspect.getmembers(cls)
        if not name.startswith("_") and (callable(member) or isinstance(member, property))
    }


def blocking_signature(function: Callable[..., Any]) -> inspect.Signature:
    """Return an async function's signature as its blocking twin should have it."""
    signature = inspect.signature(function)
    returns = str(signature.return_annotation)
    return signature.replace(
        return_annotation=re.sub(r"^AsyncIterator\b", "Iterator", returns),
        parameters=[p for name, p in signature.parameters.items() if name not in FOR_THE_LOOP],
    )


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="needs the formatter")
def test_the_file_is_what_the_generator_writes() -> None:
    assert mirror.TARGET.read_text(encoding="utf-8") == mirror.generated()


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="needs the formatter")
def test_another_version_of_the_formatter_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror, "version", lambda _: "0.0.1")
    with pytest.raises(SystemExit, match=re.escape("0.0.1")):
        mirror.finish("")


def test_every_async_client_has_a_blocking_twin() -> None:
    clients = {name for name in sentori_async.__all__ if name.startswith("Async")}

    assert clients == {twin.__name__ for twin in ASYNC_CLASSES} & clients


@EVERY_PAIR
def test_both_faces_have_the_same_public_names(twin: type, face: type) -> None:
    # Attributes of an async client, and properties of a blocking one.
    values = {"capabilities", "platform", "settings"} if issubclass(twin, AsyncClient) else set()
    names = set(public(twin)) - OF_THE_LOOP

    assert names | values == set(public(face)) | values
    assert names


@EVERY_PAIR
def test_both_faces_have_the_same_signatures_and_docstrings(twin: type, face: type) -> None:
    for name, member in public(twin).items():
        if name in OF_THE_LOOP or name in {"capabilities", "platform"}:
            continue
        other = getattr(face, name)
        assert inspect.getdoc(other) == blocking_text(inspect.getdoc(member)), name
        if not isinstance(member, property):
            assert inspect.signature(other) == blocking_signature(member), name
            assert not inspect.iscoroutinefunction(other), name


def blocking_text(text: str | None) -> str | None:
    return text and text.replace("async with", "with")


@pytest.mark.parametrize(
    ("twin", "face"), [pair for pair in PAIRS if issubclass(pair[0], AsyncClient)]
)
def test_clients_are_made_alike_save_for_what_is_the_loops(twin: type, face: type) -> None:
    """The loop of the blocking client is its own."""
    made, made_too = (inspect.getattr_static(cls, "__init__") for cls in (twin, face))
    doc = inspect.getdoc(made) or ""

    assert inspect.signature(made_too) == blocking_signature(made)
    assert inspect.getdoc(made_too) == re.sub(rf"\n +({'|'.join(FOR_THE_LOOP)}): .*", "", doc)
    assert set(inspect.signature(made).parameters) >= FOR_THE_LOOP


@EVERY_PAIR
def test_no_word_of_the_blocking_face_is_about_the_async_one(twin: type, face: type) -> None:
    texts = [
        face.__doc__ or "",
        *(inspect.getdoc(member) or "" for member in public(face).values()),
    ]

    assert not [text for text in texts if re.search(r"\bawait\b|\basync with\b|\bAsync", text)]
    assert all(texts)


RULES = Rules(
    of_classes={},
    of_bases={
        "Group": Rule(base="Base", origin="somewhere"),
        "Client": Rule(base="Face", parameter='"{}"'),
    },
    for_the_loop=frozenset({"connector"}),
    not_mirrored=frozenset({"Send"}),
)

GROUP = '''
from __future__ import annotations
from collections.abc import AsyncIterable, AsyncIterator, Awaitable
from typing import Any, NoReturn, overload
from models import Contact, DEFAULT

class Send:
    pass

class _Group:
    pass

class AsyncContacts(Group):
    """Contacts.

    ::

        async with AsyncContacts() as contacts:
            await contacts.get(1)
    """

    _private = 1

    def __init__(self) -> None:
        pass

    def _helper(self) -> None:
        pass

{}
'''


def written(member: str) -> str:
    return write({"module": GROUP.format(textwrap.indent(textwrap.dedent(member), "    "))}, RULES)


@pytest.mark.parametrize(
    ("member", "lines"),
    [
        (
            'async def get(self, a: int, /, b: str = "x", *, c: Any = 0) -> int:\n    """Get."""',
            [
                "    def get(self, a: int, /, b: str='x', *, c: Any=0) -> int:",
                '        """Get."""',
                "        return self._portal.run(self._async.get, a, b, c=c)",
            ],
        ),
        (
            'async def put(self, *args: int, **options: Any) -> None:\n    """Put."""',
            [
                "    def put(self, *args: int, **options: Any) -> None:",
                '        """Put."""',
                "        self._portal.run(self._async.put, *args, **options)",
            ],
        ),
        (
            'async def all(self) -> AsyncIterator[Contact]:\n    """All."""\n    yield 1',
            [
                "    def all(self) -> Iterator[Contact]:",
                '        """All."""',
                "        return self._portal.iterate(self._async.all)",
            ],
        ),
        (
            'def pages(self, size: int = 3) -> AsyncIterator[Contact]:\n    """Pages."""',
            [
                "    def pages(self, size: int=3) -> Iterator[Contact]:",
                '        """Pages."""',
                "        return self._portal.iterate(self._async.pages, size)",
            ],
        ),
        (
            'async def add(self, a: int) -> NoReturn:\n    """Never."""',
            [
                "    def add(self, a: int) -> NoReturn:",
                '        """Never."""',
                "        raise self._portal.run(self._async.add, a)",
            ],
        ),
        (
            "@overload\nasync def get(self, a: int) -> Contact: ...",
            ["    @overload", "    def get(self, a: int) -> Contact: ..."],
        ),
    ],
    ids=["arguments", "stars", "generator", "iterator", "no return", "overload"],
)
def test_a_method_is_written_with_its_signature_its_docstring_and_one_call(
    member: str, lines: list[str]
) -> None:
    assert "\n".join(lines) + "\n" in written(member)


def test_what_annotations_name_is_imported_for_checkers_and_defaults_for_good() -> None:
    text = written('async def get(self, a: Any = DEFAULT) -> Contact:\n    """Get."""')
    runtime, _, typing = text.partition("if TYPE_CHECKING:\n")

    assert "from models import DEFAULT\n" in runtime
    assert "    from models import Contact\n" in typing
    assert "    from typing import Any\n" in typing


def test_the_example_of_a_class_changes_its_colour() -> None:
    text = written('async def get(self) -> Contact:\n    """Get."""')

    assert "        with Contacts() as contacts:\n            contacts.get(1)\n" in text


@pytest.mark.parametrize(
    ("member", "why"),
    [
        ('def get(self) -> int:\n    """Get."""', "no rule for what"),
        ('@property\ndef size(self) -> int:\n    """Size."""', "decorator"),
        ('@cached\nasync def get(self) -> int:\n    """Get."""', "decorator"),
        ('async def get(self):\n    """Get."""', "does not say what it returns"),
        ("async def get(self) -> int:\n    return 1", "no docstring"),
        ('async def get(self) -> int:\n    """Use it with ``await``."""', "says 'await'"),
        ('async def get(self, a) -> int:\n    """Get."""', "annotation of a"),
        ('async def get(self, a: AsyncContacts) -> int:\n    """Get."""', "annotation of a"),
        ('async def get(self) -> AsyncIterator[int]:\n    """Get."""', "no rule for what"),
        ('async def get(self) -> Awaitable[int]:\n    """Get."""', "no rule for what"),
        ('async def get(self) -> Unheard:\n    """Get."""', "nobody imports Unheard"),
        ('async def __call__(self) -> int:\n    """Call."""', "covered by no rule"),
        ("size = 3", "no method"),
        ("size: int = 3", "no method"),
        ("if True:\n    size = 3", "holds a If"),
    ],
)
def test_the_generator_stops_at_what_it_does_not_know(member: str, why: str) -> None:
    with pytest.raises(Unrecognised, match=re.escape(why)) as caught:
        written(member)

    assert str(caught.value).startswith("module:")


def test_a_rule_for_a_name_that_is_gone_stops_the_generator() -> None:
    rules = Rules(of_classes={}, of_bases={"Group": Rule(base="B", by_hand=frozenset({"gone"}))})

    with pytest.raises(Unrecognised, match="AsyncX has no gone"):
        write({"module": 'class AsyncX(Group):\n    """X."""'}, rules)


def test_a_constructor_leaves_out_what_is_the_loops() -> None:
    text = '''
from __future__ import annotations
class AsyncX(Client):
    """X."""

    def __init__(self, *, key: str | None = None, connector: int = 0, domain: str = "") -> None:
        """Take the options.

        Args:
            key: The key.
            connector: The connector.
            domain: The domain.
        """
        self._open(key=key, connector=connector, domain=domain)
'''

    made = write({"module": text}, RULES)

    assert "def __init__(self, *, key: str | None=None, domain: str='') -> None:" in made
    assert "self._open(key=key, domain=domain)" in made
    assert "connector" not in made


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('class Contacts(Group):\n    """C."""', "not a class called Async"),
        ('def get() -> int:\n    """Get."""', "not a class called Async"),
        ('class AsyncX(Unknown):\n    """X."""', "no rule for the bases"),
        ('class AsyncX(Group, Mixin):\n    """X."""', "no rule for the bases"),
        ('@frozen\nclass AsyncX(Group):\n    """X."""', "no rule for the bases"),
        ("class AsyncX(Group):\n    def __init__(self) -> None: ...", "no docstring"),
        (
            'class AsyncX(Client):\n    """X."""\n    def _add_groups(s):\n        s.size = 3',
            "no group",
        ),
    ],
)
def test_the_generator_stops_at_a_class_it_does_not_know(text: str, why: str) -> None:
    with pytest.raises(Unrecognised, match=re.escape(why)):
        write({"module": text}, RULES)


def test_two_things_of_one_name_stop_the_generator() -> None:
    method = 'async def get(self) -> Fields:\n        """Get."""'
    modules = {
        name: f'class Async{name}(Client):\n    """X."""\n    {method}\nFields = int\n'
        for name in ("one", "two")
    }
    with pytest.raises(Unrecognised, match="Fields means"):
        write(modules, RULES)
