"""`python -m demo_companies`: writes the raw tables of an invented company."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import click

from demo_companies import sailmark
from demo_companies.company import FAULTS, HORIZON, named_company
from demo_companies.export import write_company
from demo_companies.story import read_story, render
from sales_metrics.cli import main
from sales_metrics.errors import SalesMetricsError


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--company",
    type=click.Choice(["kelvinmark", "quiet", "sailmark", *FAULTS]),
    default="kelvinmark",
    show_default=True,
    help="Kelvinmark hides a leak in enterprise; Quiet is the same company without it; Sailmark is"
    " eight reps, of whom the busiest converts least (its size is fixed); the others are Quiet with"
    " one fault from September 2025 on.",
)
@click.option(
    "--crm",
    type=click.Choice(["salesforce", "hubspot"]),
    default="salesforce",
    show_default=True,
    help="Whose tables are written: Salesforce's, or HubSpot's as Airbyte lands them.",
)
@click.option("--seed", type=int, default=None, help="Other chance, same truth.")
@click.option("--opportunities", type=int, default=None, help="How many; people grow with it.")
@click.option("--history-rows", type=float, default=None, help="History rows per opportunity.")
@click.option("--activities", type=float, default=None, help="Tasks and events per opportunity.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="Export as the CRM stood at the end of this day (default: two weeks after the story).",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Raw folder to write; files of an earlier export in it are replaced.",
)
@click.option("--story", is_flag=True, help="Print what the raw rows say, by fiscal quarter.")
def demo(
    company: str,
    crm: str,
    seed: int | None,
    opportunities: int | None,
    history_rows: float | None,
    activities: float | None,
    until: dt.datetime | None,
    out: Path,
    story: bool,
) -> None:
    """Write the raw tables of a demo company."""
    if company == "sailmark":
        sized = (opportunities, history_rows, activities) != (None, None, None)
        if sized or story or crm != "salesforce":
            raise SalesMetricsError(
                "Sailmark takes --seed, --until and --out; its size is fixed and its story is told"
                " by marts.scorecard_rep."
            )
        day = until.date() if until else sailmark.HORIZON
        sailmark.write_sailmark(out, day, sailmark.SEED if seed is None else seed)
        click.echo(f"sailmark in {out}")
        return
    started = time.monotonic()
    wanted = named_company(
        company,
        seed=seed,
        opportunities=opportunities,
        history_rows=history_rows,
        activities=activities,
    )
    if story and crm != "salesforce":
        raise SalesMetricsError("--story reads Salesforce's tables; leave --crm out.")
    write_company(wanted, out, until.date() if until else HORIZON, crm=crm)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    click.echo(
        f"{wanted.name}, seed {wanted.seed}: {wanted.opportunities:,} opportunities in "
        f"{out} ({size / 1e6:.1f} MB, {time.monotonic() - started:.1f} s)"
    )
    if story:
        click.echo(render(read_story(out)))


if __name__ == "__main__":
    main(demo, "demo_companies")
