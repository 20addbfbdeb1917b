-- What a won deal brings of the amount it carried in a stage, by the year before: a ratio of sums,
-- in which deals that carry no amount yet count too. Twenty wins at the company's ratio are added,
-- which is all there is where a segment has won nothing from a stage yet.
-- Long, because the wins of a segment and the company's are summed apart.
with visits as (select * from {{ ref('int_stage_visits') }}),

closings as (select * from {{ ref('int_closings') }}),

days as (select * from {{ ref('int_forecast_days') }}),

known as (select distinct learnt_until from days),

-- The won stage and the open ones before it, back to the closing before.
lives as (
    select
        opportunity_id,
        visit_number,
        stage_id,
        entry_segment as segment,
        exit_amount,
        is_closed_stage,
        coalesce(
            sum(case when is_closed_stage then 1 else 0 end) over (
                partition by opportunity_id order by visit_number
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as life_number
    from visits
),

wins as (
    select
        closings.entered_on,
        lives.segment,
        lives.stage_id,
        sum(coalesce(closings.entry_amount, 0)) as won_amount,
        sum(coalesce(lives.exit_amount, 0)) as carried_amount,
        count(*) as wins
    from closings
    inner join lives as won_stage
        on closings.opportunity_id = won_stage.opportunity_id
        and closings.visit_number = won_stage.visit_number
    inner join lives
        on won_stage.opportunity_id = lives.opportunity_id
        and won_stage.life_number = lives.life_number
    where closings.is_won and not lives.is_closed_stage
    group by 1, 2, 3
),

by_stage as (
    select
        known.learnt_until,
        wins.segment,
        wins.stage_id,
        sum(wins.won_amount) as won_amount,
        sum(wins.carried_amount) as carried_amount,
        sum(wins.wins) as wins
    from known
    inner join wins
        on known.learnt_until >= wins.entered_on
        and known.learnt_until - {{ learning_days() }} < wins.entered_on
    group by 1, 2, 3
),

company as (
    select
        learnt_until,
        cast(sum(won_amount) as double)
        / nullif(cast(sum(carried_amount) as double), 0) as ratio,
        cast(sum(carried_amount) as double) / nullif(cast(sum(wins) as double), 0) as carried
    from by_stage
    group by 1
),

segments as (select distinct segment from lives),

stages as (
    select distinct stage_id
    from lives
    where not is_closed_stage
),

ratios as (
    select
        company.learnt_until,
        segments.segment,
        stages.stage_id,
        -- Reckoned anew, the company's own ratio would come back with another last digit.
        coalesce(
            (
                cast(by_stage.won_amount as double)
                + {{ prior_deals() }} * company.carried * company.ratio
            ) / nullif(
                cast(by_stage.carried_amount as double) + {{ prior_deals() }} * company.carried, 0
            ),
            company.ratio
        ) as ratio
    from company
    cross join segments
    cross join stages
    left join by_stage
        on company.learnt_until = by_stage.learnt_until
        and segments.segment = by_stage.segment
        and stages.stage_id = by_stage.stage_id
)

select * from ratios
