-- What became within a week of the deals that stood in a stage when a week ended: the data chances
-- are learnt from. A visit is seen at the ends of the weeks it lasted over, so deals that came and
-- went alike are counted together and only these groups are laid out over weeks. Long, because a
-- visit's last week and the weeks before it are told apart.
with visits as (select * from {{ ref('int_stage_visits') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

seen as (
    select
        opportunity_id,
        entry_segment as segment,
        stage_id,
        exited_on,
        {{ week_start('entered_on') }} + 6 as first_week_end,
        {{ week_start('coalesce(exited_on, ' ~ as_of_date() ~ ' + 1)') }} - 1 as last_week_end
    from visits
    where not is_closed_stage
),

-- Where those who left stood a week after they were last seen; nowhere if the record was deleted.
ended as (
    select
        seen.segment,
        seen.stage_id,
        seen.first_week_end,
        seen.last_week_end,
        case
            when seen.exited_on is null or seen.last_week_end + 7 > {{ as_of_date() }} then 'open'
            when later.opportunity_id is null then 'gone'
            when stages.is_won then 'won'
            when later.is_closed_stage then 'lost'
            else 'moved'
        end as outcome,
        case when not later.is_closed_stage then later.stage_id end as to_stage_id
    from seen
    left join visits as later
        on seen.opportunity_id = later.opportunity_id
        and seen.last_week_end + 7 <= {{ as_of_date() }}
        and seen.exited_on is not null
        and seen.last_week_end + 7 >= later.entered_on
        and (later.exited_on is null or seen.last_week_end + 7 < later.exited_on)
    left join stages on later.stage_id = stages.stage_id
    where seen.last_week_end >= seen.first_week_end
),

cohorts as (
    select
        segment,
        stage_id,
        first_week_end,
        last_week_end,
        outcome,
        to_stage_id,
        count(*) as deals
    from ended
    group by 1, 2, 3, 4, 5, 6
),

weeks as (
    select distinct week_start + 6 as week_end
    from calendar
    where week_start + 6 <= {{ as_of_date() }}
),

forecast_moves as (
    select
        weeks.week_end + 7 as learnt_on,
        cohorts.segment,
        cohorts.stage_id,
        {{ weeks_in_stage('cohorts.first_week_end', 'weeks.week_end') }} as weeks_in_stage,
        case when weeks.week_end < cohorts.last_week_end then 'stayed' else cohorts.outcome end
            as outcome,
        case
            when weeks.week_end < cohorts.last_week_end then cohorts.stage_id
            else cohorts.to_stage_id
        end as to_stage_id,
        sum(cohorts.deals) as deals
    from cohorts
    inner join weeks
        on cohorts.first_week_end <= weeks.week_end and cohorts.last_week_end >= weeks.week_end
    where weeks.week_end < cohorts.last_week_end or cohorts.outcome <> 'open'
    group by 1, 2, 3, 4, 5, 6
)

select * from forecast_moves
