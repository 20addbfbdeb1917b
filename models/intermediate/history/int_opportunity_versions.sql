-- The table everything derives from: one row per deal and state, from valid_from to before
-- valid_to, in the reporting currency, with the segment and team of that moment. Long, because the
-- day whose rate an amount takes is found here, and currency, segment and tier one after the other.
with spans as (select * from {{ ref('int_opportunity_spans') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

dated_rates as (select * from {{ ref('int_exchange_rates_dated') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

segment_rules as (select * from {{ configured('segment_rules') }}),

loss_reasons as (select * from {{ configured('loss_reason_map') }}),

account_segments as (select * from {{ ref('int_account_segments') }}),

-- A currency's rate beside that of the reporting currency, for the days on which both hold.
exchange_rates as (
    select
        dated_rates.currency_code,
        greatest(dated_rates.valid_from, reporting_rates.valid_from) as valid_from,
        least(dated_rates.valid_to, reporting_rates.valid_to) as valid_to,
        dated_rates.conversion_rate,
        reporting_rates.conversion_rate as reporting_rate
    from dated_rates
    inner join dated_rates as reporting_rates
        on reporting_rates.currency_code = '{{ var("reporting_currency") }}'
        and dated_rates.valid_from < reporting_rates.valid_to
        and dated_rates.valid_to > reporting_rates.valid_from
),

staged as (
    select
        spans.*,
        {{ business_day('spans.valid_from') }} as valid_from_day,
        stages.is_won as is_won_stage,
        stages.is_lost as is_lost_stage,
        stages.is_qualified,
        lag(spans.amount) over by_version as amount_before,
        lag(spans.currency_code) over by_version as currency_code_before,
        lag(stages.is_won) over by_version as was_won_stage,
        lag(stages.is_lost) over by_version as was_lost_stage
    from spans
    inner join stages on spans.stage_id = stages.stage_id
    window by_version as (partition by spans.opportunity_id order by spans.version_number)
),

-- An amount begins where it or its currency is set, a closing where the deal is won or lost. A deal
-- that was closed when its record was made closed on its close date.
marked as (
    select
        *,
        case
            when
                version_number = 1
                or (amount is distinct from amount_before)
                or (currency_code is distinct from currency_code_before)
                then valid_from_day
        end as amount_set_on,
        case
            when not is_won_stage and not is_lost_stage then null
            when version_number = 1 then least(close_date, valid_from_day)
            when (is_won_stage is distinct from was_won_stage) then valid_from_day
            when (is_lost_stage is distinct from was_lost_stage) then valid_from_day
        end as closing_began_on
    from staged
),

-- Days only grow along a deal's versions, so the largest so far is the last one.
rated as (
    select
        *,
        case
            when is_won_stage or is_lost_stage then max(closing_began_on) over so_far
            else max(amount_set_on) over so_far
        end as rated_on
    from marked
    window so_far as (
        partition by opportunity_id
        order by version_number
        rows between unbounded preceding and current row
    )
),

converted as (
    select
        rated.*,
        opportunities.account_id,
        case
            when rated.currency_code = '{{ var("reporting_currency") }}' then rated.amount
            else
                {{ safe_cast(
                    'rated.amount / exchange_rates.conversion_rate'
                    ~ ' * exchange_rates.reporting_rate',
                    'decimal(18, 2)'
                ) }}
        end as converted_amount,
        rated.is_won_stage and not rated.is_deleted as is_won,
        rated.is_lost_stage and not rated.is_deleted as is_lost,
        coalesce(named.segment, rated.segment_value) as segment_by_opportunity_field,
        account_segments.segment_by_account_field,
        account_segments.segment_by_account_rule,
        assignments.segment as segment_by_rep_roster,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        coalesce(loss_reasons.loss_reason, lower(rated.loss_reason), 'unknown')
            as loss_reason_category
    from rated
    inner join opportunities on rated.opportunity_id = opportunities.opportunity_id
    left join exchange_rates
        on rated.currency_code = exchange_rates.currency_code
        and {{ in_force('exchange_rates', 'rated.rated_on') }}
    left join segment_rules as named
        on named.rule = 'field_value' and lower(rated.segment_value) = named.raw_value
    left join loss_reasons on lower(rated.loss_reason) = loss_reasons.raw_reason
    left join account_segments
        on opportunities.account_id = account_segments.account_id
        and {{ in_force('account_segments', 'rated.valid_from', open_ended=true) }}
    left join assignments
        on rated.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'rated.valid_from_day') }}
),

qualifications as (
    select
        opportunity_id,
        {{ first_amount('converted_amount', 'version_number') }} as qualified_amount,
        min(version_number) as qualified_version_number
    from converted
    where is_qualified
    group by opportunity_id
),

-- The ACV tier comes from the amount at qualification; before it there is none.
tiers as (
    select
        qualifications.opportunity_id,
        qualifications.qualified_version_number,
        acv_bands.segment as acv_tier
    from qualifications
    inner join segment_rules as acv_bands
        on acv_bands.rule = 'acv_band'
        and qualifications.qualified_amount >= coalesce(acv_bands.lower_bound, 0)
        and (
            qualifications.qualified_amount < acv_bands.upper_bound
            or acv_bands.upper_bound is null
        )
),

versions as (
    select
        converted.opportunity_id,
        converted.version_number,
        converted.visit_number,
        converted.valid_from,
        converted.valid_to,
        converted.valid_from_day,
        converted.stage_id,
        converted.converted_amount as amount,
        converted.amount as amount_original,
        converted.currency_code,
        converted.close_date,
        converted.rep_id,
        converted.team_id,
        coalesce(
            {%- for origin in var('segment_order') %}
            {{ 'tiers.acv_tier' if origin == 'acv_band' else 'converted.segment_by_' ~ origin }},
            {%- endfor %}
            'unassigned'
        ) as segment,
        tiers.acv_tier,
        converted.account_id,
        converted.forecast_category,
        converted.opportunity_type,
        converted.loss_reason_category as loss_reason,
        converted.is_deleted,
        not converted.is_won and not converted.is_lost and not converted.is_deleted as is_open,
        converted.is_won,
        converted.is_lost,
        converted.is_qualified,
        converted.is_inferred
    from converted
    left join tiers
        on converted.opportunity_id = tiers.opportunity_id
        and converted.version_number >= tiers.qualified_version_number
)

select * from versions
