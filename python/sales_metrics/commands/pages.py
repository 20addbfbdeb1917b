"""`sales-metrics pages`: the pages people steer by, from a database that `dbt build` made."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from sales_metrics.errors import CHECK_FAILED, SalesMetricsError, from_system
from sales_metrics.options import database_option, file_in_a_folder, project_option


@click.command(short_help="Write the pages people steer by, from a built database.")
@database_option
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    callback=file_in_a_folder,
    help="The file that is written; by default beside the database, under its name with .html.",
)
@click.option("--open", "opens", is_flag=True, help="Open it in the browser, too.")
@project_option
def pages(database: Path, output: Path | None, opens: bool, project: Path) -> None:
    """Write the pages of a build into one file that opens without a server or a network.

    `run` and `publish` write the same pages beside the database they serve.
    """
    from sales_metrics.pages.rendering import PageSettings, render
    from sales_metrics.project import check_project, project_vars
    from sales_metrics.publishing.writing import connected

    check_project(project)
    settings = PageSettings.of(project_vars(project))
    connected(database).close()
    page = render(database, settings)
    output = output or database.with_suffix(".html")
    try:
        # Whole or not at all: it may be open in somebody's browser.
        new = output.with_name(f".new-{output.name}")
        new.write_text(page, encoding="utf-8")
        new.replace(output)
    except OSError as error:
        raise from_system(error, output) from error
    click.echo(f"Written: {output.resolve().as_uri()}")
    if opens and not webbrowser.open(output.resolve().as_uri()):
        raise SalesMetricsError(
            f"No browser could be started: open {output} yourself.", exit_code=CHECK_FAILED
        )
