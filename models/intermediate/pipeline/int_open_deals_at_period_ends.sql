-- Every open deal at the end of every period, with what was known of it that day and its health.
-- Long, because the marks it has to remember and the state it is in come from several tables.
with states as (select * from {{ ref('int_open_opportunity_states') }}),

marks as (select * from {{ ref('int_touches_and_pushes_by_period_end') }}),

next_actions as (select * from {{ ref('int_next_actions_at_period_ends') }}),

evidence as (select * from {{ ref('int_activity_evidence') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

-- One line of time per deal, marks before the state they belong to: a running maximum and running
-- sums then carry what happened to every later end.
timelines as (
    select
        opportunity_id,
        end_number,
        0 as is_state,
        last_activity_on,
        push_count,
        cast(null as date) as window_end,
        cast(null as {{ dbt.type_string() }}) as segment,
        cast(null as {{ dbt.type_string() }}) as rep_id,
        cast(null as {{ dbt.type_string() }}) as stage_id,
        cast(null as timestamp) as stage_entered_at,
        cast(null as date) as close_date,
        cast(null as boolean) as is_close_date_recorded
    from marks
    union all
    select
        opportunity_id,
        end_number,
        1 as is_state,
        cast(null as date) as last_activity_on,
        cast(null as bigint) as push_count,
        window_end,
        segment,
        rep_id,
        stage_id,
        stage_entered_at,
        close_date,
        is_close_date_recorded
    from states
),

remembered as (
    select
        opportunity_id,
        end_number,
        is_state,
        window_end,
        segment,
        rep_id,
        stage_id,
        stage_entered_at,
        close_date,
        is_close_date_recorded,
        max(last_activity_on) over so_far as last_activity_on,
        cast(coalesce(sum(push_count) over so_far, 0) as bigint) as push_count
    from timelines
    window so_far as (
        partition by opportunity_id
        order by end_number, is_state
        rows between unbounded preceding and current row
    )
),

-- Pushes since the quarter began. Few deals are ever pushed: summed apart, the others need no
-- second window.
pushed_states as (
    select
        states.opportunity_id,
        states.end_number,
        cast(sum(marks.push_count) as bigint) as quarter_push_count
    from states
    inner join marks
        on states.opportunity_id = marks.opportunity_id
        and states.quarter_start = marks.quarter_start
        and states.end_number >= marks.end_number
    where marks.push_count is not null
    group by states.opportunity_id, states.end_number
),

actions as (
    select
        opportunity_id,
        end_number,
        bool_or(not is_overdue) as has_next_step,
        bool_or(is_overdue) as has_overdue_task
    from next_actions
    where opportunity_id is not null
    group by opportunity_id, end_number
),

known as (
    select
        remembered.opportunity_id,
        remembered.window_end,
        remembered.segment,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        remembered.rep_id,
        remembered.stage_id,
        {{ fractional_days(
            'remembered.stage_entered_at', business_midnight('(remembered.window_end + 1)')
        ) }} as stage_age_days,
        stages.expected_days,
        remembered.close_date,
        coalesce(remembered.is_close_date_recorded, true) as is_close_date_recorded,
        remembered.push_count,
        coalesce(pushed_states.quarter_push_count, 0) as quarter_push_count,
        remembered.last_activity_on,
        case
            when remembered.window_end >= evidence.activities_known_from
                then {{ days_between(
                    'coalesce(remembered.last_activity_on, greatest('
                    ~ business_day('opportunities.created_at')
                    ~ ', evidence.activities_known_from))',
                    'remembered.window_end'
                ) }}
        end as silent_days,
        case
            when actions.has_next_step then true
            {%- if not var('next_step_text') %}
            when remembered.window_end >= evidence.actions_known_from then false
            {%- endif %}
        end as has_next_step,
        case
            when remembered.window_end >= evidence.overdue_known_from
                then coalesce(actions.has_overdue_task, false)
        end as has_overdue_task
    from remembered
    inner join opportunities on remembered.opportunity_id = opportunities.opportunity_id
    inner join stages on remembered.stage_id = stages.stage_id
    left join pushed_states
        on remembered.opportunity_id = pushed_states.opportunity_id
        and remembered.end_number = pushed_states.end_number
    left join actions
        on remembered.opportunity_id = actions.opportunity_id
        and remembered.end_number = actions.end_number
    left join evidence on opportunities.source = evidence.source
    left join assignments
        on remembered.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'remembered.window_end') }}
    where remembered.is_state = 1
),

judged as (
    select
        known.*,
        {{ health_reasons('red') }} as red_reasons,
        {{ health_reasons('amber') }} as amber_reasons
    from known
),

open_deals as (
    select
        opportunity_id,
        window_end,
        segment,
        team_id,
        rep_id,
        stage_id,
        stage_age_days,
        expected_days,
        stage_age_days > {{ var('health_amber_stage_age') }} * expected_days as is_stalled,
        close_date,
        close_date < window_end as is_past_due,
        push_count,
        quarter_push_count,
        last_activity_on,
        silent_days,
        has_next_step,
        has_overdue_task,
        case
            when red_reasons <> '' then 'red'
            when amber_reasons <> '' then 'amber'
            else 'green'
        end as health,
        nullif(concat_ws(',', nullif(red_reasons, ''), nullif(amber_reasons, '')), '')
            as health_reasons
    from judged
)

select * from open_deals
