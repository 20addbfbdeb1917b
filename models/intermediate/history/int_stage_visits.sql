-- Each visit with how it ended (the doc block exit_kind mirrors the case below) and what the move
-- that ended it jumped over. Long, because how a visit ended is told first and what was jumped over
-- is counted then.
with runs as (select * from {{ ref('int_stage_visits_rolled_up') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

pipelines_in_use as (select * from {{ ref('int_pipelines_in_use') }}),

linked as (
    select
        *,
        lag(stage_id) over ({{ over_deal('visit_number') }}) as entered_from,
        lead(stage_id) over ({{ over_deal('visit_number') }}) as next_stage_id,
        coalesce(lead(is_deleted) over ({{ over_deal('visit_number') }}), false) as is_deleted_next
    from runs
),

judged as (
    select
        linked.*,
        here.pipeline_id,
        here.stage_order,
        here.is_won or here.is_lost as is_closed_stage,
        there.stage_order as next_stage_order,
        case when not linked.is_deleted_next then linked.next_stage_id end as exited_to,
        case
            when linked.is_deleted_next then 'deleted'
            when linked.next_stage_id is null then 'open'
            when here.is_won and there.is_won or here.is_lost and there.is_lost then 'settled'
            when there.is_won then 'won'
            when there.is_lost then 'lost'
            when here.is_won or here.is_lost then 'reopened'
            when here.pipeline_id <> there.pipeline_id then 'moved'
            when there.stage_order > here.stage_order then 'forward'
            else 'backward'
        end as exit_kind
    from linked
    inner join stages as here on linked.stage_id = here.stage_id
    left join stages as there on linked.next_stage_id = there.stage_id
    where not linked.is_deleted
),

qualifying_stages as (
    select
        pipeline_id,
        min(stage_order) as stage_order
    from stages
    where is_qualified and not is_won
    group by pipeline_id
),

-- A winning move jumps over every open stage that was left; a loss is allowed from anywhere. A
-- stage up to the first qualified one is needed to qualify. Of a pipeline that nobody used by that
-- day there is nothing to jump over: a map may hold processes of other companies.
jumps as (
    select
        judged.opportunity_id,
        judged.visit_number,
        count(*) as stages_skipped,
        count(*) filter (where jumped.stage_order <= qualifying_stages.stage_order)
            as qualification_stages_skipped
    from judged
    inner join stages as jumped
        on judged.pipeline_id = jumped.pipeline_id
        and judged.stage_order < jumped.stage_order
        and (judged.next_stage_order > jumped.stage_order or judged.exit_kind = 'won')
    inner join pipelines_in_use
        on judged.pipeline_id = pipelines_in_use.pipeline_id
        and {{ business_day('judged.exited_at') }} >= pipelines_in_use.in_use_from
    left join qualifying_stages on judged.pipeline_id = qualifying_stages.pipeline_id
    where
        judged.exit_kind in ('forward', 'won')
        and not judged.is_closed_stage
        and not jumped.is_won
        and not jumped.is_lost
    group by judged.opportunity_id, judged.visit_number
),

visits as (
    select
        judged.opportunity_id,
        judged.visit_number,
        cast(
            row_number() over (
                partition by judged.opportunity_id, judged.stage_id order by judged.visit_number
            ) as bigint
        ) as stage_visit_number,
        judged.stage_id,
        judged.entered_at,
        judged.exited_at,
        {{ business_day('judged.entered_at') }} as entered_on,
        {{ business_day('judged.exited_at') }} as exited_on,
        {{ fractional_days(
            'judged.entered_at', 'coalesce(judged.exited_at, ' ~ as_of_end() ~ ')'
        ) }} as days_in_stage,
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
        judged.exit_amount,
        judged.exit_close_date,
        judged.is_closed_stage,
        coalesce(
            lag(judged.exit_kind) over (
                partition by judged.opportunity_id order by judged.visit_number
            ) = 'settled',
            false
        ) as goes_on_closed,
        judged.is_inferred
    from judged
    left join jumps
        on judged.opportunity_id = jumps.opportunity_id and judged.visit_number = jumps.visit_number
)

select * from visits
