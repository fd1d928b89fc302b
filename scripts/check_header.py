"""Check that the public header is documented, and that it is what the library exports.

Documented means: a comment stands directly before every function, type, macro, status, enumerator
and field. A macro of a family that follows its sibling on the next line shares the comment of the
first, and so does a field whose name the comment of its type uses. Exported means: the shared
library's dynamic symbols are the functions that the header declares, no more and no fewer.

    python scripts/check_header.py core/include/spinkv.h build/release

The second argument is the shared library or a folder that holds it; without it only the comments
are checked. Prints one line a finding, file and line first, and fails if there is any.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LIBRARY_NAME = "libspinkv.so"
FUNCTION = re.compile(r"(?!typedef\b)[^({;]*?(\w+)\s*\([^;]*;$")
MACRO = re.compile(r"#\s*define\s+(\w+)")
STATUS_ENTRY = re.compile(r"X\((\w+),")
MEMBER = re.compile(r"[^(}]*?(\w+)\s*(?:\[\w*\])?\s*(?:=[^,;]*)?[,;]?$")

Finding = tuple[int, str]


@dataclass
class Item:
    """A piece of the header: a comment, a directive, or code up to a ';', ',', '{' or '}'."""

    kind: str
    text: str
    first_line: int
    last_line: int


def split_items(source: str) -> Iterator[Item]:
    """Split the text of a header into items, in order."""
    pattern = re.compile(
        r"(?P<comment>/\*.*?\*/|//[^\n]*)"
        r"|(?P<directive>\#(?:\\\n|/\*.*?\*/|[^\n])*)"
        r"|(?P<code>[^\s#/;{}](?:[^#;{},(/]|\([^)]*\))*[;{,]?|[;{}])",
        re.DOTALL,
    )
    for match in pattern.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        text = match.group()
        yield Item(match.lastgroup or "", text, line, line + text.count("\n"))


def check_status_list(macro: Item) -> Iterator[Finding]:
    """Find the statuses in the list of statuses that no comment stands before."""
    before = ""
    for offset, line in enumerate(macro.text.splitlines()):
        entry = STATUS_ENTRY.match(line.strip())
        if entry and "*/" not in before:
            yield macro.first_line + offset, f"status {entry.group(1)} has no comment before it"
        before = line


def temporary_macros(source: str) -> set[str]:
    """Name the macros that the header takes back, and its own guard."""
    names = set(re.findall(r"#\s*undef\s+(\w+)", source))
    guard = re.search(r"#\s*ifndef\s+(\w+)\s*\n#\s*define\s+\1\s*\n", source)
    return names | ({guard.group(1)} if guard else set())


def find_undocumented(source: str) -> Iterator[Finding]:
    """Find everything in a header that has no comment directly before it."""
    skipped = temporary_macros(source)
    before: Item | None = None
    conditions: list[bool] = []
    comment_of_type: str | None = None
    for item in split_items(source):
        comment = ""
        if before and before.kind == "comment" and before.last_line + 1 == item.first_line:
            comment = before.text
        if item.kind == "directive":
            documented = bool(comment) or any(conditions)
            yield from check_directive(item, before, documented, skipped)
            follow_conditions(item, bool(comment), conditions, skipped)
        elif item.kind == "code" and is_type_head(item):
            comment_of_type = comment
            yield from check_type(item, comment)
        elif item.kind == "code" and item.text.startswith("typedef"):
            yield from check_type(item, comment)
        elif item.kind == "code" and comment_of_type is not None:
            yield from check_member(item, comment, comment_of_type)
            comment_of_type = None if item.text == "}" else comment_of_type
        elif item.kind == "code":
            yield from check_function(item, comment)
        before = item


def follow_conditions(
    directive: Item, has_comment: bool, conditions: list[bool], skipped: set[str]
) -> None:
    """Keep the stack of open #if lines: whether each has a comment, which covers its macros."""
    words = directive.text.lstrip("# ").split()
    if words[0] in ("if", "ifdef", "ifndef"):
        conditions.append(has_comment and words[-1] not in skipped)
    elif words[0] == "endif" and conditions:
        conditions.pop()


