"""The templates, and what they can call."""

import hashlib
from datetime import datetime
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from maitred import __version__, texts
from maitred.ops import badges
from maitred.ops.fragments import Fragments
from maitred.usecases.people import Role

STATIC: Final = resources.files("maitred.ops") / "static"


def fingerprint() -> str:
    """Return a name for this state of the static files: their addresses change with them, so they may be cached."""
    digest = hashlib.sha256()
    for folder in (STATIC, STATIC / "vendor"):
        for entry in sorted(folder.iterdir(), key=lambda item: item.name):
            if entry.is_file():
                digest.update(entry.name.encode() + entry.read_bytes())
    return digest.hexdigest()[:12]


class Pages:
    """Renders templates in the language that is spoken."""

    def __init__(self) -> None:
        self.fingerprint: Final = fingerprint()
        self.fragments: Final = Fragments()
        self._environment = Environment(
            loader=PackageLoader("maitred.ops", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
            auto_reload=False,
        )
        self._environment.install_gettext_callables(  # type: ignore[attr-defined]
            texts.gettext, texts.ngettext, newstyle=True, pgettext=texts.pgettext, npgettext=texts.npgettext
        )
        self._environment.globals |= {
            "static": f"/ops/static/{self.fingerprint}",
            "product_version": __version__,
            "badge": badges.badge,
            "Role": Role,
            "LOCALES": texts.LOCALES,
            "space": Markup("&nbsp;"),
        }

        self._environment.filters["instant"] = datetime.fromisoformat

    def render(self, template: str, **context: Any) -> str:
        """Render a template; a name that is not given is an error, not an empty place."""
        return self._environment.get_template(template).render(context)
