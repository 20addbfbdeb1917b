-- The table everything derives from: one row per opportunity and state, from valid_from to before valid_to.
with observations as (select * from {{ ref('int_opportunity_observations') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates_dated') }}),

segment_rules as (select * from {{ ref('segment_rules') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

-- Each field keeps its last known value until the next observation that sets it.
carried as (
    select
        opportunity_id,
        observed_at,
        {% for field in ['stage_id', 'amount', 'close_date', 'rep_id', 'forecast_category', 'opportunity_type', 'is_deleted'] -%}
        {{ last_known(field, 'partition by opportunity_id order by observed_at, observation_kind, change_number') }}
            as {{ field }},
        {% endfor -%}
        is_inferred,
        lead(observed_at) over (
            partition by opportunity_id order by observed_at, observation_kind, change_number
        ) as next_observed_at
    from observations
),

-- Within one instant only the last state was ever visible.
instants as (
    select *
    from carried
    where next_observed_at is null or next_observed_at > observed_at
),

compared as (
    select
        *,
        lag(stage_id) over by_time as stage_id_before,
        lag(amount) over by_time as amount_before,
        lag(close_date) over by_time as close_date_before,
        lag(rep_id) over by_time as rep_id_before,
        lag(forecast_category) over by_time as forecast_category_before,
        lag(opportunity_type) over by_time as opportunity_type_before,
        lag(is_deleted) over by_time as is_deleted_before
    from instants
    window by_time as (partition by opportunity_id order by observed_at)
),

-- A save that changes nothing is not a version.
changed as (
    select *
    from compared
    where stage_id is distinct from stage_id_before
        or amount is distinct from amount_before
        or close_date is distinct from close_date_before
        or rep_id is distinct from rep_id_before
        or forecast_category is distinct from forecast_category_before
        or opportunity_type is distinct from opportunity_type_before
        or is_deleted is distinct from is_deleted_before
),

spans as (
    select
        changed.opportunity_id,
        row_number() over by_time as version_number,
        changed.observed_at as valid_from,
        lead(changed.observed_at) over by_time as valid_to,
        {{ business_day('changed.observed_at') }} as valid_from_day,
        changed.stage_id,
        nullif(changed.amount, {{ no_amount() }}) as amount_original,
        nullif(changed.close_date, {{ no_date() }}) as close_date,
        changed.rep_id,
        nullif(changed.forecast_category, {{ no_text() }}) as forecast_category,
        nullif(changed.opportunity_type, {{ no_text() }}) as opportunity_type,
        changed.is_deleted,
        not(stages.is_won or stages.is_lost or changed.is_deleted) as is_open,
        stages.is_won and not changed.is_deleted as is_won,
        stages.is_lost and not changed.is_deleted as is_lost,
        stages.is_qualified,
        changed.is_inferred
    from changed
    inner join stages on changed.stage_id = stages.stage_id
    window by_time as (partition by changed.opportunity_id order by changed.observed_at)
),

converted as (
    select
        spans.*,
        opportunities.account_id,
        opportunities.currency_code,
        case
            when opportunities.currency_code = '{{ var("reporting_currency") }}' then spans.amount_original
            else cast(spans.amount_original / exchange_rates.conversion_rate as decimal(18, 2))
        end as amount,
        opportunities.segment_by_opportunity_field,
        opportunities.segment_by_account_field,
        opportunities.segment_by_account_rule,
        assignments.segment as segment_by_rep_roster,
        coalesce(assignments.team_id, 'unassigned') as team_id
    from spans
    inner join opportunities on spans.opportunity_id = opportunities.opportunity_id
    left join exchange_rates
        on opportunities.currency_code = exchange_rates.currency_code
        and spans.valid_from_day >= exchange_rates.valid_from
        and spans.valid_from_day < exchange_rates.valid_to
    left join assignments
        on spans.rep_id = assignments.rep_id
        and spans.valid_from_day >= assignments.valid_from
        and spans.valid_from_day < assignments.valid_to
),

-- The ACV tier comes from the amount at qualification; until then the amount of the day stands in for it.
qualified_amounts as (
    select
        opportunity_id,
        min_by(amount, version_number) as qualified_amount,
        min(version_number) as qualified_version_number
    from converted
    where is_qualified
    group by opportunity_id
),

tiered as (
    select
        converted.*,
        acv_bands.segment as acv_tier
    from converted
    left join qualified_amounts on converted.opportunity_id = qualified_amounts.opportunity_id
    left join segment_rules as acv_bands
        on acv_bands.rule = 'acv_band'
        and case
            when converted.version_number >= qualified_amounts.qualified_version_number
                then qualified_amounts.qualified_amount
            else converted.amount
        end >= coalesce(acv_bands.lower_bound, 0)
        and (
            case
                when converted.version_number >= qualified_amounts.qualified_version_number
                    then qualified_amounts.qualified_amount
                else converted.amount
            end < acv_bands.upper_bound
            or acv_bands.upper_bound is null
        )
),

versions as (
    select
        opportunity_id,
        version_number,
        valid_from,
        valid_to,
        valid_from_day,
        stage_id,
        amount,
        amount_original,
        currency_code,
        close_date,
        rep_id,
        team_id,
        coalesce(
            {% for origin in var('segment_order') -%}
            {{ 'acv_tier' if origin == 'acv_band' else 'segment_by_' ~ origin }},
            {% endfor -%}
            'unassigned'
        ) as segment,
        acv_tier,
        account_id,
        forecast_category,
        opportunity_type,
        is_deleted is true as is_deleted,
        is_open,
        is_won,
        is_lost,
        is_qualified,
        is_inferred
    from tiered
)

select * from versions
