"""Read the imports of a source tree and name every one that breaks the architecture.

The rules, as data, are at the top; the rest reads the tree with `ast`, so that imports inside
functions and under `TYPE_CHECKING` count as much as any other: a type is knowledge too.
"""

import ast
from collections.abc import Collection, Iterator
from fnmatch import fnmatch
from pathlib import Path

import attrs

CORE = "sentori_async"
FACADE = "sentori_sync"

EVERYTHING = frozenset({"*"})
# Knowing these costs nothing: they know nothing themselves.
LEAVES = frozenset(
    {"errors", "unset", "version", "registry", "capabilities", "files", "html", "tables"}
)

ARROWS: dict[str, frozenset[str]] = {
    "errors": frozenset({"html"}),
    "html": frozenset({"unset"}),
    "tables": frozenset({"errors", "unset", "html"}),
    "unset": frozenset(),
    "version": frozenset(),
    "registry": frozenset(),
    "files": frozenset({"errors"}),
    "capabilities": frozenset(),
    "secret": LEAVES,
    "settings": LEAVES | {"secret"},
    "wire": LEAVES,
    "transport": LEAVES | {"wire", "settings", "secret"},
    "bulk": LEAVES | {"wire"},
    "resources": LEAVES | {"wire"},
    "client": LEAVES | {"transport", "bulk", "wire", "settings", "secret", "resources"},
    # The secret, because webhooks are signed with the key: it signs without being revealed.
    # Single modules: a client's own constructor names the types of all its options.
    "platforms": LEAVES
    | {"client", "bulk", "wire", "settings", "secret", "resources"}
    # What a platform says of itself to migrations is said in their words.
    | {"transport.events", "transport.middleware", "migrate.sides"},
    # It knows no platform: it loads, by its name, what a platform says of itself.
    "migrate": LEAVES | {"client", "bulk", "wire", "resources"},
    # A single module: what the values of a file of columns mean is what those of a frame mean.
    "sources": LEAVES | {"bulk.frames"},
    # Single modules: the sandbox shares the error codes with the client, and nothing else.
    "sandbox": LEAVES | {"wire.catalogue", "platforms.*.catalogue"},
    "cli": EVERYTHING,
    "integrations": EVERYTHING,
    "__init__": EVERYTHING,
}

# No clock, no loop, no network, no dice.
IMPURE = frozenset({"asyncio", "aiohttp", "backoff", "random", "time"})
PURE = (f"{CORE}.wire", f"{CORE}.wire.*", f"{CORE}.platforms.*")
CLIENTS = (f"{CORE}.client", f"{CORE}.platforms.*.client")

SESSION = f"{CORE}.transport.session"
# A library, with what lies below it, and the modules that may import it; the first match counts.
SOLE_IMPORTERS: dict[str, tuple[str, ...]] = {
    "aiohttp.web": (f"{CORE}.sandbox", f"{CORE}.sandbox.*"),
    "aiohttp": (
        SESSION,
        *(f"{CORE}.transport.{name}" for name in ("connections", "express", "faults", "ordinary")),
    ),
    "backoff": (f"{CORE}.transport.retry",),
}


@attrs.frozen
class Import:
    """One name imported by one module, both written in full."""

    module: str
    target: str
    line: int
    typing_only: bool = False

    def against(self, rule: str) -> str:
        """Say where this import stands, what it takes, and which rule forbids it."""
        return f"{self.module}:{self.line} imports {self.target}: {rule}"


def violations(root: Path) -> list[str]:
    """Return a sentence for each import or call below `root` that no rule allows."""
    trees = dict(_parse(root))
    found: list[str] = []
    for module, (tree, is_package) in trees.items():
        for one in _imports(module, tree, trees, is_package=is_package):
            found += [*_arrow(one), *_purity(one), *_sole_importer(one)]
        found += _reveals(module, tree)
    return sorted(found)


def _parse(root: Path) -> Iterator[tuple[str, tuple[ast.Module, bool]]]:
    for package in (CORE, FACADE):
        for path in sorted((root / package).rglob("*.py")):
            is_package = path.name == "__init__.py"
            place = path.parent if is_package else path.with_suffix("")
            tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
            yield ".".join(place.relative_to(root).parts), (tree, is_package)


def _imports(
    module: str, tree: ast.Module, modules: Collection[str], *, is_package: bool
) -> Iterator[Import]:
    package = module if is_package else module.rpartition(".")[0]
    typing_only = {id(node) for branch in _typing_branches(tree) for node in ast.walk(branch)}
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt | ast.expr):
            for name in _names(node, package):
                target = _owner(name, modules)
                yield Import(module, target, node.lineno, typing_only=id(node) in typing_only)


def _typing_branches(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body):
                yield from body


def _names(node: ast.AST, package: str) -> list[str]:
    """Return the names a node imports, in full; `package` is where relative imports start."""
    match node:
        case ast.Import(names=aliases):
            return [alias.name for alias in aliases]
        case ast.ImportFrom(module=origin, names=aliases, level=level):
            parents = package.split(".")
            base = parents[: len(parents) - level + 1] if level else []
            return [".".join([*base, *([origin] if origin else []), a.name]) for a in aliases]
        case ast.Call(
            func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            return [name]
    return []


def _owner(name: str, modules: Collection[str]) -> str:
    """Return the module of ours that holds `name`; a foreign name stays as it is."""
    candidate = name
    while candidate:
        if candidate in modules:
            return candidate
        candidate = candidate.rpartition(".")[0]
    return name


def _arrow(one: Import) -> Iterator[str]:
    package, _, here = one.module.partition(".")
    origin, _, there = one.target.partition(".")
    if package != CORE or origin not in {CORE, FACADE}:
        return
    if origin == FACADE:
        yield one.against(f"{CORE} never imports the blocking package")
        return
    part, other = here.split(".")[0] or "__init__", there.split(".")[0] or "__init__"
    allowed = ARROWS.get(part)
    if allowed is None:
        yield one.against(f"tests/layers.py has no rule for {part!r}")
    elif part == other:
        yield from _across_vendors(one, here, there)
    elif not allowed & {"*", other} and not _among(there, allowed):
        yield one.against(f"{part} may import {', '.join(sorted(allowed)) or 'nothing'}")


def _across_vendors(one: Import, here: str, there: str) -> Iterator[str]:
    vendors = {place.split(".")[1] for place in (here, there) if place.count(".")}
    if here.startswith("platforms.") and len(vendors) > 1:
        yield one.against("one vendor's folder knows no other's")


def _purity(one: Import) -> Iterator[str]:
    impure = one.target.split(".")[0] in IMPURE
    if impure and _among(one.module, PURE) and not _among(one.module, CLIENTS):
        yield one.against("this module is pure")


def _sole_importer(one: Import) -> Iterator[str]:
    # A client may name the type of the connector that its caller hands in.
    if one.typing_only and _among(one.module, CLIENTS):
        return
    for library, importers in SOLE_IMPORTERS.items():
        if one.target == library or one.target.startswith(f"{library}."):
            if not _among(one.module, importers):
                yield one.against(f"only {importers[0]} imports {library}")
            return


def _among(module: str, patterns: Collection[str]) -> bool:
    return any(fnmatch(module, pattern) for pattern in patterns)


def _reveals(module: str, tree: ast.Module) -> Iterator[str]:
    if module == SESSION:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "reveal":
            yield f"{module}:{node.lineno} reveals a secret: only {SESSION} does"
