-- Rows of planning that name what nobody knows: they would be used for nothing, without a word.
-- Long, because each kind of name is looked up elsewhere.
with targets as (select * from {{ ref('stg_planning__targets') }}),

roster as (select * from {{ ref('stg_planning__rep_roster') }}),

ramp_schedule as (select * from {{ ref('stg_planning__ramp_schedule') }}),

spend as (select * from {{ ref('stg_planning__spend') }}),

gross_margin as (select * from {{ ref('stg_planning__gross_margin') }}),

trials as (select * from {{ ref('stg_planning__trials') }}),

movements as (select * from {{ ref('stg_planning__arr_movements') }}),

submissions as (
    select
        *,
        {{ normalised_forecast_category('category') }} as known_category
    from {{ ref('stg_planning__forecast_submissions') }}
),

interventions as (select * from {{ ref('stg_planning__interventions') }}),

metrics as (select * from {{ configured('metrics') }}),

segments as (select * from {{ configured('segments') }}),

segment_names as (select * from {{ ref('int_segment_names') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

accounts as (select * from {{ ref('int_accounts_resolved') }}),

breaches as (select * from {{ ref('int_kpi_breach_periods') }}),

known_segments as (
    select segment from segments
    union
    select segment from versions
    union
    select 'all' as segment
),

-- The segment a row means, however it is spelled.
segmented as (
    {%- for table, columns in {
        'targets': ['quarter_start', 'metric_id'],
        'roster': ['rep_id', 'starts_on'],
        'ramp_schedule': ['tenure_month'],
        'spend': ['month_start'],
        'gross_margin': ['month_start'],
        'trials': ['trial_id'],
    }.items() %}
    select
        coalesce(segment_names.segment, {{ table }}.segment) as segment,
        {{ planned_row(table, [table ~ '.segment'] + columns) }} as row_id
    from {{ table }}
    left join segment_names on lower({{ table }}.segment) = segment_names.spelling
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

owned as (
    select
        account_id,
        {{ planned_row('arr_movements', ['account_id', 'month_start', 'kind']) }} as row_id
    from movements
    where month_start <= {{ as_of_date() }}
    union all
    select
        account_id,
        {{ planned_row('trials', ['trial_id']) }} as row_id
    from trials
    where account_id is not null and started_on <= {{ as_of_date() }}
),

findings as (
    select
        'unknown_planned_metric' as check_id,
        {{ planned_row('targets', ['segment', 'quarter_start', 'metric_id']) }} as row_id
    from targets
    anti join metrics on targets.metric_id = metrics.metric_id
    union all
    select
        'unknown_planned_segment' as check_id,
        segmented.row_id
    from segmented
    anti join known_segments on segmented.segment = known_segments.segment
    where segmented.segment is not null
    union all
    select
        'unknown_movement_kind' as check_id,
        {{ planned_row('arr_movements', ['account_id', 'month_start', 'kind']) }} as row_id
    from movements
    where lower(kind) not in ('start', 'new', 'expansion', 'contraction', 'churn')
    union all
    select
        'unknown_forecast_category' as check_id,
        {{ planned_row('forecast_submissions', ['rep_id', 'submitted_at', 'category']) }} as row_id
    from submissions
    where
        known_category not in (
            'omitted', 'pipeline', 'best_case', 'most_likely', 'commit', 'closed'
        )
    union all
    select
        'unknown_planned_account' as check_id,
        owned.row_id
    from owned
    anti join accounts on owned.account_id = accounts.account_id
    union all
    select
        'unknown_breach' as check_id,
        {{ planned_row('interventions', ['interventions.breach_id', 'taken_at']) }} as row_id
    from interventions
    anti join breaches on interventions.breach_id = breaches.breach_id
    where interventions.taken_at < {{ as_of_end() }}
)

select * from findings
