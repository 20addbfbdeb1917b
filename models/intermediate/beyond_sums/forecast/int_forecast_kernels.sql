-- One week of the chain chances are reckoned with: the year's shares, moved to what the last weeks
-- saw where that is more than chance. Of each way out of a stage the deals that took it lately are
-- set against those the year's shares expect of the same deals; their ratio is drawn back to 1 by
-- as much as a difference of its size comes about by chance (James and Stein's positive part).
-- Long, because the ways out are scaled first and who stays is the rest.
with shares as (select * from {{ ref('int_forecast_shares') }}),

expected as (
    select
        learnt_until,
        segment,
        stage_id,
        outcome,
        to_stage_id,
        cast(sum(recent_deals) as double) as observed,
        cast(sum(cast(recent_cell_deals * week_share as decimal(18, 6))) as double) as expected
    from shares
    where outcome <> 'stayed'
    group by 1, 2, 3, 4, 5
),

changes as (
    select
        learnt_until,
        segment,
        stage_id,
        outcome,
        to_stage_id,
        1 + (
            (observed + {{ prior_changes() }}) / nullif(expected + {{ prior_changes() }}, 0) - 1
        ) * case
            when (observed - expected) * (observed - expected) > expected
                then
                    1 - expected / nullif((observed - expected) * (observed - expected), 0)
            else 0
        end as change
    from expected
),

scaled as (
    select
        shares.learnt_until,
        shares.segment,
        shares.stage_id,
        shares.weeks_in_stage,
        shares.outcome,
        shares.to_stage_id,
        shares.cell_deals,
        shares.week_share * coalesce(changes.change, 0) as week_share
    from shares
    left join changes
        on shares.learnt_until = changes.learnt_until
        and shares.segment = changes.segment
        and shares.stage_id = changes.stage_id
        and shares.outcome = changes.outcome
        and shares.to_stage_id = changes.to_stage_id
),

-- Not all leave within a week, whatever the ratio says.
leaving as (
    select
        *,
        cast(sum(cast(week_share as decimal(18, 12))) over cell as double) as leaving_share
    from scaled
    window cell as (partition by learnt_until, segment, stage_id, weeks_in_stage)
),

kernels as (
    select
        learnt_until,
        segment,
        stage_id,
        weeks_in_stage,
        outcome,
        to_stage_id,
        case
            when outcome = 'stayed' then least(weeks_in_stage + 1, {{ longest_stay() }})
            else 0
        end as to_weeks_in_stage,
        cell_deals as deals,
        case
            when outcome = 'stayed' then 1 - least(leaving_share, 0.98)
            else week_share * least(1, 0.98 / nullif(leaving_share, 0))
        end as week_share
    from leaving
)

select * from kernels
