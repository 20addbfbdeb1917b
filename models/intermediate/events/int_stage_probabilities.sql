-- How likely a deal in a stage is won, by segment, as history knew it at each month start: deals
-- decided before that day that had been in the stage. A segment with few of them leans on the
-- company, as if 20 more of its deals had gone the company's way; a later stage is never less
-- likely than an earlier one. Long, because segment and company are counted apart first.
with outcomes as (select * from {{ ref('int_stage_outcome_events') }}),

calendar as (select * from {{ ref('int_calendar_days') }}),

stages as (
    select *
    from {{ ref('int_stages_mapped') }}
    where not is_won and not is_lost
),

spans as (select distinct segment from {{ ref('int_pipeline_spans') }}),

crm_probabilities as (select * from {{ ref('int_stage_crm_probabilities') }}),

months as (
    select distinct month_start
    from calendar
    where month_start <= {{ as_of_date() }}
),

by_month as (
    select
        segment,
        slice_id as stage_id,
        {{ month_start('event_on', shift=1) }} as known_from,
        sum(stage_resolved_count) as resolved,
        sum(stage_won_count) as won
    from outcomes
    group by 1, 2, 3
),

segment_counts as (
    select
        months.month_start,
        spans.segment,
        stages.stage_id,
        stages.pipeline_id,
        stages.stage_order,
        coalesce(sum(by_month.resolved), 0) as resolved,
        coalesce(sum(by_month.won), 0) as won
    from months
    cross join spans
    cross join stages
    left join by_month
        on spans.segment = by_month.segment
        and stages.stage_id = by_month.stage_id
        and months.month_start >= by_month.known_from
    group by 1, 2, 3, 4, 5
),

company_rates as (
    select
        months.month_start,
        by_month.stage_id,
        cast(sum(by_month.won) as double) / nullif(cast(sum(by_month.resolved) as double), 0)
            as company_rate
    from months
    inner join by_month on months.month_start >= by_month.known_from
    group by 1, 2
),

estimated as (
    select
        segment_counts.month_start,
        segment_counts.segment,
        segment_counts.stage_id,
        segment_counts.pipeline_id,
        segment_counts.stage_order,
        cast(segment_counts.resolved as bigint) as resolved,
        cast(segment_counts.won as bigint) as won,
        company_rates.company_rate,
        (
            cast(segment_counts.won as double)
            + {{ prior_deals() }} * company_rates.company_rate
        ) / nullif(
            cast(segment_counts.resolved as double) + {{ prior_deals() }}, 0
        ) as estimate
    from segment_counts
    left join company_rates
        on segment_counts.month_start = company_rates.month_start
        and segment_counts.stage_id = company_rates.stage_id
),

probabilities as (
    select
        estimated.month_start,
        estimated.segment,
        estimated.stage_id,
        estimated.resolved,
        estimated.won,
        estimated.company_rate,
        estimated.estimate,
        max(estimated.estimate) over (
            partition by estimated.month_start, estimated.segment, estimated.pipeline_id
            order by estimated.stage_order asc nulls last, estimated.stage_id asc
            rows between unbounded preceding and current row
        ) as probability,
        crm_probabilities.crm_probability
    from estimated
    left join crm_probabilities on estimated.stage_id = crm_probabilities.stage_id
)

select * from probabilities
