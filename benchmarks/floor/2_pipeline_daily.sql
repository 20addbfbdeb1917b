-- The open pipeline at the end of every day by segment, team, rep, stage, close bucket and type, by
-- deltas and a running sum. The weighted amount of the project's table is left out.
create table pipeline_spans as
with open_runs as (
    select
        versions.opportunity_id,
        cast(valid_from as date) as from_day,
        coalesce(cast(valid_to as date), (getvariable('as_of_date') + 1)) as to_day,
        segment,
        rep_id,
        versions.stage_id,
        cast(date_trunc('quarter', close_date + interval 1 month) - interval 1 month as date)
            as close_quarter,
        coalesce(opportunity_type, 'unknown') as opportunity_type,
        amount,
        coalesce(ordered.is_qualified, false) as is_qualified
    from versions
    left join (
        select distinct stage_id, is_qualified, is_won or is_lost as is_closed from stages
    ) as ordered on versions.stage_id = ordered.stage_id
    where not is_deleted
        and not coalesce(ordered.is_closed, false)
        and cast(valid_from as date) is distinct from cast(valid_to as date)
),

placements as (
    select rep_id, valid_from, valid_to, team_id from roster
    union all
    select rep_id, date '1900-01-01', min(valid_from), 'unassigned' from roster group by 1
)

select
    open_runs.* replace (
        greatest(from_day, coalesce(valid_from, from_day)) as from_day,
        least(to_day, coalesce(valid_to, to_day)) as to_day
    ),
    coalesce(team_id, 'unassigned') as team_id
from open_runs
left join placements
    on open_runs.rep_id = placements.rep_id
    and open_runs.from_day < placements.valid_to
    and open_runs.to_day > placements.valid_from;

create table pipeline_daily as
with quarters as (
    select distinct close_quarter from pipeline_spans where close_quarter is not null
),

buckets as (
    select
        close_quarter,
        unnest(['later', 'next', 'this', 'past_due']) as close_bucket,
        unnest([
            date '1900-01-01',
            cast(close_quarter - interval 3 month as date),
            close_quarter,
            cast(close_quarter + interval 3 month as date)
        ]) as from_day,
        unnest([
            cast(close_quarter - interval 3 month as date),
            close_quarter,
            cast(close_quarter + interval 3 month as date),
            date '9999-12-31'
        ]) as to_day
    from quarters
),

bucketed as (
    select
        pipeline_spans.* replace (
            greatest(pipeline_spans.from_day, coalesce(buckets.from_day, pipeline_spans.from_day))
                as from_day,
            least(pipeline_spans.to_day, coalesce(buckets.to_day, pipeline_spans.to_day)) as to_day
        ),
        coalesce(close_bucket, 'later') as close_bucket
    from pipeline_spans
    left join buckets
        on pipeline_spans.close_quarter = buckets.close_quarter
        and pipeline_spans.from_day < buckets.to_day
        and pipeline_spans.to_day > buckets.from_day
),

deltas as (
    select *, from_day as change_day, 1 as sign from bucketed
    union all
    select *, to_day as change_day, -1 as sign from bucketed
    where to_day <= getvariable('as_of_date')
),

changes as (
    select
        segment, team_id, rep_id, stage_id, close_bucket, opportunity_type, change_day,
        sum(sign) as deals,
        sum(sign * amount) as amount,
        sum(sign) filter (where is_qualified) as qualified_deals,
        sum(sign * amount) filter (where is_qualified) as qualified_amount
    from deltas
    group by all
),

states as (
    select
        segment, team_id, rep_id, stage_id, close_bucket, opportunity_type,
        change_day as from_day,
        lead(change_day) over so_far as to_day,
        sum(deals) over so_far as deals,
        coalesce(sum(amount) over so_far, 0) as amount,
        coalesce(sum(qualified_deals) over so_far, 0) as qualified_deals,
        coalesce(sum(qualified_amount) over so_far, 0) as qualified_amount
    from changes
    window so_far as (
        partition by segment, team_id, rep_id, stage_id, close_bucket, opportunity_type
        order by change_day rows between unbounded preceding and current row
    )
)

select
    from_day + cast(unnest(range(
        coalesce(to_day, (getvariable('as_of_date') + 1)) - from_day
    )) as integer) as date_day,
    segment, team_id, rep_id, stage_id, close_bucket, opportunity_type,
    cast(deals as bigint) as deal_count,
    cast(amount as decimal(18, 2)) as amount,
    cast(qualified_deals as bigint) as qualified_count,
    cast(qualified_amount as decimal(18, 2)) as qualified_amount
from states
where deals > 0
order by all;
