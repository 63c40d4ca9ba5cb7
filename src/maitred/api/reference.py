"""The API reference at /docs: one page, rendered from the OpenAPI document, that needs nothing but this server.

No script, no font, no picture from anywhere: the policy forbids all of it, so the page works offline.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from html import escape
from importlib import resources
from typing import Any, Final

import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from maitred.api.codes import CODES
from maitred.api.examples import example_of
from maitred.api.problems import NOTHING_HERE, address, problem

POLICY: Final = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
Schema = Mapping[str, Any]


def add_pages(app: FastAPI) -> None:
    """Add the page, its stylesheet, and the addresses that problem types lead to."""

    @lru_cache(maxsize=1)
    def page(today: date) -> str:
        return render(app.openapi(), today)

    async def docs(_request: Request) -> Response:
        return HTMLResponse(page(datetime.now(UTC).date()), headers={**_HEADERS, "Content-Language": "en"})

    app.add_route("/", _home, include_in_schema=False)
    app.add_route("/docs", docs, include_in_schema=False)
    app.add_route("/docs/reference.css", _stylesheet, include_in_schema=False)
    app.add_route("/problems/{code}", _problem_page, include_in_schema=False)


async def _home(_request: Request) -> Response:
    """Lead people who open the address in a browser to something they can read."""
    return RedirectResponse("/docs", 303)


async def _stylesheet(_request: Request) -> Response:
    return Response(_css(), headers=_HEADERS, media_type="text/css; charset=utf-8")


async def _problem_page(request: Request) -> Response:
    code = request.path_params["code"]
    if code not in CODES:
        return problem(404, "not_found", NOTHING_HERE, address(request))
    return RedirectResponse(f"/docs#problem-{code}", 303)


@cache
def _css() -> str:
    return (resources.files("maitred.api") / "static" / "reference.css").read_text(encoding="utf-8")


def render(document: Schema, today: date) -> str:
    """Render the whole page from an OpenAPI document; its first booking is for the week after `today`."""
    return "".join(_page(document, today))


def _page(document: Schema, today: date) -> Iterator[str]:
    info = document["info"]
    title = f"{escape(info['title'])} API {escape(info['version'])}"
    yield f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
    yield '<link rel="stylesheet" href="/docs/reference.css"></head><body>'
    yield '<a class="skip" href="#content">Skip to content</a>'
    yield f'<nav aria-label="Contents"><p class="brand"><a href="#content">{title}</a></p>'
    yield from _contents(document)
    yield f'</nav><main id="content"><header><h1>{title}</h1><p>{_prose(info["description"])}</p>'
    yield '<p>The same as a file for tools: <a href="/openapi.json">openapi.json</a>.</p></header>'
    yield from _basics(document, today)
    for tag in document["tags"]:
        yield from _chapter(document, tag)
    yield from _codes(document["x-problem-codes"])
    yield "</main></body></html>"


def _operations(document: Schema, tag: str) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation.get("tags", ()):
                yield method.upper(), path, operation


def _contents(document: Schema) -> Iterator[str]:
    yield '<ul><li><a href="#basics">Basics</a></li>'
    for tag in document["tags"]:
        name = tag["name"]
        yield f'<li><a href="#tag-{_slug(name)}">{escape(name)}</a><ul>'
        for method, _, operation in _operations(document, name):
            yield f'<li><a href="#{_anchor(operation)}">{_badge(method)} {escape(operation["summary"])}</a></li>'
        yield "</ul></li>"
    yield '<li><a href="#problems">Problem codes</a></li></ul>'


def _basics(document: Schema, today: date) -> Iterator[str]:
    key = document["components"]["securitySchemes"]["key"]["description"].removeprefix("Scopes: ")
    yield '<section id="basics" aria-labelledby="basics-h"><h2 id="basics-h">Basics</h2>'
    yield f"<p>{_prose(_BASICS)}</p><h3>Scopes of a key</h3><dl class='terms'>"
    for name, meaning in re.findall(r"`([^`]+)`: ([^`]+?\.)(?=\s|$)", key):
        yield f"<dt><code>{escape(name)}</code></dt><dd>{escape(meaning)}</dd>"
    first = _CURL.replace("DAY", (today + timedelta(days=7)).isoformat())
    yield f"</dl><h3>A first booking</h3>{_code(first)}</section>"


_BASICS: Final = """\
Send a key as `Authorization: Bearer KEY`. Bodies are JSON; unknown fields are refused. Times are ISO 8601, and without
an offset they are the restaurant's local time. A booking's `ETag` is its version: send it as `If-Match` with a change,
or as `If-None-Match` to be told only of news. What goes wrong is a problem (RFC 9457) with a `code` for programs, a
`detail` for people and the `field` at fault. Lists come in pages: follow `next`. What answers `GET` answers `HEAD`."""
_CURL: Final = """\
curl -X POST http://127.0.0.1:8080/v1/restaurants/demo/bookings \\
  -H "Authorization: Bearer $MAITRED_API_KEY" -H "Content-Type: application/json" -H "Prefer: wait=2" \\
  -d '{"party_size": 4, "starts_at": "DAYT19:30", "guest": {"name": "Ada Lovelace"}}'"""


def _chapter(document: Schema, tag: Schema) -> Iterator[str]:
    slug = _slug(tag["name"])
    yield f'<section id="tag-{slug}" aria-labelledby="h-{slug}"><h2 id="h-{slug}">{escape(tag["name"])}</h2>'
    yield f"<p>{_prose(tag['description'])}</p>"
    for method, path, operation in _operations(document, tag["name"]):
        yield from _operation(document, method, path, operation)
    yield "</section>"


def _operation(document: Schema, method: str, path: str, operation: Schema) -> Iterator[str]:
    yield f'<article id="{_anchor(operation)}"><h3>{escape(operation["summary"])}</h3>'
    yield f'<p class="route">{_badge(method)} <code>{_path(path)}</code>{_scope(operation)}</p>'
    for paragraph in (operation.get("description") or "").split("\n\n"):
        yield f"<p>{_prose(paragraph)}</p>" if paragraph else ""
    yield from _parameters(operation.get("parameters", ()))
    if "requestBody" in operation:
        schema = _resolved(document, operation["requestBody"]["content"]["application/json"]["schema"])
        yield f"<h4>Body</h4>{_fields(document, schema, needed=True)}"
        yield _example(document, schema)
    yield from _answers(document, operation["responses"])
    yield from _problems(operation.get("x-problems", ()))
    yield "</article>"


def _scope(operation: Schema) -> str:
    if not operation.get("security"):
        return ' <span class="scope">no key needed</span>'
    scope = operation.get("x-scope")
    return (
        f' <span class="scope">scope <code>{escape(scope)}</code></span>'
        if scope
        else ' <span class="scope">any key</span>'
    )


def _parameters(parameters: Any) -> Iterator[str]:
    if not parameters:
        return
    yield '<h4>Parameters</h4><div class="scroll" tabindex="0" role="region" aria-label="Parameters"><table>'
    yield "<thead><tr><th>Name</th><th>In</th><th>Type</th><th>Meaning</th></tr></thead><tbody>"
    for one in parameters:
        needed = ' <span class="needed">required</span>' if one.get("required") else ""
        kind = _type(one["schema"])
        yield f'<tr><th scope="row"><code>{escape(one["name"])}</code>{needed}</th><td>{one["in"]}</td>'
        yield f"<td>{kind}</td><td>{_prose(one.get('description', ''))}</td></tr>"
    yield "</tbody></table></div>"


def _answers(document: Schema, responses: Schema) -> Iterator[str]:
    yield "<h4>Answers</h4>"
    for status, response in responses.items():
        if status in ("4XX", "5XX", "422"):
            continue
        yield f'<p><span class="status">{status}</span> {_prose(response["description"])}</p>'
        if response.get("headers"):
            names = ", ".join(f"<code>{escape(name)}</code>" for name in response["headers"])
            yield f"<p>Headers: {names}</p>"
        content = response.get("content", {}).get("application/json")
        if content and content.get("schema"):
            schema = _resolved(document, content["schema"])
            yield f"<details><summary>Fields of the answer</summary>{_fields(document, schema)}"
            yield f"{_example(document, schema)}</details>"


def _problems(codes: Any) -> Iterator[str]:
    if codes:
        links = ", ".join(f'<a href="#problem-{code}"><code>{escape(code)}</code></a>' for code in codes)
        yield f'<p class="problems">Problems worth knowing: {links}.</p>'


def _codes(codes: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    yield '<section id="problems" aria-labelledby="problems-h"><h2 id="problems-h">Problem codes</h2>'
    yield '<div class="scroll" tabindex="0" role="region" aria-label="Problem codes"><table>'
    yield "<thead><tr><th>Code</th><th>Title</th><th>What to do</th></tr></thead><tbody>"
    for name, code in codes.items():
        yield f'<tr id="problem-{name}"><th scope="row"><code>{escape(name)}</code></th>'
        yield f"<td>{escape(code['title'])}</td><td>{_prose(code['meaning'])}</td></tr>"
    yield "</tbody></table></div></section>"


def _fields(document: Schema, schema: Schema, *, needed: bool = False) -> str:
    """Return the table of an object's fields; `needed` marks those a request cannot do without."""
    rows = "".join(_rows(document, schema, "", needed=needed))
    if not rows:
        return f"<p>{_prose(schema.get('description', 'No fields.'))}</p>"
    head = "<thead><tr><th>Field</th><th>Type</th><th>Meaning</th></tr></thead>"
    table = f"<table>{head}<tbody>{rows}</tbody></table>"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="Fields">{table}</div>'


