"""`sales-metrics publish`, `builds`, `rollback` and `report`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import click

from sales_metrics.errors import SalesMetricsError, about
from sales_metrics.options import (
    database_option,
    json_option,
    keep_option,
    project_option,
    published_option,
    wait_option,
)

NO_BUILD = "No build is kept in {}: `sales-metrics run` makes one."


@click.command(short_help="Publish a database that `dbt build` made.")
@database_option
@published_option
@keep_option
@wait_option
@project_option
def publish(database: Path, published: Path, keep: int, wait_seconds: float, project: Path) -> None:
    """Publish the public tables of a database that `dbt build` made and passed.

    Nothing is checked but that no id is an e-mail address: for a job use `run`.
    """
    from sales_metrics.breaches.delivery import deliver_or_warn, prepare
    from sales_metrics.errors import CHECK_FAILED
    from sales_metrics.pages.rendering import PageSettings
    from sales_metrics.project import check_project, code_hash, git_commit, project_vars
    from sales_metrics.publishing import writing
    from sales_metrics.publishing.lock import locked
    from sales_metrics.publishing.store import UNKNOWN, BuildInfo, Store, sweep

    check_project(project)
    store, work = Store(published.resolve()), database.resolve()
    warnings: list[str] = []
    with locked(store.folder, wait_seconds):
        with about(store.builds):
            store.builds.mkdir(exist_ok=True)
            sweep(store)
        build_id = store.new_id(dt.datetime.now(dt.UTC))
        started = writing.timestamp()
        known = project_vars(project)
        personal = known.get("personal_columns") or {}
        steering = PageSettings.of(known)
        exposed = writing.personal_keys(work, personal)
        if exposed:
            raise SalesMetricsError(*exposed, exit_code=CHECK_FAILED)
        before = store.served()
        info = BuildInfo(
            build_id=build_id,
            as_of_date=writing.as_of_date(work),
            started_at=started,
            finished_at=started,
            code_hash=code_hash(project),
            git_commit=git_commit(project),
            raw_fingerprint=UNKNOWN,
            landed=before.landed if before else {},
        )
        with writing.told_if_served(store, build_id):
            done = writing.publish(
                store,
                work,
                writing.Publication(info, personal=personal, steering=steering),
                keep,
                lambda folder: prepare(store, folder, steering.currency),
                warnings.append,
            )
            _, told = deliver_or_warn(store)
    click.echo(f"Published {done.build_id}, as of {done.as_of_date}: {len(done.rows)} tables.")
    for warning in (*warnings, *told):
        click.echo(f"warning: {warning}")


@click.command(short_help="List the builds that are kept.")
@published_option
@json_option
def builds(published: Path, as_json: bool) -> None:
    """List the builds that are kept; `*` marks the one that is served."""
    from sales_metrics.publishing.store import Store

    store = Store(published)
    served, kept, broken = store.served_id(), [], []
    for build_id in store.ids():
        try:
            kept.append(store.info(build_id))
        except SalesMetricsError as error:
            broken.append(str(error))
    for sentence in broken:
        click.echo(f"warning: {sentence}", err=True)
    if as_json:
        click.echo(
            json.dumps(
                [{**_without_landed(info), "is_served": info.build_id == served} for info in kept]
            )
        )
        return
    if not kept and not broken:
        click.echo(NO_BUILD.format(published))
    for info in kept:
        mark = "*" if info.build_id == served else " "
        click.echo(
            f"{mark} {info.build_id}  as of {info.as_of_date}  finished {info.finished_at[:19]}"
            f"  {sum(info.rows.values()):>11,} rows  code {info.git_commit or info.code_hash}"
        )


@click.command(short_help="Serve an earlier build again.")
@click.argument("build", default="previous")
@published_option
@wait_option
def rollback(build: str, published: Path, wait_seconds: float) -> None:
    """Serve BUILD again: an id, the beginning of one, or `previous` (the default)."""
    from sales_metrics.publishing.lock import locked
    from sales_metrics.publishing.store import Store, switch
    from sales_metrics.publishing.writing import connected

    store = Store(published)
    if not store.ids():
        # Else a misspelt folder would be made.
        raise SalesMetricsError(NO_BUILD.format(published))
    with locked(store.folder, wait_seconds):
        build_id = store.resolve(build)
        # Only what can be read is served.
        info = store.info(build_id)
        connected(store.database(build_id)).close()
        with about(store.folder):
            switch(store, build_id)
    click.echo(f"Serving {build_id}, as of {info.as_of_date}; the next run publishes anew.")


@click.command(short_help="Say what is served, and its findings.")
@published_option
@json_option
def report(published: Path, as_json: bool) -> None:
    """Say what is served: its age, its checks that failed, who has to do what by when."""
    from sales_metrics.breaches.delivery import told_currency
    from sales_metrics.breaches.events import plain, read_breaches, sentence, state
    from sales_metrics.publishing.store import Store
    from sales_metrics.publishing.writing import connected

    store = Store(published)
    info = store.served()
    if info is None:
        raise SalesMetricsError(f"Nothing is served in {published}: `sales-metrics run` publishes.")
    database = store.database(info.build_id)
    with about(database), connected(database) as connection:
        failing = connection.execute(
            "select severity, check_id, table_name, rows_failing, rows_checked"
            " from marts.data_quality where rows_failing > 0 and severity <> 'info'"
            " order by severity, check_id, table_name"
        ).fetchall()
    breaches = read_breaches(database, told_currency(store, info.build_id))
    still = [breach for breach in breaches or [] if state(breach) != "closed"]
    if as_json:
        names = ("severity", "check_id", "table_name", "rows_failing", "rows_checked")
        quality = [dict(zip(names, row, strict=True)) for row in failing]
        content = {**_without_landed(info), "data_quality": quality, "open_breaches": still}
        click.echo(json.dumps(content, ensure_ascii=False))
        return
    click.echo(f"Build {info.build_id}, as of {info.as_of_date}, finished {info.finished_at[:19]}")
    click.echo(f"{len(info.rows)} tables, {sum(info.rows.values()):,} rows in {database}")
    click.echo(f"Data quality: {len(failing)} checks found something")
    for severity, check_id, table, count, of in failing:
        click.echo(f"  {severity:5}  {table}: {check_id} ({count} of {of or '?'})")
    if breaches is None:
        click.echo("Incidents: this build has no table kpi_incidents")
    else:
        click.echo(f"Incidents: {len(still)} are open")
        for breach in still:
            click.echo(f"  {state(breach):9}  {breach['breach_id']}")
            click.echo(f"             {plain(sentence(breach))}")


def _without_landed(info: object) -> dict[str, object]:
    content = dataclasses.asdict(info)  # type: ignore[call-overload]
    del content["landed"]
    return dict(content)
