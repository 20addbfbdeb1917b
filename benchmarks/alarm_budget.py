"""The trigger rows for another budget of false alarms, and what each budget finds.

    .venv/bin/dbt compile --profiles-dir profiles
    .venv/bin/python benchmarks/alarm_budget.py --per-quarter 1

By hand. A budget is how many false incidents a company and quarter one is ready to look into. All
triggers that are on and ask for discoveries keep their thresholds and margins; the shares that may
be chance (`evidence_q`) are scaled alike, quiet companies are judged at each scale, and the largest
scale within the budget is printed as rows of kpi_triggers. `--faults` judges the planted faults at
the same scales (some minutes more), `--plot` draws both (it needs matplotlib).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from alarms import FAULTS, QUARTERS, REPO, compiled, found, incidents, quiet_counts

SCALES = (0.1, 0.25, 0.5, 1.0, 1.5, 2.5)
# Half of what is told may then be chance: more is no evidence.
LARGEST_Q = 0.5
SEED = REPO / "seeds" / "catalog" / "kpi_triggers.csv"


@dataclass(frozen=True)
class Point:
    """What one scale costs and brings."""

    scale: float
    false: float
    found: float | None
    right: float | None


def scaled(row: Mapping[str, str], scale: float) -> dict[str, str]:
    """A row of the seed with its share of chance scaled, where it has one and is on."""
    if row["evidence"] != "discoveries" or row["is_on"] != "true":
        return dict(row)
    return {**row, "evidence_q": f"{min(float(row['evidence_q']) * scale, LARGEST_Q):.3g}"}


def rows_of_seed() -> list[dict[str, str]]:
    """kpi_triggers as it stands."""
    with SEED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as the seed writes them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def frontier(
    models: Mapping[str, str], seeds: Sequence[int], scales: Sequence[float], *, faults: bool
) -> list[Point]:
    """False incidents a company and quarter, and the shares of faults found and named, by scale."""
    by_scale = [
        "update kpi_triggers set evidence_q = least(evidence_q * "
        f"{scale}, {LARGEST_Q}) where evidence = 'discoveries'"
        for scale in scales
    ]
    quiet = [incidents("quiet", seed, models, with_leads=True, rules=by_scale) for seed in seeds]
    results = [
        [
            found(fault, one)
            for one in incidents(
                *(fault.company, seed, models),
                told_on=fault.last,
                rules=[f"{fault.rules}; {rules}" for rules in by_scale],
            )
        ]
        for fault in (FAULTS if faults else ())
        for seed in seeds
    ]
    points = []
    for place, scale in enumerate(scales):
        told = [of_company[place] for of_company in results]
        points.append(
            Point(
                scale,
                quiet_counts([of_company[place] for of_company in quiet])[0],
                sum(days is not None for days, _, _ in told) / len(told) if told else None,
                sum(is_right for _, is_right, _ in told) / len(told) if told else None,
            )
        )
    return points


def within(points: Sequence[Point], budget: float) -> Point | None:
    """The loosest scale that keeps the budget; none where even the strictest does not."""
    kept = [point for point in points if point.false <= budget]
    return max(kept, key=lambda point: point.scale) if kept else None


def draw(points: Sequence[Point], path: Path) -> None:
    """False incidents against faults found and named right."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.2), dpi=120)
    costs = [point.false for point in points]
    shares = [point.found or 0.0 for point in points]
    axes.plot(costs, shares, "o-", label="found in time")
    axes.plot(costs, [point.right or 0.0 for point in points], "s--", label="and named right")
    for point, share in zip(points, shares, strict=True):
        axes.annotate(
            f"x {point.scale:g}",
            (point.false, share),
            textcoords="offset points",
            xytext=(0, 7),
            ha="center",
            fontsize=8,
        )
    axes.set_xlabel("false incidents per quiet company and quarter")
    axes.set_ylabel("share of planted faults")
    axes.set_ylim(0.5, 1.02)
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(path)


@click.command()
@click.option("--per-quarter", type=click.FloatRange(min=0), default=2.0, show_default=True)
@click.option("--first", type=int, default=1, show_default=True)
@click.option("--seeds", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--target", type=click.Path(path_type=Path), default=REPO / "target")
@click.option("--faults", is_flag=True, help="Judge the planted faults as well.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the frontier into this PNG.")
def main(
    per_quarter: float, first: int, seeds: int, target: Path, faults: bool, plot: Path | None
) -> None:
    """Print the rows of kpi_triggers for a budget of false incidents."""
    points = frontier(
        compiled(target), range(first, first + seeds), SCALES, faults=faults or plot is not None
    )
    click.echo(
        f"# {seeds} quiet companies, {len(QUARTERS)} quarters each: evidence_q times a scale",
        err=True,
    )
    for point in points:
        line = f"# x {point.scale:<4g} {point.false:5.2f} false"
        if point.found is not None and point.right is not None:
            line += f", {point.found:.0%} found, {point.right:.0%} named right"
        click.echo(line, err=True)
    if plot is not None:
        draw(points, plot)
    chosen = within(points, per_quarter)
    if chosen is None:
        raise click.ClickException(
            f"No scale keeps {per_quarter:g} false incidents a quarter: the strictest has"
            f" {points[0].false:.2f}. Switch triggers off, or allow more."
        )
    click.echo(as_csv([scaled(row, chosen.scale) for row in rows_of_seed()]), nl=False)


if __name__ == "__main__":
    main()
