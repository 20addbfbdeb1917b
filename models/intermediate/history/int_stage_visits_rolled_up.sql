-- The versions of each visit in one row: consecutive versions of one deal in one stage. A deleted
-- record makes a visit of its own, so that the visit before it can be seen to end by deletion.
with versions as (select * from {{ ref('int_opportunity_versions') }}),

stage_visits_rolled_up as (
    select
        opportunity_id,
        visit_number,
        min(stage_id) as stage_id,
        bool_or(is_deleted) as is_deleted,
        min(valid_from) as entered_at,
        case when count(*) = count(valid_to) then max(valid_to) end as exited_at,
        {{ first_amount('amount', 'version_number') }} as entry_amount,
        min_by(rep_id, version_number) as entry_rep_id,
        min_by(team_id, version_number) as entry_team_id,
        min_by(segment, version_number) as entry_segment,
        max_by(rep_id, version_number) as exit_rep_id,
        max_by(segment, version_number) as exit_segment,
        nullif(max_by(coalesce(amount, {{ no_amount() }}), version_number), {{ no_amount() }})
            as exit_amount,
        nullif(max_by(coalesce(close_date, {{ no_date() }}), version_number), {{ no_date() }})
            as exit_close_date,
        min_by(is_inferred, version_number) as is_inferred
    from versions
    group by opportunity_id, visit_number
)

select * from stage_visits_rolled_up
