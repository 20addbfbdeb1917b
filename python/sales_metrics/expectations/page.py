"""The findings as one page that needs no network, and as rows of the public table data_quality."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from sales_metrics.expectations.checking import Finding
from sales_metrics.privacy import masked
from sales_metrics.publishing.writing import QualityRow

# By what became of an expectation; one that holds may tolerate a few rows.
TREATMENTS = {
    "ok": "within what is expected",
    "warn": "shown; publishing goes on",
    "error": "publishing stops",
}
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; color: #222;
       padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .6rem;
       border-bottom: 1px solid #ddd; vertical-align: top; }
td.status { white-space: nowrap; font-weight: 600; } td.number { text-align: right; }
.ok { color: #1a7f37; } .warn { color: #9a6700; } .error { color: #b3261e; }
"""


def render_page(title: str, subtitle: str, groups: Sequence[tuple[str, Sequence[Finding]]]) -> str:
    """Data docs: failures first, then everything that was checked."""
    findings = [finding for _, group in groups for finding in group]
    errors = sum(finding.status == "error" for finding in findings)
    warnings = sum(finding.status == "warn" for finding in findings)
    summary = f"{len(findings)} expectations: {errors} errors, {warnings} warnings"
    body = [f"<h1>{_text(title)}</h1>", f"<p>{_text(subtitle)}</p>", f"<p>{_text(summary)}</p>"]
    failed = [finding for finding in findings if not finding.success]
    if failed:
        body += ["<h2>What failed</h2>", _table(failed)]
    for name, group in groups:
        body += [f"<h2>{_text(name)}</h2>", _table(group)]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{_text(title)}</title><style>{STYLE}</style></head><body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def quality_rows(findings: Sequence[Finding]) -> list[QualityRow]:
    """One row per expectation, also of those that hold."""
    return [
        QualityRow(
            check_id="expectation_" + _slug(finding.expected.sentence),
            table_name=finding.subject,
            severity="info" if finding.success else finding.severity,
            treatment=TREATMENTS[finding.status],
            rows_checked=finding.rows_checked,
            rows_failing=finding.rows_failing,
            sample_ids=masked(finding.observed) or None,
        )
        for finding in findings
    ]


def _table(findings: Sequence[Finding]) -> str:
    order = {"error": 0, "warn": 1, "ok": 2}
    rows = [
        f'<tr><td class="status {finding.status}">{finding.status}</td>'
        f"<td>{_text(finding.subject)}</td><td>{_text(finding.expected.sentence)}</td>"
        f"<td>{_text(masked(finding.observed))}</td></tr>"
        for finding in sorted(findings, key=lambda one: (order[one.status], one.subject))
    ]
    head = "<tr><th></th><th>table</th><th>expected</th><th>observed</th></tr>"
    return f"<table><thead>{head}</thead><tbody>\n" + "\n".join(rows) + "\n</tbody></table>"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _text(text: str) -> str:
    return html.escape(text)
