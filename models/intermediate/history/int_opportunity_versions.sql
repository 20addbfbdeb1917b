-- The table everything derives from: one row per deal and state, from valid_from to before
-- valid_to, in the reporting currency, with the segment and team of that moment. Long, because
-- currency, segment and tier are looked up one after the other.
with spans as (select * from {{ ref('int_opportunity_spans') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

stages as (select * from {{ ref('int_stages_mapped') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates_dated') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

account_versions as (select * from {{ ref('int_account_versions') }}),

acv_bands as (
    select *
    from {{ ref('segment_rules') }}
    where rule = 'acv_band'
),

dated as (
    select
        *,
        {{ business_day('valid_from') }} as valid_from_day
    from spans
),

converted as (
    select
        dated.*,
        opportunities.account_id,
        opportunities.currency_code,
        case
            when opportunities.currency_code = '{{ var("reporting_currency") }}' then dated.amount
            else
                cast(
                    dated.amount
                    / exchange_rates.conversion_rate
                    * coalesce(reporting_rates.conversion_rate, 1) as decimal(18, 2)
                )
        end as converted_amount,
        stages.is_won and not dated.is_deleted as is_won,
        stages.is_lost and not dated.is_deleted as is_lost,
        stages.is_qualified,
        opportunities.segment_by_opportunity_field,
        -- As the account stood then, where the CRM logs it, else as it stands today.
        case
            when account_versions.account_id is null then opportunities.segment_by_account_field
            else account_versions.segment_by_account_field
        end as segment_by_account_field,
        case
            when account_versions.account_id is null then opportunities.segment_by_account_rule
            else account_versions.segment_by_account_rule
        end as segment_by_account_rule,
        assignments.segment as segment_by_rep_roster,
        coalesce(assignments.team_id, 'unassigned') as team_id
    from dated
    inner join opportunities on dated.opportunity_id = opportunities.opportunity_id
    inner join stages on dated.stage_id = stages.stage_id
    left join exchange_rates
        on opportunities.currency_code = exchange_rates.currency_code
        and dated.valid_from_day >= exchange_rates.valid_from
        and dated.valid_from_day < exchange_rates.valid_to
    left join exchange_rates as reporting_rates
        on reporting_rates.currency_code = '{{ var("reporting_currency") }}'
        and dated.valid_from_day >= reporting_rates.valid_from
        and dated.valid_from_day < reporting_rates.valid_to
    left join account_versions
        on opportunities.account_id = account_versions.account_id
        and dated.valid_from >= account_versions.valid_from
        and (account_versions.valid_to is null or dated.valid_from < account_versions.valid_to)
    left join assignments
        on dated.rep_id = assignments.rep_id
        and dated.valid_from_day >= assignments.valid_from
        and dated.valid_from_day < assignments.valid_to
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
    inner join acv_bands
        on qualifications.qualified_amount >= coalesce(acv_bands.lower_bound, 0)
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
