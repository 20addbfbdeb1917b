-- Rows of planning that would be used for nothing, or for something else than they say, without a
-- word: they name what nobody knows, say the same thing twice, or lack their value. Long, because
-- each check is an idea of its own.
with targets as (
    select *
    from {{ ref('stg_planning__targets') }}
    where not is_deleted
),

quotas as (
    select *
    from {{ ref('stg_planning__quotas') }}
    where not is_deleted
),

roster as (
    select *
    from {{ ref('stg_planning__rep_roster') }}
    where not is_deleted
),

ramp_schedule as (
    select *
    from {{ ref('stg_planning__ramp_schedule') }}
    where not is_deleted
),

spend as (
    select *
    from {{ ref('stg_planning__spend') }}
    where not is_deleted
),

gross_margin as (
    select *
    from {{ ref('stg_planning__gross_margin') }}
    where not is_deleted
),

trials as (
    select *
    from {{ ref('stg_planning__trials') }}
    where not is_deleted
),

call_scores as (
    select *
    from {{ ref('stg_planning__call_scores') }}
    where not is_deleted
),

movements as (
    select *
    from {{ ref('stg_planning__arr_movements') }}
    where not is_deleted
),

submissions as (
    select
        *,
        {{ normalised_forecast_category('category') }} as known_category
    from {{ ref('stg_planning__forecast_submissions') }}
    where not is_deleted
),

interventions as (
    select *
    from {{ ref('stg_planning__interventions') }}
    where not is_deleted
),

metrics as (select * from {{ ref('metrics') }}),

segments as (select * from {{ ref('segments') }}),

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

unknown_metrics as (
    select
        'unknown_planned_metric' as check_id,
        {{ planned_row('targets', ['segment', 'quarter_start', 'metric_id']) }} as row_id
    from targets
    anti join metrics on targets.metric_id = metrics.metric_id
),

-- Targets are compared with what is won, and the ramp of a rep is that of the segment.
unused_rows as (
    select
        'unused_planned_row' as check_id,
        {{ planned_row('targets', ['segment', 'quarter_start', 'targets.metric_id']) }} as row_id
    from targets
    semi join metrics on targets.metric_id = metrics.metric_id
    where targets.metric_id <> 'closed_won_amount'
    union all
    select
        'unused_planned_row' as check_id,
        {{ planned_row('ramp_schedule', ['segment', 'tenure_month']) }} as row_id
    from ramp_schedule
    where segment = 'all'
),

segmented as (
    {%- for table, columns in {
        'targets': ['segment', 'quarter_start', 'metric_id'],
        'roster': ['segment', 'rep_id', 'starts_on'],
        'ramp_schedule': ['segment', 'tenure_month'],
        'spend': ['segment', 'month_start'],
        'gross_margin': ['segment', 'month_start'],
        'trials': ['segment', 'trial_id'],
    }.items() %}
    select
        segment,
        {{ planned_row(table, columns) }} as row_id
    from {{ table }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

unknown_segments as (
    select
        'unknown_planned_segment' as check_id,
        segmented.row_id
    from segmented
    anti join known_segments on segmented.segment = known_segments.segment
    where segmented.segment is not null
),

unknown_kinds as (
    select
        'unknown_movement_kind' as check_id,
        {{ planned_row('arr_movements', ['account_id', 'month_start', 'kind']) }} as row_id
    from movements
    where lower(kind) not in ('start', 'new', 'expansion', 'contraction', 'churn')
),

unknown_categories as (
    select
        'unknown_forecast_category' as check_id,
        {{ planned_row('forecast_submissions', ['rep_id', 'submitted_at', 'category']) }} as row_id
    from submissions
    where
        known_category not in (
            'omitted', 'pipeline', 'best_case', 'most_likely', 'commit', 'closed'
        )
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

unknown_accounts as (
    select
        'unknown_planned_account' as check_id,
        owned.row_id
    from owned
    anti join accounts on owned.account_id = accounts.account_id
),

unknown_breaches as (
    select
        'unknown_breach' as check_id,
        {{ planned_row('interventions', ['interventions.breach_id', 'taken_at']) }} as row_id
    from interventions
    anti join breaches on interventions.breach_id = breaches.breach_id
    where interventions.taken_at < {{ as_of_end() }}
),

-- Several days of one quarter are one quarter, and a category has several names.
doubles as (
    select
        'double_planned_row' as check_id,
        {{ planned_row('targets', ['segment', 'quarter_start', 'metric_id']) }} as row_id
    from targets
    group by segment, quarter_start, metric_id
    having count(*) > 1
    union all
    select
        'double_planned_row' as check_id,
        {{ planned_row(
            'forecast_submissions', ['rep_id', 'submitted_at', 'quarter_start', 'known_category']
        ) }} as row_id
    from submissions
    group by rep_id, submitted_at, quarter_start, known_category
    having count(*) > 1
),

empty_rows as (
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
),

findings as (
    select * from unknown_metrics
    union all
    select * from unused_rows
    union all
    select * from unknown_segments
    union all
    select * from unknown_kinds
    union all
    select * from unknown_categories
    union all
    select * from unknown_accounts
    union all
    select * from unknown_breaches
    union all
    select * from doubles
    union all
    select * from empty_rows
)

select * from findings
