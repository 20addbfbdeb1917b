"""The chance of a deal against a second, independent way: lifelines' Aalen-Johansen estimator."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from harness import Build

LEARNT_UNTIL = dt.date(2025, 3, 30)
STAGES = ("qualified", "demo", "proposal")
# From the first entry of a year into the stage to the deal's end, through whatever stages.
ENTRIES = """
with visits as (select * from intermediate.int_stage_visits),
ends as (
    select opportunity_id, visit_number, entered_on as ended_on,
        case when stage_id = 'closed_won' then 1 else 2 end as fate
    from visits where is_closed_stage
    union all
    select opportunity_id, visit_number + 1, exited_on, 2
    from visits where exit_kind = 'deleted'
)
select entries.entered_on, min(ends.ended_on), min_by(ends.fate, ends.visit_number)
from visits as entries
left join ends on entries.opportunity_id = ends.opportunity_id
    and ends.visit_number > entries.visit_number
where entries.stage_id = ? and entries.entry_segment = ?
    and entries.entered_on <= ? and entries.entered_on > ?
group by entries.opportunity_id, entries.visit_number, entries.entered_on
order by all
"""


@pytest.mark.parametrize("segment", ["smb", "mid_market", "enterprise"])
@pytest.mark.parametrize("stage", STAGES)
def test_the_incidence_of_winning_is_that_of_lifelines(
    stage: str, segment: str, demo: Build
) -> None:
    """A deal seen in its first week has been there for half a week on average."""
    from lifelines import AalenJohansenFitter

    year_before = LEARNT_UNTIL - dt.timedelta(days=364)
    days, fates = [], []
    for entered, ended, fate in demo.query(ENTRIES, [stage, segment, LEARNT_UNTIL, year_before]):
        is_over = ended is not None and ended <= LEARNT_UNTIL
        days.append(((ended if is_over else LEARNT_UNTIL) - entered).days)
        fates.append(fate if is_over else 0)
    assert len(days) > 500
    fitter = AalenJohansenFitter(calculate_variance=False)
    # Ties are spread over the day, in no order that has to do with how a deal ended.
    fitter.fit(np.array(days) + np.linspace(0.01, 0.4, len(days)), fates, event_of_interest=1)
    curve = fitter.cumulative_density_
    found = dict(
        demo.query(
            "select weeks_ahead, incidence from intermediate.int_forecast_incidence"
            " where learnt_until = ? and segment = ? and stage_id = ? and weeks_in_stage = 0",
            [LEARNT_UNTIL, segment, stage],
        )
    )
    for weeks in (4, 8, 13, 20):
        expected = float(curve[curve.index <= 7 * weeks + 3.5].iloc[-1, 0])
        assert found[weeks] == pytest.approx(expected, abs=0.03), weeks
    assert max(found.values()) > 0.1