def _rows(document: Schema, schema: Schema, prefix: str, *, needed: bool) -> Iterator[str]:
    required = set(schema.get("required", ())) if needed else set()
    for name, about in schema.get("properties", {}).items():
        inner, full = _inner(document, about), prefix + name
        mark = ' <span class="needed">required</span>' if name in required else ""
        meaning = about.get("description") or (inner or {}).get("description", "")
        yield f'<tr><th scope="row"><code>{escape(full)}</code>{mark}</th><td>{_type(about, document)}</td>'
        yield f"<td>{_prose(meaning)}</td></tr>"
        if inner and inner.get("properties") and full.count(".") < 2:
            yield from _rows(document, inner, f"{full}.", needed=needed)


def _inner(document: Schema, about: Schema) -> Schema | None:
    """Return the object that a field holds, or a list of which it holds."""
    for one in (about, *about.get("anyOf", ())):
        if "$ref" in one:
            return _resolved(document, one)
        if one.get("type") == "array" and "$ref" in one.get("items", {}):
            return _resolved(document, one["items"])
    return None


def _type(about: Schema, document: Schema | None = None) -> str:
    kinds = [_one_type(one, document) for one in about.get("anyOf", (about,))]
    text = " or ".join(dict.fromkeys(kinds))
    limits = "".join(_limits(about)) or "".join(limit for one in about.get("anyOf", ()) for limit in _limits(one))
    return text + (f' <span class="limits">{limits}</span>' if limits else "")


