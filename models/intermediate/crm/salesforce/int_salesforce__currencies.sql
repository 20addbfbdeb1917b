-- The dated rates, and the undated one of each currency.
with currency_types as (select * from {{ ref('stg_salesforce__currency_types') }}),

dated_rates as (select * from {{ ref('stg_salesforce__dated_conversion_rates') }}),

currencies as (
    select
        upper(currency_code) as currency_code,
        cast(null as date) as starts_on,
        conversion_rate,
        is_corporate
    from currency_types
    where not is_deleted
    union all
    select
        upper(currency_code) as currency_code,
        starts_on,
        conversion_rate,
        false as is_corporate
    from dated_rates
    where not is_deleted and starts_on is not null
)

select * from currencies
