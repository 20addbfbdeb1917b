"""One file of HTML with everything in it: it opens from a folder, and asks nobody for anything."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sales_metrics.errors import SalesMetricsError
from sales_metrics.pages.declared import PAGES
from sales_metrics.pages.reading import SAME_ROWS, Rows, read

FILE = "index.html"
HERE = Path(__file__).parent
LIBRARIES = ("d3.min.js", "plot.umd.min.js")
SCRIPTS = ("format.js", "parts.js", "panels_steering.js", "panels_people.js", "app.js")
# Whatever a text of the CRM holds, the browser loads nothing and sends nothing.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
VAR = "pages"


@dataclass(frozen=True)
class PageSettings:
    """What the var `pages` and the reporting currency say."""

    company: str = ""
    # With {opportunity_id} in it; by source where two CRMs are in use.
    crm_url: str | Mapping[str, str] = ""
    leave_out: tuple[str, ...] = ()
    currency: str = "USD"
    # Files beside the page, by what they are called there.
    beside: Mapping[str, str] = field(default_factory=dict)
    # Rows by table of the build that was served before.
    before: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, project_vars: Mapping[str, Any]) -> PageSettings:
        """From the vars of the project; what cannot be meant is told in a sentence."""
        found = project_vars.get(VAR) or {}
        if not isinstance(found, dict) or set(found) - {"company", "crm_url", "leave_out"}:
            raise SalesMetricsError(
                "The var pages takes company, crm_url and leave_out, as in"
                ' {company: "Acme", crm_url: "https://acme.example/{opportunity_id}",'
                " leave_out: [people]}."
            )
        given = found.get("crm_url") or ""
        crm_url = (
            {str(source): str(url) for source, url in given.items()}
            if isinstance(given, dict)
            else str(given)
        )
        for url in _by_source(crm_url).values():
            if not url.startswith(("https://", "http://")) or "{opportunity_id}" not in url:
                raise SalesMetricsError(
                    f"The var pages has crm_url '{url}': it must begin with https:// and hold"
                    " {opportunity_id}; with two CRMs give one each, by source."
                )
        leave_out = found.get("leave_out") or []
        names = [page.name for page in PAGES]
        if not isinstance(leave_out, list) or set(leave_out) - set(names):
            raise SalesMetricsError(
                f"The var pages has leave_out {leave_out}: it must be a list of {', '.join(names)}."
            )
        return cls(
            company=str(found.get("company") or ""),
            crm_url=crm_url,
            leave_out=tuple(leave_out),
            currency=str(project_vars.get("reporting_currency") or "USD"),
        )


def render(database: Path, settings: PageSettings) -> str:
    """The pages of the public tables that a database holds."""
    return assembled(rows_of(database, settings), settings)


def rows_of(database: Path, settings: PageSettings) -> dict[str, Rows]:
    """Of the pages that are not left out."""
    return read(database, lambda page: page not in settings.leave_out, settings.before)


def assembled(rows: Mapping[str, Rows], settings: PageSettings) -> str:
    pages = [page for page in PAGES if page.name not in settings.leave_out]
    declared = {
        "company": settings.company,
        "crm_urls": _by_source(settings.crm_url),
        "currency": settings.currency,
        "beside": dict(settings.beside),
        "pages": [
            {
                "name": page.name,
                "title": page.title,
                "reader": page.reader,
                "question": page.question,
                "filters": page.filters,
                "panels": [
                    {
                        "key": f"{page.name}.{panel.name}",
                        "rows": SAME_ROWS.get(f"{page.name}.{panel.name}"),
                        "title": panel.title,
                        "about": panel.about,
                        "empty": panel.empty,
                        "unknown": panel.unknown,
                        "cut": panel.cut,
                        "half": panel.half,
                    }
                    for panel in page.panels
                    if panel.shown
                ],
            }
            for page in pages
        ],
    }
    as_of = str(rows["shared.about"].rows[0][0]) if rows["shared.about"].rows else ""
    title = html.escape(f"{settings.company or 'Sales metrics'} as of {as_of}".strip())
    # Read by the script a page at a time, so that the first one shows at once.
    data = "\n".join(
        _json(f"data-{page}", {key: one.content() for key, one in of_page.items()})
        for page, of_page in _by_page(rows).items()
    )
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="referrer" content="no-referrer">',
            '<link rel="icon" href="data:,">',
            f"<title>{title}</title>",
            f"<style>\n{_static('style.css')}</style>",
            '<body><div id="app"><noscript>These pages are drawn by the script in this file:'
            " allow JavaScript to see them. The same numbers are in the tables beside it."
            "</noscript></div>",
            _json("declared", declared),
            data,
            *(f"<script>{_script(HERE / 'vendor' / name)}</script>" for name in LIBRARIES),
            "<script>",
            *(_script(HERE / "static" / name) for name in SCRIPTS),
            "</script>",
            "</body></html>",
            "",
        ]
    )


def _by_source(crm_url: str | Mapping[str, str]) -> dict[str, str]:
    """The URL of each source; that of the only CRM has no name."""
    if isinstance(crm_url, str):
        return {"": crm_url} if crm_url else {}
    return dict(crm_url)


def _by_page(rows: Mapping[str, Rows]) -> dict[str, dict[str, Rows]]:
    found: dict[str, dict[str, Rows]] = {}
    for key, one in rows.items():
        found.setdefault(key.split(".")[0], {})[key] = one
    return found


def _json(name: str, content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # A text could end the element.
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f'<script type="application/json" id="{name}">{text}</script>'


def _static(name: str) -> str:
    return (HERE / "static" / name).read_text(encoding="utf-8")


def _script(path: Path) -> str:
    return path.read_text(encoding="utf-8").replace("</script", "<\\/script")