def _one_type(about: Schema, document: Schema | None) -> str:
    if "$ref" in about and document is not None:
        about = _resolved(document, about)
    if "enum" in about:
        return " ".join(f"<code>{escape(str(value))}</code>" for value in about["enum"])
    if about.get("type") == "array":
        return f"list of {_one_type(about.get('items', {}), document)}"
    name = about.get("format") or about.get("type") or "any"
    return {"string": "text", "null": "null", "date-time": "time"}.get(name, name)


def _limits(about: Schema) -> Iterator[str]:
    for key, words in (
        ("minimum", "from {}"),
        ("maximum", "to {}"),
        ("maxLength", "up to {} characters"),
        ("maxItems", "up to {}"),
    ):
        if key in about:
            yield " " + words.format(about[key])
    if about.get("default") is not None:
        yield f" default {escape(orjson.dumps(about['default']).decode().strip(chr(34)))}"


def _example(document: Schema, schema: Schema) -> str:
    example = example_of(document, schema)
    if not example:
        return ""
    return _code(orjson.dumps(example, option=orjson.OPT_INDENT_2).decode())


def _resolved(document: Schema, schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return found


def _code(text: str) -> str:
    return f'<pre tabindex="0"><code>{escape(text)}</code></pre>'


def _badge(method: str) -> str:
    return f'<span class="method {method.lower()}">{method}</span>'


def _path(path: str) -> str:
    return re.sub(r"\{(\w+)\}", r"<em>{\1}</em>", escape(path))


def _anchor(operation: Schema) -> str:
    return escape(operation["operationId"])


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", name.lower())


def _prose(text: str) -> str:
    """Escape a sentence, with what stands in backquotes as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