def check_directive(
    directive: Item, before: Item | None, documented: bool, skipped: set[str]
) -> Iterator[Finding]:
    """Find a macro without a comment, and the statuses without one in the list of them."""
    macro = MACRO.match(directive.text)
    if macro is None or macro.group(1) in skipped:
        return
    if not documented and not follows_sibling(before, directive):
        yield directive.first_line, f"macro {macro.group(1)} has no comment before it"
    yield from check_status_list(directive)


def follows_sibling(before: Item | None, macro: Item) -> bool:
    """Tell whether a macro stands on the line after a macro of its family: SPINKV_DEFAULT_*."""
    sibling = MACRO.match(before.text) if before is not None else None
    if before is None or sibling is None or before.last_line + 1 != macro.first_line:
        return False
    family = sibling.group(1).split("_")[:2]
    return family == MACRO.sub(r"\1", macro.text).split()[0].split("_")[:2]


def is_type_head(item: Item) -> bool:
    """Tell whether code opens the body of a struct, an enum or a union."""
    return bool(re.search(r"\b(struct|enum|union)\b[^;(]*\{$", item.text))


def check_type(item: Item, comment: str) -> Iterator[Finding]:
    """Find a type without a comment."""
    name = re.findall(r"\w+", item.text)[-1]
    if not comment:
        yield item.first_line, f"type {name} has no comment before it"


def check_function(item: Item, comment: str) -> Iterator[Finding]:
    """Find a function without a comment."""
    name = FUNCTION.match(item.text)
    if name and not comment:
        yield item.first_line, f"function {name.group(1)} has no comment before it"


def check_member(item: Item, comment: str, comment_of_type: str) -> Iterator[Finding]:
    """Find a field or an enumerator that neither a comment of its own nor its type's names."""
    name = MEMBER.match(item.text)
    if name and not comment and not re.search(rf"\b{name.group(1)}\b", comment_of_type):
        yield item.first_line, f"field {name.group(1)} has no comment before it"


def declared_functions(source: str) -> set[str]:
    """Name the functions that a header declares."""
    code = (item.text for item in split_items(source) if item.kind == "code")
    return {name.group(1) for name in map(FUNCTION.match, code) if name}


def exported_symbols(library: Path) -> set[str]:
    """Name the dynamic symbols that a shared library defines, without its version nodes."""
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", str(library)], check=True, capture_output=True, text=True
    ).stdout
    rows = (line.split() for line in listing.splitlines())
    return {row[-1].split("@")[0] for row in rows if len(row) >= 2 and row[-2] != "A"}


def find_library(place: Path) -> Path:
    """Find the shared library at a path or anywhere below it."""
    if place.is_file():
        return place
    found = sorted(place.rglob(LIBRARY_NAME))
    if not found:
        sys.exit(f"error: no {LIBRARY_NAME} below {place}; run `make build` first")
    return found[0]


def compare_exports(header: Path, source: str, library: Path) -> Iterator[str]:
    """Find where the header's functions and the library's symbols differ."""
    declared = declared_functions(source)
    exported = exported_symbols(library)
    for name in sorted(declared - exported):
        yield f"{library}: does not export {name}, which {header.name} declares"
    for name in sorted(exported - declared):
        yield f"{library}: exports {name}, which {header.name} does not declare"


def main() -> int:
    """Check what the command line names; return the exit status."""
    parser = argparse.ArgumentParser(description="Check the public header.")
    parser.add_argument("header", type=Path)
    parser.add_argument("library", type=Path, nargs="?", help="the library, or a folder with it")
    arguments = parser.parse_args()
    header: Path = arguments.header
    source = header.read_text(encoding="utf-8")

    findings = [f"{header}:{line}: {text}" for line, text in find_undocumented(source)]
    if arguments.library is not None:
        findings += compare_exports(header, source, find_library(arguments.library))
    print("\n".join(findings), end="\n" if findings else "")
    functions = len(declared_functions(source))
    print(f"{header}: {functions} functions, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
