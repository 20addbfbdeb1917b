-- Every period at which a breach could open, with the first later period that would close it. What
-- it compares with is frozen here: a baseline that goes on moving would take in the bad weeks and
-- declare them normal.
with judgements as (select * from {{ ref('int_kpi_judgements') }}),

run_evidence as (select * from {{ ref('int_kpi_run_evidence') }}),

candidates as (
    select judgements.*
    from judgements
    left join run_evidence
        on judgements.series_id = run_evidence.series_id
        and judgements.place = run_evidence.place
    where judgements.is_breach
        and case
            -- A run that goes on opens once the whole of it is more than chance.
            when judgements.evidence = 'run'
                then judgements.run_length >= judgements.consecutive_periods
                    and run_evidence.is_evident
            -- With a frozen baseline the later ones of a run compare with another one each.
            when judgements.rule in {{ kpi_frozen_rules() }}
                then judgements.run_length >= judgements.consecutive_periods
            else judgements.run_length = judgements.consecutive_periods
        end
),

openings as (
    select
        candidates.trigger_id,
        candidates.series_id,
        candidates.place,
        candidates.reference_value,
        -- What could not be judged for so long lapsed before, in the place left free.
        min(case when later.is_resumed then later.place - 1 else later.place end) as closing_place
    from candidates
    left join judgements as later
        on candidates.series_id = later.series_id
        and candidates.place < later.place
        and case
            when later.is_resumed then true
            when candidates.rule in {{ kpi_frozen_rules() }}
                then not {{ kpi_rule_breaks(
                    'candidates', 'later.metric_value', 'candidates.reference_value'
                ) }} or coalesce(later.quarter_share < candidates.from_quarter_share, false)
            else not later.is_beyond
        end
    group by 1, 2, 3, 4
)

select * from openings
