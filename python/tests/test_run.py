"""The whole job on the golden world: once published, once refused."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import duckdb

from harness import GOLDEN
from publishing_harness import call, write_tiny_project, write_work
from sales_metrics.publishing.store import Store


def spoil_amounts(raw: Path) -> None:
    """All amounts but the first: none at all would be refused before they are judged."""
    path = raw / "salesforce" / "opportunity.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerow(rows[0])
        writer.writerows({**row, "amount": "n/a"} for row in rows[1:])


def test_the_job_publishes_and_a_bad_load_changes_nothing(tmp_path: Path) -> None:
    raw, published = tmp_path / "raw", tmp_path / "published"
    shutil.copytree(GOLDEN, raw)
    arguments = ("run", "--raw", raw, "--published", published, "--json")
    done = call(*arguments, "--remember", timeout=1_200)
    report = json.loads(done.stdout)
    assert done.returncode == report["exit_code"] == 0, done.stdout + done.stderr
    kept = (raw / "ledger" / "known_attributes.csv").read_text(encoding="utf-8").splitlines()
    assert kept[0] == "record_kind,record_id,attribute,value,known_on"
    assert len(kept) > 10
    assert (report["as_of_date"], report["errors"], report["warnings"]) == ("2025-06-30", [], [])
    assert list(report["seconds"]) == [
        "freshness of sources",
        "raw expectations",
        "dbt build",
        "mart expectations",
        "publish",
        "remember",
        "report",
    ]
    assert report["expectations"]["ok"] > 100
    store = Store(published)
    build = store.build(report["build_id"])
    assert {"serve.duckdb", "parquet", "build.json", "expectations.html", "breaches.md"} <= {
        path.name for path in build.iterdir()
    }
    with duckdb.connect(str(published / "serve.duckdb"), read_only=True) as connection:
        rows = dict(
            connection.execute(
                "select starts_with(check_id, 'expectation_'), count(*)"
                " from serve.marts.data_quality group by 1"
            ).fetchall()
        )
        ((twice,),) = connection.execute(
            "select count(*) - count(distinct (check_id, table_name)) from marts.data_quality"
        ).fetchall()
        for table, count in report["rows"].items():
            path = str(published / "parquet" / f"{table}.parquet")
            assert connection.execute(
                "select count(*) from read_parquet(?)", [path]
            ).fetchall() == [(count,)]
    # dbt's own checks and every expectation, each once.
    assert rows[True] == sum(report["expectations"].values())
    assert rows[False] > 10
    assert twice == 0

    spoil_amounts(raw)
    done = call(*arguments, timeout=600)
    refused = json.loads(done.stdout)
    assert done.returncode == refused["exit_code"] == 1
    assert [sentence for sentence in refused["errors"] if "amount is not as expected" in sentence]
    assert refused["serves"] == report["build_id"] == store.served_id()
    assert "dbt build" not in refused["seconds"]
    assert "n/a" in (published / "refused" / "expectations.html").read_text(encoding="utf-8")
    assert len(store.ids()) == 1


def test_expectations_go_by_the_project_they_are_given(tmp_path: Path) -> None:
    """Its vars name the raw folder, its profiles the engine; without a contract nothing landed."""
    project = write_tiny_project(tmp_path / "project")
    with (project / "dbt_project.yml").open("a", encoding="utf-8") as file:
        file.write("vars: {raw_folder: landed}\n")
    work = write_work(tmp_path / "work.duckdb", 1, rows=3)
    with duckdb.connect(str(work)) as connection:
        connection.execute("create table marts.dim_reps as select 1 as rep_id where false")
    arguments = ("expectations", "--project-dir", project, "--database", work)
    done = call(*arguments)
    assert f"There is no raw folder {project / 'landed'}" in done.stderr
    (project / "landed").mkdir()
    done = call(*arguments)
    assert done.stdout.splitlines()[0].startswith("error  marts.dim_reps: has rows"), done.stderr
    assert done.stdout.endswith(" 1 errors, 0 warnings\n")
    assert done.returncode == 1


def test_a_run_of_sources_in_schemas_alone_needs_no_raw_folder(tmp_path: Path) -> None:
    """Unless somebody names one: planning may lie there."""
    project = write_tiny_project(tmp_path / "project")
    settings = project / "dbt_project.yml"
    told = settings.read_text(encoding="utf-8") + "vars: {raw_schemas: {hubspot: wh.raw}"
    settings.write_text(told + "}\n", encoding="utf-8")
    arguments = ("run", "--project-dir", project, "--published", tmp_path / "published")
    done = call(*arguments, env={"TINY_NUMBER": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    settings.write_text(told + ", raw_folder: landed}\n", encoding="utf-8")
    for more in ((), ("--raw", tmp_path / "nowhere")):
        done = call(*arguments, *more, env={"TINY_NUMBER": "1"})
        assert f"There is no raw folder {more[1] if more else project / 'landed'}" in done.stderr
