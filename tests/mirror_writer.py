"""Turn the public classes of async modules into the text of their blocking twins.

The source is read as text and never imported.
A public name that no rule covers stops the writer, and so does a rule that covers nothing.
"""

import ast
import builtins
import re
from collections.abc import Iterator, Mapping

import attrs


@attrs.frozen(kw_only=True)
class Rule:
    """How a class is mirrored.

    Attributes:
        base: The blocking base.
        origin: The module of the base, or None if it is written here.
        parameter: What a generic base gets in brackets; ``{}`` is the name of the async class.
        by_hand: What `base` has already, written by hand.
        run: What runs a coroutine method from the calling thread.
        doc: The docstring, where the async class's own does not fit.
    """

    base: str
    origin: str | None = None
    parameter: str | None = None
    by_hand: frozenset[str] = frozenset()
    run: str = "self._portal.run"
    doc: str | None = None


@attrs.frozen(kw_only=True)
class Rules:
    """What to make of the public classes.

    Attributes:
        of_classes: The rules of single classes, by name.
        of_bases: The rules of all other classes, by the name of their base.
        for_the_loop: What a client's constructor takes that only the async face can use.
        not_mirrored: Public classes and functions that are no verbs.
    """

    of_classes: Mapping[str, Rule]
    of_bases: Mapping[str, Rule]
    for_the_loop: frozenset[str] = frozenset()
    not_mirrored: frozenset[str] = frozenset()


COLOURED = re.compile(r"\bawait\b|\basync (?:with|for|def)\b|\bAsync[A-Z]\w*")


class Unrecognised(Exception):
    """The source has something that no rule covers."""


@attrs.frozen
class Source:
    """One module of the async package: its text, its tree and where its names come from."""

    module: str
    text: str
    tree: ast.Module
    origins: Mapping[str, str]

    @classmethod
    def parse(cls, module: str, text: str) -> "Source":
        tree = ast.parse(text)
        origins: dict[str, str] = {}
        for node in ast.walk(tree):
            match node:
                case ast.ImportFrom(module=str(origin), names=names, level=0):
                    origins |= {alias.asname or alias.name: origin for alias in names}
                case ast.Import(names=names):
                    origins |= {alias.name: "" for alias in names}
        for statement in tree.body:
            match statement:
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                    origins[name] = module
                case ast.AnnAssign(target=ast.Name(id=name)):
                    origins[name] = module
                case ast.Assign(targets=[ast.Name(id=name)]):
                    origins[name] = module
        return cls(module, text, tree, origins)

    def refusal(self, node: ast.AST, why: str) -> Unrecognised:
        """Return the error that says where and why the writer stops."""
        return Unrecognised(f"{self.module}:{getattr(node, 'lineno', 1)}: {why}")


