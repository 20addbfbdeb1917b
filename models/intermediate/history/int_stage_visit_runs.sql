-- Islands over versions: consecutive versions of one deal in one stage are one visit. A deleted
-- record makes an island of its own, so that the visit before it can be seen to end by deletion.
with versions as (select * from {{ ref('int_opportunity_versions') }}),

compared as (
    select
        *,
        lag(stage_id) over ({{ by_time('version_number') }}) as stage_id_before,
        lag(is_deleted) over ({{ by_time('version_number') }}) as is_deleted_before
    from versions
),

numbered as (
    select
        *,
        sum(
            case
                when
                    stage_id is distinct from stage_id_before
                    or is_deleted is distinct from is_deleted_before
                    then 1
                else 0
            end
        ) over (
            {{ by_time('version_number') }} rows between unbounded preceding and current row
        ) as visit_number
    from compared
),

runs as (
    select
        opportunity_id,
        cast(visit_number as bigint) as visit_number,
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
        nullif(max_by(coalesce(close_date, {{ no_date() }}), version_number), {{ no_date() }})
            as exit_close_date,
        min_by(is_inferred, version_number) as is_inferred
    from numbered
    group by opportunity_id, visit_number
)

select * from runs
