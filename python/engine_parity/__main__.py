"""`python -m engine_parity`: whether two targets hold the same public tables."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import click

from engine_parity.comparing import compare_tables
from engine_parity.exporting import export, tested_keys
from sales_metrics.cli import main

REPO = Path(__file__).resolve().parents[2]


@click.command()
@click.argument("left", default="duckdb")
@click.argument("right", default="spark")
@click.option("--schema", default="marts", show_default=True, help="The schema to compare.")
@click.option(
    "--profiles-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=REPO / "profiles",
    show_default="profiles",
    help="Folder of the profiles.yml that names the targets.",
)
@click.option(
    "--exchange",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder that this machine and both engines see; one is made and removed if not given.",
)
def compare(left: str, right: str, schema: str, profiles_dir: Path, exchange: Path | None) -> None:
    """Compare every public table of two built targets; exit 1 when a row differs.

    LEFT and RIGHT are targets of profiles.yml (default: duckdb and spark), built from the same raw
    folder. Rows are matched by the key that dbt tests; values must be the same, doubles within
    1e-9 of each other.
    """
    with tempfile.TemporaryDirectory(dir=exchange) as made:
        folder = Path(made)
        # The engine may run as somebody else.
        folder.chmod(0o755)
        manifests = [
            export(REPO, profiles_dir.resolve(), target, schema, folder / side)
            for target, side in ((left, "left"), (right, "right"))
        ]
        keys = tested_keys(json.loads(manifests[0].read_text(encoding="utf-8")))
        compared = list(
            compare_tables(folder / "left" / "tables", folder / "right" / "tables", keys)
        )
    for one in compared:
        click.echo(f"{'same' if not one.differences else 'DIFF'}  {one.table}: {one.rows} rows")
        for difference in one.differences:
            click.echo(f"      {difference}")
    differing = sum(bool(one.differences) for one in compared)
    rows = sum(one.rows for one in compared)
    click.echo(f"{len(compared)} tables, {rows} rows compared: {differing} tables differ")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main(compare, "engine_parity")
