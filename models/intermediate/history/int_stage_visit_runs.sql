-- Islands over versions: consecutive versions of one deal in one stage are one visit. A deleted
-- record makes an island of its own, so that the visit before it can be seen to end by deletion.
with versions as (select * from {{ ref('int_opportunity_versions') }}),

-- Within a run the version's number and its rank among those of the same stage grow together: their
-- distance tells the runs of one stage apart.
placed as (
    select
        *,
        version_number - row_number() over (
            partition by opportunity_id, stage_id, is_deleted order by version_number
        ) as distance
    from versions
),

runs as (
    select
        opportunity_id,
        stage_id,
        is_deleted,
        min(version_number) as first_version_number,
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
    from placed
    group by opportunity_id, stage_id, is_deleted, distance
),

numbered as (
    select
        *,
        cast(
            row_number() over ({{ by_time('first_version_number') }}) as bigint
        ) as visit_number
    from runs
)

select * from numbered