@attrs.define
class Imports:
    """What the written module imports."""

    runtime: dict[str, str] = attrs.field(factory=dict)
    typing: dict[str, str] = attrs.field(factory=dict)

    def add(self, source: Source, node: ast.AST, *, runtime: bool = False) -> None:
        """Import every name that an annotation or a default uses."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and not hasattr(builtins, part.id):
                if part.id not in source.origins:
                    raise source.refusal(part, f"nobody imports {part.id}")
                self.want(part.id, source.origins[part.id], runtime=runtime)

    def want(self, name: str, origin: str, *, runtime: bool = False) -> None:
        """Import one name; an empty origin is a module itself."""
        known = self.runtime.get(name, self.typing.get(name, origin))
        if known != origin:
            raise Unrecognised(f"{name} means {known} and {origin}: rename one of them")
        (self.runtime if runtime else self.typing)[name] = origin

    def render(self) -> str:
        """Return the statements; the formatter sorts them."""
        self.want("TYPE_CHECKING", "typing", runtime=True)
        runtime = [_import(name, origin) for name, origin in self.runtime.items()]
        typing = [
            "    " + _import(name, origin)
            for name, origin in self.typing.items()
            if name not in self.runtime
        ]
        return "\n".join([*runtime, "if TYPE_CHECKING:", *typing])


def _import(name: str, origin: str) -> str:
    return f"from {origin} import {name}" if origin else f"import {name}"


def blocking(text: str) -> str:
    """Return a class docstring with its example in the other colour."""
    text = re.sub(r"\basync (with|for)\b", r"\1", text)
    return re.sub(r"\bAsync(?=[A-Z])", "", text.replace("await ", ""))


def mirror(texts: Mapping[str, str], rules: Rules) -> str:
    """Return the text of the blocking module, not formatted yet.

    Args:
        texts: The async modules' names and texts, in the order of their classes.
        rules: What to make of the classes.

    Raises:
        Unrecognised: Something public is covered by no rule.
    """
    imports = Imports()
    classes = [
        written
        for module, text in texts.items()
        for written in _classes(Source.parse(module, text), imports, rules)
    ]
    return "\n\n".join([imports.render(), *classes]) + "\n"


def _classes(source: Source, imports: Imports, rules: Rules) -> Iterator[str]:
    for node in source.tree.body:
        match node:
            case ast.ClassDef(name=name) if name.startswith("Async"):
                yield _Writer(source, imports, rules, node).write()
            case (
                ast.ClassDef(name=name)
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
            ) if not (name.startswith("_") or name in rules.not_mirrored):
                raise source.refusal(node, f"{name} is public, and not a class called Async...")


@attrs.define
class _Writer:
    """Writes one class."""

    source: Source
    imports: Imports
    rules: Rules
    node: ast.ClassDef

    def write(self) -> str:
        rule = self._rule()
        twin = self.node.name
        base = rule.base if rule.parameter is None else f"{rule.base}[{rule.parameter}]"
        head = f"class {twin.removeprefix('Async')}({base.format(twin)}):"
        parts = [f"{head}\n    {self._doc(rule)}"]
        for name in re.findall(r"\w+", base.format("")):
            if rule.origin is not None:
                self.imports.want(name, rule.origin, runtime=True)
        if rule.parameter is None:
            self.imports.want(twin, self.source.module)
            parts.append(f"    _async: {twin}")
        return "\n\n".join([*parts, *self._members(rule)])

    def _rule(self) -> Rule:
        if self.node.name in self.rules.of_classes:
            return self.rules.of_classes[self.node.name]
        match self.node:
            case ast.ClassDef(bases=[ast.Name(id=base)], keywords=[], decorator_list=[]):
                if base in self.rules.of_bases:
                    return self.rules.of_bases[base]
        raise self.source.refusal(self.node, f"no rule for the bases of {self.node.name}")

    def _doc(self, rule: Rule) -> str:
        if rule.doc is not None:
            return f'"""{rule.doc}"""'
        return blocking(self._raw_docstring(self.node))

    def _raw_docstring(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        """Return a docstring as it is written, quotes and indentation included."""
        first = node.body[0]
        if ast.get_docstring(node) is None:
            raise self.source.refusal(node, f"{node.name} has no docstring")
        return ast.get_source_segment(self.source.text, first) or ""

    def _members(self, rule: Rule) -> Iterator[str]:
        covered: set[str] = set()
        for member in self.node.body[1:]:
            name = self._name(member)
            if name in rule.by_hand:
                covered.add(name)
            elif name == "_add_groups" and self.node.name not in self.rules.of_classes:
                assert isinstance(member, ast.FunctionDef)
                yield self._twin_class()
                yield self._groups(member)
            elif name == "__init__" and self.node.name not in self.rules.of_classes:
                # A group is made by its client, on either side.
                if rule.parameter is not None:
                    assert isinstance(member, ast.FunctionDef)
                    yield self._constructor(member)
            elif name.startswith("__") or not name.startswith("_"):
                yield self._method(member, name, rule)
        if unused := rule.by_hand - covered:
            raise self.source.refusal(
                self.node, f"{self.node.name} has no {', '.join(sorted(unused))}"
            )

    def _name(self, member: ast.stmt) -> str:
        match member:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                return name
            case ast.AnnAssign(target=ast.Name(id=name)):
                return name
            case ast.Assign(targets=[ast.Name(id=name)]):
                return name
        raise self.source.refusal(member, f"{self.node.name} holds a {type(member).__name__}")

    def _method(self, member: ast.stmt, name: str, rule: Rule) -> str:
        what = f"{self.node.name}.{name}"
        if not isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
            raise self.source.refusal(member, f"{what} is public, and no method")
        if name.startswith("__"):
            raise self.source.refusal(member, f"{what} is covered by no rule")
        overload = [ast.unparse(each) for each in member.decorator_list] == ["overload"]
        if member.decorator_list and not overload:
            raise self.source.refusal(member, f"{what} has a decorator that no rule covers")
        returns, run = self._returns(member, what, rule)
        self._import_signature(member, what)
        head = f"    def {name}({ast.unparse(member.args)}) -> {returns}:"
        if overload:
            self.imports.want("overload", "typing", runtime=True)
            return f"    @overload\n{head} ..."
        doc = self._raw_docstring(member)
        if coloured := COLOURED.search(doc):
            raise self.source.refusal(member, f"the docstring of {what} says {coloured[0]!r}")
        call = f"{run}({', '.join([f'self._async.{name}', *_passed(member.args)])})"
        # Both type checkers know that nobody comes back from a raise.
        word = {"None": "", "NoReturn": "raise ", "Never": "raise "}.get(returns, "return ")
        body = f"{word}{call}"
        return f"{head}\n        {doc}\n        {body}"

    def _returns(
        self, member: ast.FunctionDef | ast.AsyncFunctionDef, what: str, rule: Rule
    ) -> tuple[str, str]:
        """Return the blocking annotation, and what the call goes through."""
        if member.returns is None:
            raise self.source.refusal(member, f"{what} does not say what it returns")
        yields = any(isinstance(node, ast.Yield) for node in ast.walk(member))
        match member.returns:
            case ast.Subscript(value=ast.Name(id="AsyncIterator"), slice=item) if (
                yields or isinstance(member, ast.FunctionDef)
            ):
                self.imports.want("Iterator", "collections.abc")
                self.imports.add(self.source, item)
                return f"Iterator[{ast.unparse(item)}]", "self._portal.iterate"
        returns = ast.unparse(member.returns)
        if isinstance(member, ast.FunctionDef) or yields or _is_coloured(returns):
            raise self.source.refusal(member, f"no rule for what {what} returns: {returns}")
        self.imports.add(self.source, member.returns)
        return returns, rule.run

    def _import_signature(self, member: ast.FunctionDef | ast.AsyncFunctionDef, what: str) -> None:
        args = member.args
        every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
        for arg in [arg for arg in every if arg is not None and arg.arg != "self"]:
            if arg.annotation is None or _is_coloured(ast.unparse(arg.annotation)):
                raise self.source.refusal(arg, f"no rule for the annotation of {arg.arg} of {what}")
            self.imports.add(self.source, arg.annotation)
        for default in [*args.defaults, *args.kw_defaults]:
            if default is not None:
                self.imports.add(self.source, default, runtime=True)

    def _constructor(self, member: ast.FunctionDef) -> str:
        """Write the constructor of a client that takes more than others do."""
        args, doc = member.args, self._raw_docstring(member)
        kept = [
            (arg, default)
            for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
            if arg.arg not in self.rules.for_the_loop
        ]
        args.kwonlyargs, args.kw_defaults = map(list, zip(*kept, strict=True))
        for name in self.rules.for_the_loop:
            doc = re.sub(rf"\n +{name}: .*", "", doc)
        self._import_signature(member, f"{self.node.name}.__init__")
        head = f"    def __init__({ast.unparse(args)}) -> None:"
        return f"{head}\n        {doc}\n        self._open({', '.join(_passed(args))})"

    def _twin_class(self) -> str:
        twin, origin = self.node.name, self.source.module
        self.imports.want(twin, origin)
        return (
            f"    @staticmethod\n    def _twin_class() -> type[{twin}]:\n"
            f"        from {origin} import {twin}\n\n        return {twin}"
        )

    def _groups(self, member: ast.FunctionDef) -> str:
        head = "    def _add_groups(self) -> None:"
        return "\n".join([head, *(self._group(statement) for statement in member.body)])

    def _group(self, statement: ast.stmt) -> str:
        match statement:
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)],
                value=ast.Call(func=ast.Name(id=group)),
            ) if group.startswith("Async"):
                made = f"{group.removeprefix('Async')}(self._portal, self._async.{name})"
                return f"        self.{name} = {made}"
        raise self.source.refusal(statement, f"{self.node.name} adds something that is no group")


def _is_coloured(annotation: str) -> bool:
    return re.search(r"\b(Async\w+|Awaitable|Coroutine)\b", annotation) is not None


def _passed(args: ast.arguments) -> Iterator[str]:
    """Return the arguments that hand on the parameters, each as it came."""
    for arg in [*args.posonlyargs, *args.args][1:]:
        yield arg.arg
    if args.vararg is not None:
        yield f"*{args.vararg.arg}"
    for arg in args.kwonlyargs:
        yield f"{arg.arg}={arg.arg}"
    if args.kwarg is not None:
        yield f"**{args.kwarg.arg}"
