"""Fault scripts as files: what they may say, and what is said about those that are wrong."""

import re
from pathlib import Path

import attrs
import pytest

from sentori_async.errors import ConfigurationError
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults

PAGE = (Path(__file__).parents[2] / "docs" / "faults.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the examples of the page about faults."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "faults.toml"


def refusal(path: Path, text: str) -> str:
    """Return what is said about a file, without the file's name."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        FaultScript.load(path)
    assert str(path) in caught.value.message
    return caught.value.message.removeprefix(f"{path}: ")


def test_a_file_says_all_that_code_can_say(path: Path) -> None:
    path.write_text(
        """
        seed = 7

        [[fault]]
        kind = "status"
        route = "contacts.*"
        method = "POST"
        probability = 0.05
        times = 10
        after = 2
        seed = 3
        name = "busy"
        status = 429
        headers = { Retry-After = "432 seconds" }
        body = "slow down"
        execute = 1
        clock_skew_s = -60

        [[fault]]
        kind = "duplicate"
        route = "*"
        on = [1, 3]
        """,
        encoding="utf-8",
    )
    busy = faults.Status(
        status=429,
        headers={"Retry-After": "432 seconds"},
        body=b"slow down",
        execute=1,
        clock_skew_s=-60,
    )
    assert FaultScript.load(path).rules == (
        FaultRule(
            "contacts.*",
            busy,
            method="POST",
            probability=0.05,
            times=10,
            after=2,
            seed=3,
            name="busy",
        ),
        FaultRule("*", faults.Duplicate(), on=(1, 3)),
    )


def test_the_seed_of_a_file_is_the_seed_of_its_script(path: Path) -> None:
    rule = FaultRule("*", faults.Drop(), probability=0.5)
    path.write_text('seed = 7\n[[fault]]\nkind = "drop"\nroute = "*"\nprobability = 0.5\n')
    loaded, made = FaultScript.load(path), FaultScript([rule], seed=7)
    assert [loaded.draw("", "GET") for _ in range(50)] == [made.draw("", "GET") for _ in range(50)]


@pytest.mark.parametrize("kind", faults.KINDS)
def test_every_kind_can_be_had_by_its_name_alone(path: Path, kind: str) -> None:
    path.write_text(f'[[fault]]\nkind = "{kind}"\nroute = "*"\n')
    (rule,) = FaultScript.load(path).rules
    assert rule == FaultRule("*", faults.KINDS[kind]())
    assert (rule.label, rule.fault.kind) == (kind, kind)


def test_an_empty_file_is_a_script_without_faults(path: Path) -> None:
    path.write_text("")
    assert FaultScript.load(str(path)).rules == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sed = 1", "unknown key 'sed': a fault script takes fault, seed"),
        ("seed = 1.5", "seed must be a whole number, not 1.5"),
        ("seed = true", "seed must be a whole number, not True"),
        ('fault = "drop"', "each fault must be a table of its own: [[fault]]"),
        ('[fault]\nkind = "drop"', "each fault must be a table of its own: [[fault]]"),
        ("fault = [1]", "each fault must be a table of its own: [[fault]]"),
        ('[[fault]]\nroute = "*"', "fault 1: kind must be one of status, html, drop,"),
        ("[[fault]]\nkind = 1", "fault 1: kind must be one of status,"),
        ('[[fault]]\nkind = "crash"', "fault 1 (crash): kind must be one of status,"),
        ('[[fault]]\nkind = "drop"', "fault 1 (drop): route is missing; * means every request"),
        (
            '[[fault]]\nkind = "drop"\nroute = "*"\n[[fault]]\nkind = "late"\ndelay = 1',
            "fault 2 (late): unknown key 'delay': a late fault takes after, delay_s, execute,",
        ),
        (
            '[[fault]]\nkind = "drop"\nroute = "*"\ndelay_s = 1.0',
            "fault 1 (drop): unknown key 'delay_s': a drop fault takes after, execute, kind,",
        ),
        (
            '[[fault]]\nkind = "duplicate"\nroute = "*"\nexecute = 1',
            "fault 1 (duplicate): unknown key 'execute'",
        ),
        (
            '[[fault]]\nkind = "drop"\nroute = "*"\nprobability = 5',
            "fault 1 (drop): probability must be a number from 0 to 1, not 5",
        ),
        (
            '[[fault]]\nkind = "status"\nroute = "*"\nstatus = "429"',
            "fault 1 (status): status must be a whole number from 200 to 599, not '429'",
        ),
    ],
)
def test_a_wrong_entry_is_named_with_what_is_wrong(path: Path, text: str, message: str) -> None:
    assert refusal(path, text).startswith(message)


def test_a_file_that_is_not_toml_is_refused_with_the_place(path: Path) -> None:
    message = refusal(path, '[[fault]]\nkind = "drop\n')
    assert message.startswith(f"the fault script {path} is not TOML: ")
    assert "line 2" in message


def test_a_file_that_is_not_text_is_refused(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="is not TOML"):
        FaultScript.load(path)


def test_a_file_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        FaultScript.load(path)
    assert caught.value.message == (
        f"the fault script {path} cannot be read: No such file or directory"
    )


# The page about faults.


@pytest.mark.parametrize("text", blocks("toml"))
def test_the_examples_of_the_page_can_be_played(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    script = FaultScript.load(path)
    assert script.rules
    with Sandbox(faults=script).in_thread() as sandbox:
        assert sandbox.faults is script


async def test_the_program_on_the_page_runs() -> None:
    (program,) = blocks("python")
    scope: dict[str, object] = {}
    exec(compile(program, "docs/faults.md", "exec"), scope)
    main = scope["main"]
    assert callable(main)
    await main()


def test_the_page_names_every_kind_and_every_key() -> None:
    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    keys = {field.name for kind in faults.KINDS.values() for field in attrs.fields(kind)}
    rule_keys = {field.name for field in attrs.fields(FaultRule)} - {"fault"}
    assert set(faults.KINDS) | keys | rule_keys <= named
