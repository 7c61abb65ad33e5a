"""Joins ES modules into one, without a build: each becomes a function that returns what it exports.

It reads the page's own modules, whose imports and exports stand at the beginning of a line, and says LinkError of
anything that it doesn't understand; the page's modules work as they are too. Bindings are not live: no module changes
what it exports, and none imports itself in a circle.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from posixpath import dirname, join, normpath

IMPORT = re.compile(r"^import\s+(?:(?P<names>[^'\"]+?)\s+from\s+)?'(?P<path>[^']+)';?[ \t]*$", re.M)
EXPORT = re.compile(r"^export\s+(?P<kind>async\s+function\*?|function\*?|class|const)\s*(?P<name>[\w$]+)", re.M)
DYNAMIC = re.compile(r"\bimport\(")
DYNAMIC_PATH = re.compile(r"\bimport\('(?P<path>\.{1,2}/[^']+)'\)")
COMMENT = re.compile(r"^[ \t]*//.*\n", re.M)  # a fifth of what goes over the wire
RENAMED = re.compile(r"\s+as\s+")
LEFT = re.compile(r"^(?:import|export)\b.*", re.M)
AWAIT = re.compile(r"^(?:export\s+)?(?:const\s[^=]*=\s*)?await\b", re.M)

# What every part of the page begins with. A module is run once, whichever part brings it; one that is no module of the
# page's own (a library) is imported as it is. What did not come is asked for at another address the next time: Firefox
# never asks again at the same.
PRELUDE = """\
const $modules = (globalThis.$modules ??= { table: {}, parts: {} });
const $importer = (base) => async (path) => {
  const { pathname } = new URL(path, location.origin + base);
  if ($modules.table[pathname]) return $modules.table[pathname];
  const address = $modules.parts[pathname] ?? pathname;
  try {
    const module = await import(address);
    return $modules.table[pathname] ?? module;
  } catch (error) {
    $modules.parts[pathname] = `${address}?`;
    throw error;
  }
};
"""

Read = Callable[[str], str]  # the text of the module at a path, which begins with /


class LinkError(Exception):
    """A module that can't be joined with others."""


def imports(text: str, path: str) -> list[str]:
    """The paths of the modules that it needs before it runs."""
    return [resolved(found["path"], path) for found in IMPORT.finditer(text)]


def later(text: str, path: str) -> list[str]:
    """The paths of the modules that it imports while it runs, where they are told by a plain string."""
    return [resolved(found["path"], path) for found in DYNAMIC_PATH.finditer(text)]


def resolved(path: str, importer: str) -> str:
    if path.startswith("/"):
        return path
    if not path.startswith("."):
        raise LinkError(f"{importer} imports {path}, which is no path")
    return normpath(join(dirname(importer), path))


def graph(entry: str, read: Read, known: Iterable[str] = ()) -> list[str]:
    """`entry` and what it needs, each behind all that it needs itself; without what is `known` already."""
    done: dict[str, bool] = dict.fromkeys(known, True)
    order: list[str] = []

    def visit(path: str) -> None:
        if path in done:
            if not done[path]:
                raise LinkError(f"{path} imports itself in a circle")
            return
        done[path] = False
        for needed in imports(read(path), path):
            visit(needed)
        done[path] = True
        order.append(path)

    visit(entry)
    return order


def link(modules: Iterable[str], read: Read, parts: dict[str, str] | None = None) -> str:
    """One module with all of these in it, in their order. `parts`: where modules are to be had that are not in it."""
    told = "".join(f"$modules.parts['{path}'] = '{part}';\n" for path, part in (parts or {}).items())
    return PRELUDE + told + "".join(wrapped(path, read(path)) for path in modules)


def wrapped(path: str, text: str) -> str:
    names = [found["name"] for found in EXPORT.finditer(text)]
    body = EXPORT.sub(lambda found: f"{found['kind']} {found['name']}", text)
    body = IMPORT.sub(lambda found: _taken(found, path), body)
    body = COMMENT.sub("", DYNAMIC.sub("$import(", body))
    if (strange := LEFT.search(body)) is not None:
        raise LinkError(f"{path}: {strange[0]}")
    waits, begin = ("async ", "await ") if AWAIT.search(text) else ("", "")
    return (
        f"\n// {path}\n$modules.table['{path}'] ??= {begin}({waits}($import) => {{\n"
        f"{body}\nreturn {{ {', '.join(names)} }};\n}})($importer('{path}'));\n"
    )


def _taken(found: re.Match[str], importer: str) -> str:
    module = f"$modules.table['{resolved(found['path'], importer)}']"
    names = found["names"]
    if names is None:
        return ""
    if (whole := re.fullmatch(r"\*\s+as\s+([\w$]+)", names)) is not None:
        return f"const {whole[1]} = {module};"
    if not re.fullmatch(r"\{[^{}]*\}", names):
        raise LinkError(f"{importer}: {found[0]}")
    return f"const {RENAMED.sub(': ', names)} = {module};"
