"""From an export no file of the project was written for to marts, as a new user types it."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness import PREFIX, REPO

HEADER = "Nummer;Firma;Verkaufsphase;Betrag;Erstellt am;Abschlussdatum;Verkäufer;Verlustgrund"
# Two spellings of a stage, which raw tables keep where somebody renamed it.
DEALS = [
    "V1;Müller & Söhne;Gewonnen;1.200,50 €;02.01.2025;14.02.2025;Jörg;",
    "V2;Maß AG;gewonnen;12.000,00 €;13.01.2025;30.04.2025;Jörg;",
    "V3;Maß AG;Verloren;800,00 €;14.01.2025;28.02.2025;Änne;Preis",
    "V4;Ost GmbH;VERLOREN;900,00 €;20.01.2025;03.03.2025;Änne;Kein Budget",
    "V5;Ost GmbH;Angebot gesendet;2.500,00 €;03.02.2025;31.07.2025;Änne;",
    "V6;Ufer KG;Qualifiziert;3.000,00 €;10.03.2025;31.08.2025;Jörg;",
    "V7;Ufer KG;Neu;50,00 €;29.04.2025;30.09.2025;Jörg;",
]


def export(folder: Path, deals: list[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = "\r\n".join([HEADER, *deals]) + "\r\n"
    (folder / "Verkaufschancen 2025.csv").write_text(text, encoding="cp1252")
    return folder


def typed(folder: Path, *arguments: str) -> str:
    """What somebody types in a folder, with nothing of this repository set."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith((PREFIX, "DBT_"))}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={
            **ours,
            "PYTHONPATH": str(REPO / "python"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DBT_USE_COLORS": "false",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`metrics` in it is the project, built as far as the deals."""
    folder = tmp_path_factory.mktemp("newcomer")
    export(folder / "export", DEALS)
    told = typed(folder, "-m", "sales_metrics", "init", "export", "metrics")
    assert "Next: cd metrics && dbt build" in told
    typed(
        folder / "metrics",
        *("-c", "from dbt.cli.main import cli; cli()", "build"),
        *("--select", "+fct_opportunities", "+rows_of_yours_keep_the_rules_of_ours"),
        *("--resource-type", "model", "--resource-type", "seed"),
    )
    # What it wrote keeps the rules of what is written by hand.
    typed(
        folder / "metrics",
        *("-c", "from dbt.cli.main import cli; cli()", "test"),
        *("--select", "rows_of_yours_keep_the_rules_of_ours", "a_stage_has_one_set_of_attributes"),
    )
    return folder


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "metrics" / "metrics.duckdb"), read_only=True) as connection:
        return connection.sql(sql).fetchall()


def test_every_deal_is_what_the_export_says(folder: Path) -> None:
    deals = rows(
        folder,
        "select opportunity_id, status, amount, cast(closed_on as varchar), rep_id"
        " from marts.fct_opportunities order by 1",
    )
    assert deals == [
        ("V1", "won", Decimal("1200.50"), "2025-02-14", "Jörg"),
        ("V2", "won", Decimal("12000.00"), "2025-04-30", "Jörg"),
        ("V3", "lost", Decimal("800.00"), "2025-02-28", "Änne"),
        ("V4", "lost", Decimal("900.00"), "2025-03-03", "Änne"),
        ("V5", "open", Decimal("2500.00"), None, "Änne"),
        ("V6", "open", Decimal("3000.00"), None, "Jörg"),
        ("V7", "open", Decimal("50.00"), None, "Jörg"),
    ]


def test_stages_and_words_are_mapped_without_a_hand(folder: Path) -> None:
    stages = rows(
        folder,
        "select opportunity_id, stage_id from marts.fct_opportunities"
        " where status = 'open' order by 1",
    )
    assert stages == [("V5", "angebot_gesendet"), ("V6", "qualifiziert"), ("V7", "neu")]
    reasons = rows(
        folder,
        "select opportunity_id, loss_reason from marts.fct_opportunities"
        " where status = 'lost' order by 1",
    )
    assert reasons == [("V3", "price"), ("V4", "no_budget")]


def test_a_month_later_only_what_is_new_is_told(folder: Path) -> None:
    project = folder / "metrics"
    kept = {
        path: path.read_bytes()
        for path in project.rglob("*")
        if path.is_file()
        and not {"raw", "target", "dbt_packages", "logs"} & set(path.relative_to(project).parts)
        and path.suffix != ".duckdb"
    }
    export(
        folder / "export", [*DEALS, "V8;Ost GmbH;Teststellung;70,00 €;30.04.2025;31.12.2025;Jörg;"]
    )
    told = typed(folder, "-m", "sales_metrics", "init", "export", "metrics")
    assert "1 new rows" in told
    news = (project / "PROPOSAL-NEW.md").read_text(encoding="utf-8")
    assert "Teststellung" in news
    assert "Angebot" not in news
    assert {path: path.read_bytes() for path in kept} == kept
    # The export was laid down anew.
    with duckdb.connect() as connection:
        laid = connection.execute(
            f"select count(*) from '{project}/raw/csv_export/opportunities.parquet'"
        ).fetchall()
    assert laid == [(8,)]
