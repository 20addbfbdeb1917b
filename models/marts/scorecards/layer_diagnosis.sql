-- Where to look first when a KPI of layer 2, 3 or 4 is in breach, for the company and each segment.
-- Long, because the diagnosis shows all it rests on.
with breaches as (select * from {{ ref('kpi_breaches') }}),

kpi_status as (select * from {{ ref('kpi_status') }}),

current_values as (select * from {{ ref('int_scorecard_values') }}),

metrics as (select * from {{ configured('metrics') }}),

activity_moves as (select * from {{ ref('int_activity_moves') }}),

forecasts as (
    select *
    from {{ ref('quarter_forecast') }}
    where forecast_on = {{ as_of_date() }} and quarters_ahead = 0
),

open_breaches as (
    select
        breaches.*,
        metrics.layer,
        -- A stage leaks when its share that goes on has fallen; one that is slow does not.
        metrics.kind = 'rate' and breaches.slice_type = 'stage' as is_leak,
        coalesce(
            abs(
                breaches.metric_value
                / nullif(
                    case
                        when breaches.rule = 'age_multiple_above'
                            then breaches.threshold * breaches.baseline
                        else coalesce(breaches.baseline, breaches.threshold)
                    end,
                    0
                ) - 1
            ),
            -- Nothing won, or no answer: nothing is further off.
            case when breaches.metric_value is null then 1e9 end
        ) as shortfall
    from breaches
    inner join metrics on breaches.metric_id = metrics.metric_id
    where breaches.closed_on is null
        and breaches.scope in ('company', 'segment')
        and metrics.layer >= 2
),

broken_layers as (
    select
        scope,
        segment,
        -- One cause counts once, however many triggers see it.
        count(distinct case when layer = 2 then incident_id end) as pipeline_breaches,
        count(distinct case when layer = 3 then incident_id end) as conversion_breaches,
        count(distinct case when layer = 4 then incident_id end) as revenue_breaches,
        count(*) filter (where layer = 2 and is_leak) as leaking_stages
    from open_breaches
    group by scope, segment
),

-- The pipeline KPI of layer 1 tells whether enough is generated; of several, one that says no.
generation as (
    select
        kpi_status.scope,
        kpi_status.segment,
        current_values.metric_id as generation_metric_id,
        current_values.period_type as generation_period_type,
        current_values.period_start as generation_period_start,
        current_values.metric_value as generation_value,
        kpi_status.status = 'below' as is_generation_short,
        row_number() over (
            partition by kpi_status.scope, kpi_status.segment
            order by
                case when kpi_status.status = 'below' then 1 else 2 end asc,
                current_values.metric_id asc,
                current_values.period_type asc,
                current_values.slice_id asc
        ) as place
    from current_values
    inner join metrics
        on current_values.metric_id = metrics.metric_id
        and metrics.layer = 1
        and metrics.stack = 'pipeline'
    inner join kpi_status
        on {{ same_kpi('current_values', 'kpi_status') }}
    where current_values.scope in ('company', 'segment')
),

diagnosed as (
    select
        broken_layers.*,
        generation.generation_metric_id,
        generation.generation_period_type,
        generation.generation_period_start,
        generation.generation_value,
        coalesce(generation.is_generation_short, false) as is_generation_short,
        -- What is generated cannot make a stage leak, so a leaking stage comes first.
        case
            when broken_layers.leaking_stages > 0 then 'pipeline'
            when broken_layers.pipeline_breaches > 0 and generation.is_generation_short
                then 'generation'
            when broken_layers.pipeline_breaches > 0 then 'pipeline'
            when broken_layers.conversion_breaches > 0 then 'conversion_quality'
            else 'timing'
        end as diagnosis
    from broken_layers
    left join generation
        on broken_layers.scope = generation.scope
        and broken_layers.segment = generation.segment
        and generation.place = 1
),

-- The breach that says most within the layer found broken: a stage that leaks, for it is what the
-- diagnosis rests on; else a critical one, the furthest from what it compares with.
ranked_breaches as (
    select
        open_breaches.*,
        row_number() over (
            partition by open_breaches.scope, open_breaches.segment
            order by
                case when open_breaches.is_leak then 1 else 2 end asc,
                case open_breaches.severity when 'critical' then 1 else 2 end asc,
                open_breaches.shortfall desc nulls last,
                open_breaches.opened_on asc,
                open_breaches.breach_id asc
        ) as place
    from open_breaches
    inner join diagnosed
        on open_breaches.scope = diagnosed.scope
        and open_breaches.segment = diagnosed.segment
        and case diagnosed.diagnosis
            when 'conversion_quality' then open_breaches.layer = 3
            when 'timing' then open_breaches.layer = 4
            else open_breaches.layer = 2
        end
),

moves as (
    select
        scope,
        segment,
        max(case when place = 1 then metric_id end) as activity_metric_id,
        max(case when place = 1 then value_now end) as activity_value,
        max(case when place = 1 then value_before end) as activity_value_before,
        max(case when place = 1 then relative_change end) as activity_change,
        {{ joined_samples('metric_id', 'place') }} as activity_moved
    from activity_moves
    where is_evident
    group by scope, segment
),

layer_diagnosis as (
    select
        {{ as_of_date() }} as as_of_date,
        diagnosed.scope,
        diagnosed.segment,
        'all' as team_id,
        'all' as rep_id,
        diagnosed.diagnosis,
        ranked_breaches.breach_id,
        ranked_breaches.incident_id,
        ranked_breaches.metric_id,
        ranked_breaches.slice_type,
        ranked_breaches.slice_id,
        ranked_breaches.metric_value,
        ranked_breaches.n,
        ranked_breaches.baseline,
        ranked_breaches.opened_on,
        ranked_breaches.status,
        cast(diagnosed.pipeline_breaches as bigint) as pipeline_breaches,
        cast(diagnosed.conversion_breaches as bigint) as conversion_breaches,
        cast(diagnosed.revenue_breaches as bigint) as revenue_breaches,
        diagnosed.generation_metric_id,
        diagnosed.generation_period_type,
        diagnosed.generation_period_start,
        diagnosed.generation_value,
        diagnosed.is_generation_short,
        moves.activity_metric_id,
        moves.activity_value,
        moves.activity_value_before,
        moves.activity_change,
        moves.activity_moved,
        forecasts.expected / nullif(cast(forecasts.target_amount as double), 0)
            as projected_attainment,
        forecasts.p_target,
        forecasts.verdict as forecast_verdict
    from diagnosed
    inner join ranked_breaches
        on diagnosed.scope = ranked_breaches.scope
        and diagnosed.segment = ranked_breaches.segment
        and ranked_breaches.place = 1
    left join moves
        on diagnosed.scope = moves.scope and diagnosed.segment = moves.segment
    left join forecasts
        on diagnosed.scope = forecasts.scope and diagnosed.segment = forecasts.segment
)

select * from layer_diagnosis
order by scope, segment
