"""The words of templates, found quickly: a page asks for a hundred of them.

Flask-Babel's own ``gettext`` looks its catalogue up anew for each word, through half a dozen context proxies; here it is
looked up once for each language of the process. What a template sees is the same: autoescaped, with named placeholders.
"""

from typing import Any

from flask import Flask
from flask_babel import get_domain, get_locale
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

_catalogues: dict[str, Any] = {}


def _catalogue() -> Any:
    locale = get_locale()
    if locale is None:
        return get_domain().get_translations()
    key = f"{locale.language}_{locale.script}_{locale.territory}"
    found = _catalogues.get(key)
    if found is None:
        found = _catalogues[key] = get_domain().get_translations()
    return found


def _filled(context: Context, text: str, variables: dict[str, Any]) -> str:
    if context.eval_ctx.autoescape:
        text = Markup(text)  # noqa: S704 - the catalogues are ours; the variables are escaped by the formatting
    return text % variables if variables or "%" in text else text


@pass_context
def gettext(context: Context, text: str, /, **variables: Any) -> str:
    """Return a text in the reader's language with its placeholders filled in."""
    return _filled(context, _catalogue().ugettext(text), variables)


@pass_context
def ngettext(context: Context, one: str, many: str, count: int, /, **variables: Any) -> str:
    """Return the form of a text for a count, which is the placeholder ``num``."""
    variables.setdefault("num", count)
    return _filled(context, _catalogue().ungettext(one, many, count), variables)


def init_wording(app: Flask) -> None:
    """Give the templates their words; after Babel was set up."""
    app.jinja_env.globals.update({"gettext": gettext, "_": gettext, "ngettext": ngettext})
