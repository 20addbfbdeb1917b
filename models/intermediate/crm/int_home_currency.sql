-- One row: the corporate currency, where a table of currencies tells it, and what an amount without
-- a currency is in.
with currencies as (select * from {{ ref('int_crm_currencies') }}),

-- Rates are units for one unit of the corporate currency. Where no row has the flag, the only
-- currency with a rate of 1 is that unit.
told as (
    select
        min(case when is_corporate then currency_code end) as flagged_currency,
        case
            when
                count(distinct case when conversion_rate = 1 then currency_code end) = 1
                then min(case when conversion_rate = 1 then currency_code end)
        end as unit_currency
    from currencies
    where starts_on is null
),

home as (
    select
        coalesce(flagged_currency, unit_currency) as corporate_currency,
        coalesce(flagged_currency, '{{ var("reporting_currency") }}') as unstated_currency
    from told
)

select * from home
