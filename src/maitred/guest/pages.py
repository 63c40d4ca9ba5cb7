"""The guests' templates, and what they can call."""

import hashlib
import re
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from maitred import texts

STATIC: Final = resources.files("maitred.guest") / "static"


def fingerprint() -> str:
    """Return a name for this state of the static files: their addresses change with them, so they may be cached."""
    digest = hashlib.sha256()
    for entry in sorted(STATIC.iterdir(), key=lambda item: item.name):
        if entry.is_file():
            digest.update(entry.name.encode() + entry.read_bytes())
    return digest.hexdigest()[:12]


def dialled(phone: str) -> str:
    """Return a number as it is dialled: `(0)` after a country's code is dialled inside the country only (RFC 3966)."""
    return re.sub(r"[^+\d]", "", phone.replace("(0)", "") if phone.startswith("+") else phone)


class Pages:
    """Renders templates in the language that is spoken."""

    def __init__(self) -> None:
        self.fingerprint: Final = fingerprint()
        self._environment = Environment(
            loader=PackageLoader("maitred.guest", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
            auto_reload=False,
        )
        self._environment.install_gettext_callables(  # type: ignore[attr-defined]
            texts.gettext, texts.ngettext, newstyle=True, pgettext=texts.pgettext, npgettext=texts.npgettext
        )
        self._environment.filters["dialled"] = dialled
        self._environment.globals |= {"static": f"/book/-/static/{self.fingerprint}", "LOCALES": texts.LOCALES}

    def render(self, template: str, **context: Any) -> str:
        """Render a template; a name that is not given is an error, not an empty place."""
        return self._environment.get_template(template).render(context)
