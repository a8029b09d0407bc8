"""Who imports whom, read from the source: nothing is run, so no import can hide in a function or a type check."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath


def module_name(path: PurePosixPath) -> str:
    """hub/store/jobs.py -> hub.store.jobs; hub/store/__init__.py -> hub.store"""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: PurePosixPath, source: str) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, with the line.

    `from a import b` gives a.b, since b may be a module; what is only a name of `a` stays inside `a` all the same.
    """
    package = module_name(path).split(".")[: None if path.name == "__init__.py" else -1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            parent = [*start, *(node.module.split(".") if node.module else [])]
            yield from ((node.lineno, ".".join([*parent, alias.name])) for alias in node.names)


def used(source: str) -> Iterator[tuple[int, str]]:
    """Every dotted name a file reads, with the line: `datetime.now`, `os.environ`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.lineno, f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
            yield node.lineno, f"{node.value.attr}.{node.attr}"


def within(module: str, room: str) -> bool:
    return module == room or module.startswith(room + ".")
