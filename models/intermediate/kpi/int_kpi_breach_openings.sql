-- Every period at which a breach could open, with the first later period that would close it. What
-- it compares with is frozen here: a baseline that goes on moving would take in the bad weeks and
-- declare them normal.
with judgements as (select * from {{ ref('int_kpi_judgements') }}),

candidates as (
    select *
    from judgements
    where is_breach
        and (
            run_length = consecutive_periods
            -- With a frozen baseline the later ones of a run compare with another one each.
            or (rule in {{ kpi_frozen_rules() }} and run_length > consecutive_periods)
        )
),

openings as (
    select
        candidates.trigger_id,
        candidates.series_id,
        candidates.place,
        candidates.reference_value,
        min(later.place) as closing_place
    from candidates
    left join judgements as later
        on candidates.series_id = later.series_id
        and candidates.place < later.place
        and case
            when candidates.rule in {{ kpi_frozen_rules() }}
                then not {{ kpi_rule_breaks(
                    'candidates', 'later.metric_value', 'candidates.reference_value'
                ) }} or coalesce(later.quarter_share < candidates.from_quarter_share, false)
            else not later.is_beyond
        end
    group by 1, 2, 3, 4
)

select * from openings
