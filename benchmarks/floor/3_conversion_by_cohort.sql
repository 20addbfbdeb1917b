-- First entries into each stage by month, segment and rep, and how they had ended by the as-of day.
-- A stage that was jumped over counts as entered on the way.
create table conversion_by_cohort as
with ordered as (
    select distinct stage_id, stage_order
    from stages
    where not is_won and not is_lost and pipeline_id = 'main'
),

entries as (
    select
        visits.opportunity_id,
        ordered.stage_id,
        min_by(cast(visits.entered_at as date), visits.visit_number) as entered_on,
        min_by(visits.segment, visits.visit_number) as segment,
        min_by(visits.rep_id, visits.visit_number) as rep_id,
        bool_or(visits.exit_kind = 'won' or here.stage_order > ordered.stage_order)
            as has_advanced,
        bool_or(visits.exit_kind = 'open') as is_open
    from stage_visits as visits
    inner join ordered as here on visits.stage_id = here.stage_id
    inner join ordered
        on visits.stage_id = ordered.stage_id
        or (visits.exit_kind in ('forward', 'won')
            and ordered.stage_order > here.stage_order
            and ordered.stage_order <= here.stage_order + visits.stages_skipped)
    group by 1, 2
)

select
    date_trunc('month', entered_on) as month_start,
    stage_id,
    segment,
    rep_id,
    count(*) as entered,
    count(*) filter (where has_advanced) as advanced,
    count(*) filter (where not has_advanced and is_open) as still_open
from entries
group by all
order by all;
