-- What share of the deals that stood in a stage so many weeks had stayed, moved, or were won, lost
-- or gone a week later, as the year before knew it. A segment with few such deals leans on the
-- company, and the company on all who stood in the stage, however long. Long, because the three are
-- counted apart first.
with moves as (select * from {{ ref('int_forecast_moves') }}),

days as (select * from {{ ref('int_forecast_days') }}),

spans as (select * from {{ ref('int_pipeline_spans') }}),

known as (select distinct learnt_until from days),

counted as (
    select
        known.learnt_until,
        moves.segment,
        moves.stage_id,
        moves.weeks_in_stage,
        moves.outcome,
        coalesce(moves.to_stage_id, 'none') as to_stage_id,
        cast(sum(moves.deals) as bigint) as deals,
        cast(
            sum(
                case
                    when known.learnt_until - {{ recent_days() }} < moves.learnt_on
                        then moves.deals
                    else 0
                end
            ) as bigint
        ) as recent_deals
    from known
    inner join moves
        on known.learnt_until >= moves.learnt_on
        and known.learnt_until - {{ learning_days() }} < moves.learnt_on
    group by 1, 2, 3, 4, 5, 6
),

learnt as (select distinct learnt_until from counted),

known_segments as (select distinct segment from spans),

-- A segment nothing is known of yet goes by the company.
segments as (
    select
        learnt.learnt_until,
        known_segments.segment
    from learnt
    cross join known_segments
),

stays as (
    {%- for weeks in range(longest_stay() | int + 1) %}
    select {{ weeks }} as weeks_in_stage
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- How those of a stage fared, whatever their segment and however long they had stood there.
fates as (
    select
        learnt_until,
        stage_id,
        outcome,
        to_stage_id,
        sum(deals) as deals
    from counted
    group by 1, 2, 3, 4
),

company_counts as (
    select
        learnt_until,
        stage_id,
        weeks_in_stage,
        outcome,
        to_stage_id,
        sum(deals) as deals
    from counted
    group by 1, 2, 3, 4, 5
),

company as (
    select
        fates.learnt_until,
        fates.stage_id,
        stays.weeks_in_stage,
        fates.outcome,
        fates.to_stage_id,
        cast(coalesce(company_counts.deals, 0) as double)
        + cast(fates.deals as double) / nullif(
            cast(
                sum(fates.deals) over (
                    partition by fates.learnt_until, fates.stage_id, stays.weeks_in_stage
                ) as double
            ), 0
        ) as weight
    from fates
    cross join stays
    left join company_counts
        on fates.learnt_until = company_counts.learnt_until
        and fates.stage_id = company_counts.stage_id
        and stays.weeks_in_stage = company_counts.weeks_in_stage
        and fates.outcome = company_counts.outcome
        and fates.to_stage_id = company_counts.to_stage_id
),

-- A sum of doubles depends on the order of the rows: each is fixed to a decimal first.
joined as (
    select
        company.learnt_until,
        segments.segment,
        company.stage_id,
        company.weeks_in_stage,
        company.outcome,
        company.to_stage_id,
        coalesce(counted.deals, 0) as deals,
        coalesce(counted.recent_deals, 0) as recent_deals,
        sum(coalesce(counted.deals, 0)) over cell as cell_deals,
        sum(coalesce(counted.recent_deals, 0)) over cell as recent_cell_deals,
        company.weight,
        sum(cast(company.weight as decimal(18, 9))) over cell as cell_weight
    from company
    inner join segments on company.learnt_until = segments.learnt_until
    left join counted
        on company.learnt_until = counted.learnt_until
        and segments.segment = counted.segment
        and company.stage_id = counted.stage_id
        and company.weeks_in_stage = counted.weeks_in_stage
        and company.outcome = counted.outcome
        and company.to_stage_id = counted.to_stage_id
    window cell as (
        partition by
            company.learnt_until, segments.segment, company.stage_id, company.weeks_in_stage
    )
),

shares as (
    select
        learnt_until,
        segment,
        stage_id,
        weeks_in_stage,
        outcome,
        to_stage_id,
        cast(recent_deals as bigint) as recent_deals,
        cast(cell_deals as bigint) as cell_deals,
        cast(recent_cell_deals as bigint) as recent_cell_deals,
        (
            cast(deals as double)
            + {{ prior_stays() }} * weight / nullif(cast(cell_weight as double), 0)
        ) / nullif(cast(cell_deals as double) + {{ prior_stays() }}, 0) as week_share
    from joined
)

select * from shares
