-- What the deals open in a stage at a period's end should have taken, at every scope: the mean of
-- what each one's segment takes, else of what all segments take, else of what the stage map says,
-- with how many are older than that and how far off their mean age is by chance. Reckoned only
-- where a trigger asks for it. Long, because each deal is held to its own segment first.
with deals as (select * from {{ ref('int_open_deals_at_period_ends') }}),

expected as (select * from {{ ref('int_stage_expected_days') }}),

triggers as (select * from {{ configured('kpi_triggers') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

scopes as (select * from {{ ref('int_scopes') }}),

ends as (
    select distinct
        periods.window_end,
        {{ month_start('periods.window_end') }} as month_start
    from periods
    inner join triggers
        on triggers.rule = 'age_multiple_above'
        and periods.period_type = triggers.period_type
        and coalesce(triggers.is_on, true)
    where periods.is_complete
),

aged as (
    select
        deals.window_end,
        coalesce(deals.segment, 'unassigned') as segment,
        deals.team_id,
        deals.rep_id,
        deals.stage_id,
        cast(deals.stage_age_days as double) as age,
        coalesce(by_segment.expected_days, of_all.expected_days, deals.expected_days)
            as expected_days,
        case
            when by_segment.expected_days is not null then 1
            when of_all.expected_days is not null then 2
            when deals.expected_days is not null then 3
        end as source_rank
    from deals
    inner join ends on deals.window_end = ends.window_end
    left join expected as by_segment
        on ends.month_start = by_segment.month_start
        and deals.stage_id = by_segment.stage_id
        and coalesce(deals.segment, 'unassigned') = by_segment.segment
    left join expected as of_all
        on ends.month_start = of_all.month_start
        and deals.stage_id = of_all.stage_id
        and of_all.segment = 'all'
),

scoped as (
    select
        aged.window_end,
        scopes.scope,
        {{ reported_keys('aged') }},
        aged.stage_id,
        aged.age,
        aged.expected_days,
        aged.source_rank
    from aged
    cross join scopes
    where aged.expected_days is not null
),

stage_ages as (
    select
        window_end,
        scope,
        segment,
        team_id,
        rep_id,
        stage_id,
        count(*) as deals,
        count(case when age > expected_days then 1 end) as older_deals,
        cast(avg(cast(expected_days as decimal(18, 6))) as double) as expected_days,
        -- The least of what its deals rest on.
        case max(source_rank)
            when 1 then 'own history of the segment'
            when 2 then 'own history of all segments'
            else 'stage map'
        end as expected_from,
        {{ variance_of_mean(
            'count(*)', 'cast(sum(cast(age as decimal(28, 6))) as double)',
            'cast(sum(cast(age * age as decimal(28, 6))) as double)'
        ) }} as age_variance
    from scoped
    group by 1, 2, 3, 4, 5, 6
)

select * from stage_ages
