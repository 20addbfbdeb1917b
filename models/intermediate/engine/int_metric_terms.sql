-- What the catalog asks for: which measure over which window is a metric's numerator, denominator
-- or n, now and over the earlier days it is compared with (metric_baselines). A tier may look
-- through other windows than the rest (metric_windows); its rows then name the tier. What bars a
-- metric, or the judgement on it, where it occurs (metric_evidence) is summed over the same days.
-- Long, because each role is one branch of the union.
with metrics as (select * from {{ configured('metrics') }}),

metric_windows as (select * from {{ configured('metric_windows') }}),

metric_baselines as (select * from {{ configured('metric_baselines') }}),

metric_evidence as (
    select *
    from {{ configured('metric_evidence') }}
    where kind in ('bars', 'unjudged')
),

measures as (select * from {{ ref('measures') }}),

windows as (
    select
        metric_id,
        'all' as acv_tier,
        window_id,
        denominator_window_id
    from metrics
    union all
    select
        metric_id,
        acv_tier,
        window_id,
        denominator_window_id
    from metric_windows
),

terms as (
    {% for role in ['numerator', 'denominator', 'n_measure'] -%}
    {% if not loop.first %}union all{% endif %}
    select
        metrics.metric_id,
        windows.acv_tier,
        '{{ role }}' as role,
        metrics.{{ role }} as measure_id,
        -- n is counted where the measure of that name stands: beside the denominator if it is the
        -- denominator, and where the catalog says so if there is none.
        case
            when '{{ role }}' = 'denominator' or metrics.{{ role }} = metrics.denominator
                then windows.denominator_window_id
            when '{{ role }}' = 'n_measure' and metrics.denominator is null
                then coalesce(windows.denominator_window_id, windows.window_id)
            else windows.window_id
        end as window_id
    from metrics
    inner join windows on metrics.metric_id = windows.metric_id
    where metrics.method in ('sum', 'ratio') and metrics.{{ role }} is not null
    {% endfor -%}
    {% for role in ['numerator', 'denominator', 'n_measure'] -%}
    union all
    select
        metrics.metric_id,
        'all' as acv_tier,
        'baseline_{{ role }}' as role,
        metrics.{{ role }} as measure_id,
        metric_baselines.window_id
    from metrics
    inner join metric_baselines on metrics.metric_id = metric_baselines.metric_id
    where metrics.{{ role }} is not null
    {% endfor -%}
    union all
    select
        metrics.metric_id,
        windows.acv_tier,
        metric_evidence.kind as role,
        metric_evidence.measure_id,
        windows.window_id
    from metrics
    inner join windows on metrics.metric_id = windows.metric_id
    inner join metric_evidence on metrics.metric_id = metric_evidence.metric_id
    union all
    select
        metrics.metric_id,
        'all' as acv_tier,
        'bars_baseline' as role,
        metric_evidence.measure_id,
        metric_baselines.window_id
    from metrics
    inner join metric_baselines on metrics.metric_id = metric_baselines.metric_id
    inner join metric_evidence
        on metrics.metric_id = metric_evidence.metric_id and metric_evidence.kind = 'bars'
),

metric_terms as (
    select
        terms.*,
        metrics.slice_type,
        measures.slice_type as measure_slice_type
    from terms
    inner join metrics on terms.metric_id = metrics.metric_id
    inner join measures on terms.measure_id = measures.measure_id
)

select * from metric_terms
