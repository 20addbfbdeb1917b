-- Without a gap or an overlap: each visit begins where the one before it ended, the first at the
-- creation, and only the last may be open or end by deletion. A deal without a visit has no life.
with visits as (select * from {{ ref('fct_stage_visits') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

lives as (
    select
        opportunity_id,
        min(valid_from) as begins_at,
        max(case when is_deleted then valid_from end) as deleted_at
    from versions
    group by opportunity_id
),

chained as (
    select
        opportunity_id,
        visit_number,
        entered_at,
        exited_at,
        lag(exited_at) over (partition by opportunity_id order by visit_number) as left_before_at,
        max(visit_number) over (partition by opportunity_id) as last_visit_number
    from visits
),

broken as (
    select lives.opportunity_id
    from lives
    left join chained on lives.opportunity_id = chained.opportunity_id
    where
        chained.visit_number is null
        or (chained.visit_number = 1 and chained.entered_at <> lives.begins_at)
        or (chained.visit_number > 1 and chained.entered_at is distinct from chained.left_before_at)
        or (
            chained.visit_number = chained.last_visit_number
            and chained.exited_at is distinct from lives.deleted_at
        )
)

select * from broken
