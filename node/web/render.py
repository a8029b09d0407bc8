"""Pages as answers: templates that escape everything, a strict policy, no scripts."""

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from node.home import Home
from node.web.sheet import type_label

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cache-Control": "no-cache",
}

templates = Environment(
    loader=PackageLoader("node.web"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.globals["type_label"] = type_label
templates.filters["french_date"] = lambda day: "/".join(reversed(day.split("-")))


def rendered(template: str, home: Home, *, status: int = 200, **values: object) -> HTMLResponse:
    html = templates.get_template(template).render(network=home.settings, **values)
    return HTMLResponse(html, status, HEADERS)
