-- A visit is a maximal run of versions of one opportunity in one stage.
with versions as (select * from {{ ref('int_opportunity_versions') }}),
stages as (select * from {{ ref('int_stages_mapped') }}),

marked as (
    select
        versions.*,
        case
            when versions.stage_id is distinct from lag(versions.stage_id) over by_time
                or versions.is_deleted is distinct from lag(versions.is_deleted) over by_time
                then 1
            else 0
        end as begins_visit
    from versions
    window by_time as (partition by versions.opportunity_id order by versions.version_number)
),

islands as (
    select
        marked.*,
        sum(begins_visit) over (
            partition by opportunity_id
            order by version_number
            rows between unbounded preceding and current row
        ) as island_number
    from marked
),

runs as (
    select
        opportunity_id,
        cast(island_number as bigint) as visit_number,
        min(stage_id) as stage_id,
        bool_or(is_deleted) as is_deleted,
        min(valid_from) as entered_at,
        case when count(*) = count(valid_to) then max(valid_to) end as exited_at,
        min_by(amount, version_number) as entry_amount,
        min_by(rep_id, version_number) as entry_rep_id,
        min_by(team_id, version_number) as entry_team_id,
        min_by(segment, version_number) as entry_segment,
        max_by(rep_id, version_number) as exit_rep_id,
        max_by(segment, version_number) as exit_segment,
        max_by(close_date, version_number) as exit_close_date,
        min_by(is_inferred, version_number) as is_inferred
    from islands
    group by opportunity_id, island_number
),

linked as (
    select
        runs.*,
        lag(stage_id) over by_time as entered_from,
        case when not lead(is_deleted) over by_time then lead(stage_id) over by_time end as exited_to,
        coalesce(lead(is_deleted) over by_time, false) as is_ended_by_deletion
    from runs
    window by_time as (partition by opportunity_id order by visit_number)
),

judged as (
    select
        linked.*,
        here.pipeline_id,
        here.stage_order,
        here.is_won or here.is_lost as is_closed_stage,
        there.stage_order as exited_to_order,
        there.is_lost as is_exited_to_lost,
        case
            when linked.is_ended_by_deletion then 'deleted'
            when linked.exited_to is null then 'open'
            when there.is_won then 'won'
            when there.is_lost then 'lost'
            when here.is_won or here.is_lost then 'reopened'
            when here.pipeline_id <> there.pipeline_id then 'moved'
            when there.stage_order > here.stage_order then 'forward'
            else 'backward'
        end as exit_kind
    from linked
    inner join stages as here on linked.stage_id = here.stage_id
    left join stages as there on linked.exited_to = there.stage_id
    where not linked.is_deleted
),

-- The open stages of the same pipeline that a forward or winning move jumped over, and whether one of them was
-- needed to qualify (the first qualified stage and those before it).
jumps as (
    select
        judged.opportunity_id,
        judged.visit_number,
        count(*) as stages_skipped,
        count(*) filter (where jumped.stage_order <= first_qualified.stage_order) as qualification_stages_skipped
    from judged
    inner join stages as jumped
        on judged.pipeline_id = jumped.pipeline_id
        and not jumped.is_won
        and not jumped.is_lost
        and jumped.stage_order > judged.stage_order
        and (jumped.stage_order < judged.exited_to_order or judged.exit_kind = 'won')
    left join (
        select
            pipeline_id,
            min(stage_order) as stage_order
        from stages
        where is_qualified and not is_won
        group by pipeline_id
    ) as first_qualified
        on judged.pipeline_id = first_qualified.pipeline_id
    where judged.exit_kind in ('forward', 'won') and not judged.is_closed_stage
    group by judged.opportunity_id, judged.visit_number
),

visits as (
    select
        judged.opportunity_id,
        judged.visit_number,
        row_number() over (
            partition by judged.opportunity_id, judged.stage_id order by judged.visit_number
        ) as stage_visit_number,
        judged.stage_id,
        judged.entered_at,
        judged.exited_at,
        {{ business_day('judged.entered_at') }} as entered_on,
        {{ business_day('judged.exited_at') }} as exited_on,
        {{ fractional_days('judged.entered_at', 'coalesce(judged.exited_at, ' ~ as_of_end() ~ ')') }}
            as days_in_stage,
        judged.entered_from,
        judged.exited_to,
        judged.exit_kind,
        coalesce(jumps.stages_skipped, 0) as stages_skipped,
        coalesce(jumps.qualification_stages_skipped, 0) as qualification_stages_skipped,
        judged.entry_amount,
        judged.entry_rep_id,
        judged.entry_team_id,
        judged.entry_segment,
        judged.exit_rep_id,
        judged.exit_segment,
        judged.exit_close_date,
        judged.is_closed_stage,
        judged.is_inferred
    from judged
    left join jumps
        on judged.opportunity_id = jumps.opportunity_id and judged.visit_number = jumps.visit_number
)

select * from visits
