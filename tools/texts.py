"""Keeps the catalogues of src/maitred/texts/locales in step with the sources.

    python tools/texts.py             add what is new to every catalogue (untranslated), drop what is gone
    python tools/texts.py --check     say what is missing, untranslated or wrong, and fail if anything is

Catalogues carry neither line numbers nor dates, so that they change only when a text does.
"""

import ast
import re
import sys
from collections.abc import Container, Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from maitred.texts import DEFAULT
from maitred.texts import LOCALES as SPOKEN

SOURCE: Final = Path(__file__).parents[1] / "src" / "maitred"
LOCALES: Final = SOURCE / "texts" / "locales"
TRANSLATED: Final = tuple(code for code in SPOKEN if code != DEFAULT)
OPTIONS: Final[dict[str, dict[str, Any]]] = {"**/templates/**.html": {"newstyle_gettext": "true", "silent": "false"}}
KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_PLACEHOLDER: Final = re.compile(r"%\(\w+\)[sd]|%%")


def python_messages(
    file: IO[bytes],
    keywords: Container[str],
    comment_tags: Iterable[str],
    options: Mapping[str, Any],  # noqa: ARG001 - Babel gives them by name
) -> Iterator[tuple[int, str, Any, list[str]]]:
    """Yield the messages of a Python file as Babel's extraction methods do, read from its syntax tree.

    Babel's own method reads tokens, and since Python 3.12 other ones come out of an f-string: what there is to
    translate would depend on who looks. A comment belongs to the call on the line below it.
    """
    source = file.read().decode()
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (name := _called(node)) in keywords and node.args:
            messages = tuple(_constant(argument) for argument in node.args)
            above = lines[node.lineno - 2].strip().removeprefix("#").strip() if node.lineno > 1 else ""
            comments = [above] if above.startswith(tuple(comment_tags)) else []
            yield node.lineno, name, messages if len(messages) > 1 else messages[0], comments


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _constant(argument: ast.expr) -> str | None:
    """Return a text that is written where it is used; what is only known at run time was marked where it is written."""
    found = argument.value if isinstance(argument, ast.Constant) else None
    return found if isinstance(found, str) else None


METHODS: Final = [("**/templates/**.html", "jinja2"), ("**.py", python_messages)]


def extracted() -> Catalog:
    """Return every message of the sources."""
    catalogue = Catalog(project="maitred", charset="utf-8")
    found = extract_from_dir(SOURCE, METHODS, OPTIONS, KEYWORDS, comment_tags=("Translators:",))
    for _, _, message, comments, context in found:
        catalogue.add(message, None, auto_comments=comments, context=context)
    return catalogue


def read(code: str) -> Catalog:
    """Return a language's catalogue as it is kept."""
    path = LOCALES / f"{code}.po"
    if not path.is_file():
        return Catalog(locale=code, project="maitred")
    with path.open("rb") as file:
        return read_po(file, locale=code)


def update(code: str, template: Catalog) -> None:
    """Write a language's catalogue with exactly the messages of the sources; what was translated stays."""
    kept, fresh = read(code), Catalog(locale=code, project="maitred", fuzzy=False)
    for message in template:
        if message.id:
            old = kept.get(message.id, message.context)
            fresh.add(
                message.id, old.string if old else None, auto_comments=message.auto_comments, context=message.context
            )
    out = BytesIO()
    write_po(out, fresh, width=110, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    head = f'msgid ""\nmsgstr ""\n"Language: {code}\\n"\n"Plural-Forms: {fresh.plural_forms}\\n"\n'
    head += '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
    LOCALES.mkdir(exist_ok=True)
    (LOCALES / f"{code}.po").write_bytes(head.encode() + out.getvalue())


def faults(code: str, template: Catalog) -> Iterator[str]:
    """Yield what is wrong with a language's catalogue."""
    kept = read(code)
    wanted = {(message.id, message.context) for message in template if message.id}
    for message in template:
        if message.id:
            yield from _faults_of(code, message, kept.get(message.id, message.context), kept.num_plurals)
    for message in kept:
        if message.id and (message.id, message.context) not in wanted:
            yield f"{code}: no page says {_shown(message)} any more"


def _faults_of(code: str, wanted: Message, found: Message | None, plurals: int) -> Iterator[str]:
    if found is None:
        yield f"{code}: missing {_shown(wanted)}"
        return
    strings = found.string if isinstance(found.string, tuple | list) else (found.string,)
    if not all(strings) or found.fuzzy or (wanted.pluralizable and len(strings) != plurals):
        yield f"{code}: not translated {_shown(wanted)}"
        return
    ids = wanted.id if isinstance(wanted.id, tuple | list) else (wanted.id,)
    asked = {name for text in ids for name in _PLACEHOLDER.findall(text)}
    for text in strings:
        given = set(_PLACEHOLDER.findall(text))
        # A singular may spell its number out; a name that the source does not give is an error in the page.
        if given - asked or (len(strings) == 1 and given != asked):
            yield f"{code}: other placeholders in {_shown(wanted)}: {sorted(given ^ asked)}"


def _shown(message: Message) -> str:
    first = message.id[0] if isinstance(message.id, tuple | list) else message.id
    return repr(first) + (f" ({message.context})" if message.context else "")


def main() -> int:
    """Update or check every catalogue."""
    template = extracted()
    if "--check" in sys.argv[1:]:
        found = [fault for code in TRANSLATED for fault in faults(code, template)]
        sys.stdout.writelines(f"{fault}\n" for fault in found)
        return 1 if found else 0
    for code in TRANSLATED:
        update(code, template)
        left = sum(1 for _ in faults(code, template))
        sys.stdout.write(f"{code} {Locale.parse(code).english_name}: {len(template)} messages, {left} to translate\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
