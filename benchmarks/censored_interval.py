"""Is the interval of the censored conversion rate as wide as a bootstrap over deals says?

    python benchmarks/censored_interval.py BUILT.duckdb...

Run by hand on builds of companies of other seeds than the one the variance was tried on. Each row
of `stage_conversion` of that method with at least `LEAST` entries is set against `DRAWS` resamples
of its own entries, whose rates are computed anew by Aalen and Johansen; the ratio of the two widths
is told as it lies over all rows of a build.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

LEAST = 20
DRAWS = 1000
Counts = npt.NDArray[np.int64]
Rates = npt.NDArray[np.float64]

_ROWS = """
    select window_end, scope, segment, team_id, stage_id, ci_low, ci_high
    from marts.stage_conversion
    where method = 'censored' and period_type = 'quarter' and n >= ? and ci_low is not null
    order by all
"""
_STAYS = """
    select
        coalesce(days_to_leaving, date_diff('day', entered_on, (select max(as_of_date)
            from marts.loss_reasons))) as days,
        case
            when left_kind = 'advanced' then 0 when left_kind in ('open', 'moved') then 2 else 1
        end as kind,
        count(*) as cases
    from intermediate.int_stage_entries
    where entered_on between $window_end - 89 and $window_end
        and stage_id = $stage_id
        and $segment in ('all', segment)
        and $team_id in ('all', team_id)
    group by all
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("databases", nargs="+", type=Path)
    for database in parser.parse_args().databases:
        found = np.array(list(ratios(database)))
        p5, median, p95 = np.percentile(found, [5, 50, 95])
        print(
            f"{database.stem}: {len(found)} intervals, width to that of the bootstrap:"
            f" 5 % {p5:.2f}, median {median:.2f}, 95 % {p95:.2f},"
            f" least {found.min():.2f}, most {found.max():.2f},"
            f" narrower than 0.9: {np.sum(found < 0.9)}, wider than 1.25: {np.sum(found > 1.25)}"
        )


def ratios(database: Path) -> Iterator[float]:
    draws = np.random.default_rng(20251105)
    with duckdb.connect(str(database), read_only=True) as connection:
        for row in connection.execute(_ROWS, [LEAST]).fetchall():
            window_end, _, segment, team_id, stage_id, low, high = row
            stays = connection.execute(
                _STAYS,
                {
                    "window_end": window_end,
                    "segment": segment,
                    "team_id": team_id,
                    "stage_id": stage_id,
                },
            ).fetchall()
            width = bootstrapped_width(stays, draws)
            # Where all or none advance every resample says the same.
            if width > 1e-6:
                yield (high - low) / width


def bootstrapped_width(stays: list[tuple[int, int, int]], draws: np.random.Generator) -> float:
    """How far the middle 95 % of the resampled rates reach."""
    counts = np.zeros((3, max(days for days, _, _ in stays) + 1), dtype=np.int64)
    for days, kind, cases in stays:
        counts[kind, days] = cases
    total = counts.sum()
    resampled = draws.multinomial(total, counts.ravel() / total, size=DRAWS)
    low, high = np.percentile(incidence(resampled.reshape(DRAWS, *counts.shape)), [2.5, 97.5])
    return float(high - low)


def incidence(counts: Counts) -> Rates:
    """Aalen and Johansen's rate of each resample: days along the last axis, kinds before it."""
    at_risk = counts.sum(axis=1)[:, ::-1].cumsum(axis=1)[:, ::-1]
    advanced, left = counts[:, 0], counts[:, 0] + counts[:, 1]
    somebody = np.maximum(at_risk, 1)
    staying = np.cumprod(1 - left / somebody, axis=1)
    before = np.concatenate([np.ones((len(counts), 1)), staying[:, :-1]], axis=1)
    rates: Rates = (before * advanced / somebody).sum(axis=1)
    return rates


if __name__ == "__main__":
    main()
