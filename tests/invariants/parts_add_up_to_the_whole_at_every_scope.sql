-- What the segments, teams or reps hold together is what the company holds, at every scope the
-- metric is reported at and in both directions. A sum adds up in its numerator; a ratio in its
-- denominator (a rep with meetings won but none held has no row to rate), unless its denominator is
-- a whole that serves every slice, then in its numerator. Sums of decimals shown as doubles may
-- differ in the last digits, hence a tenth of a cent, and of large amounts so much as a double
-- loses. Where a rep has no row of rep and segment in a period his own row stands for it, and so
-- with teams.
with metric_values as (select * from {{ ref('metric_values') }}),

-- A metric whose tiers look through windows of their own does not add up, by design.
metrics as (
    select
        metrics.metric_id,
        metrics.method = 'sum'
        or denominators.slice_type <> metrics.slice_type as is_judged_by_numerator
    from {{ configured('metrics') }} as metrics
    left join {{ ref('measures') }} as denominators on metrics.denominator = denominators.measure_id
    anti join {{ configured('metric_windows') }} as metric_windows
        on metrics.metric_id = metric_windows.metric_id
    where metrics.method in ('sum', 'ratio')
),

grains as (select * from {{ ref('int_metric_grains') }}),

judged as (
    select
        metric_values.metric_id,
        metric_values.scope,
        metric_values.period_type,
        metric_values.period_start,
        metric_values.team_id,
        metric_values.rep_id,
        metric_values.slice_id,
        case
            when metrics.is_judged_by_numerator then metric_values.numerator
            else metric_values.denominator
        end as amount
    from metric_values
    inner join metrics on metric_values.metric_id = metrics.metric_id
),

standing_in as (
    select
        judged.metric_id,
        concat(judged.scope, '_segment') as scope,
        judged.period_type,
        judged.period_start,
        judged.slice_id,
        judged.amount
    from judged
    inner join grains
        on judged.metric_id = grains.metric_id
        and judged.period_type = grains.period_type
        and concat(judged.scope, '_segment') = grains.scope
    anti join judged as told_apart
        on concat(judged.scope, '_segment') = told_apart.scope
        and judged.metric_id = told_apart.metric_id
        and judged.period_type = told_apart.period_type
        and judged.period_start = told_apart.period_start
        and judged.team_id = told_apart.team_id
        and judged.rep_id = told_apart.rep_id
        and judged.slice_id = told_apart.slice_id
    where judged.scope in ('team', 'rep')
),

wholes as (
    select
        judged.metric_id,
        grains.scope,
        judged.period_type,
        judged.period_start,
        judged.slice_id,
        judged.amount
    from judged
    inner join grains
        on judged.metric_id = grains.metric_id
        and judged.period_type = grains.period_type
        and grains.scope <> 'company'
    where judged.scope = 'company'
),

parts as (
    select
        metric_id,
        scope,
        period_type,
        period_start,
        slice_id,
        sum(amount) as amount,
        sum(abs(amount)) as magnitude
    from (
        select
            metric_id,
            scope,
            period_type,
            period_start,
            slice_id,
            amount
        from judged
        where scope <> 'company'
        union all
        select * from standing_in
    ) as every_part
    group by 1, 2, 3, 4, 5
),

-- Who is on leave has no zero: a company of one rep may have nobody at work for a while.
staffed as (
    select distinct
        periods.period_type,
        periods.period_start
    from {{ ref('int_calendar_periods') }} as periods
    inner join {{ ref('int_scope_keys') }} as scope_keys
        on scope_keys.scope = 'rep'
        and periods.window_end >= scope_keys.first_day
        and periods.period_start <= scope_keys.last_day
),

broken as (
    select
        coalesce(wholes.metric_id, parts.metric_id) as metric_id,
        coalesce(wholes.scope, parts.scope) as scope,
        wholes.amount as whole,
        parts.amount as sum_of_parts
    from wholes
    full join parts
        on wholes.metric_id = parts.metric_id
        and wholes.scope = parts.scope
        and wholes.period_type = parts.period_type
        and wholes.period_start = parts.period_start
        and wholes.slice_id = parts.slice_id
    left join staffed
        on wholes.period_type = staffed.period_type
        and wholes.period_start = staffed.period_start
    -- A slice that is zero today may have occurred where nothing is counted today.
    where
        coalesce(
            abs(wholes.amount - parts.amount) > greatest(0.001, 1e-13 * parts.magnitude),
            (
                coalesce(wholes.slice_id, parts.slice_id) = 'all'
                and (
                    coalesce(wholes.scope not like 'rep%', true)
                    or staffed.period_start is not null
                )
            )
            or coalesce(wholes.amount, parts.amount) <> 0
        )
)

select * from broken
