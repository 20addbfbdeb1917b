-- Rows of planning that are used for nothing, say the same thing twice or lack their value. Long,
-- because every table of planning is looked at.
with targets as (select * from {{ ref('stg_planning__targets') }}),

quotas as (select * from {{ ref('stg_planning__quotas') }}),

ramp_schedule as (select * from {{ ref('stg_planning__ramp_schedule') }}),

spend as (select * from {{ ref('stg_planning__spend') }}),

gross_margin as (select * from {{ ref('stg_planning__gross_margin') }}),

trials as (select * from {{ ref('stg_planning__trials') }}),

call_scores as (select * from {{ ref('stg_planning__call_scores') }}),

movements as (select * from {{ ref('stg_planning__arr_movements') }}),

submissions as (
    select
        *,
        {{ normalised_forecast_category('category') }} as known_category
    from {{ ref('stg_planning__forecast_submissions') }}
),

metrics as (select * from {{ configured('metrics') }}),

segment_names as (select * from {{ ref('int_segment_names') }}),

findings as (
    -- Targets are compared with what is won.
    select
        'unused_planned_row' as check_id,
        {{ planned_row('targets', ['segment', 'quarter_start', 'targets.metric_id']) }} as row_id
    from targets
    semi join metrics on targets.metric_id = metrics.metric_id
    where targets.metric_id <> 'closed_won_amount'
    union all
    -- Several months of one quarter are one quarter, and a segment or category has several names.
    {%- for table, columns in {
        'targets': ['quarter_start', 'metric_id'],
        'ramp_schedule': ['tenure_month'],
        'spend': ['month_start'],
        'gross_margin': ['month_start'],
    }.items() %}
    {%- set segment = 'coalesce(segment_names.segment, ' ~ table ~ '.segment)' %}
    select
        'double_planned_row' as check_id,
        {{ planned_row(table, [segment] + columns) }} as row_id
    from {{ table }}
    left join segment_names on lower({{ table }}.segment) = segment_names.spelling
    group by {{ ([segment] + columns) | join(', ') }}
    having count(*) > 1
    union all
    {%- endfor %}
    select
        'double_planned_row' as check_id,
        {{ planned_row(
            'forecast_submissions', ['rep_id', 'submitted_at', 'quarter_start', 'known_category']
        ) }} as row_id
    from submissions
    group by rep_id, submitted_at, quarter_start, known_category
    having count(*) > 1
    union all
    {%- for table, of_table in {
        'targets': ['amount', ['segment', 'quarter_start', 'metric_id']],
        'quotas': ['amount', ['rep_id', 'month_start']],
        'ramp_schedule': ['share', ['segment', 'tenure_month']],
        'spend': ['amount', ['segment', 'month_start']],
        'gross_margin': ['gross_margin', ['segment', 'month_start']],
        'trials': ['started_on', ['trial_id']],
        'call_scores': ['score', ['rep_id', 'scored_at']],
        'movements': ['amount', ['account_id', 'month_start', 'kind']],
        'submissions': ['amount', ['rep_id', 'submitted_at', 'category']],
    }.items() %}
    select
        'empty_planned_value' as check_id,
        {{ planned_row(table, of_table[1]) }} as row_id
    from {{ table }}
    where {{ table }}.{{ of_table[0] }} is null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from findings
