-- One rate per currency and day: a window ends where the next one begins, so windows that overlap
-- by a day cannot double rows. The undated rate of the currency fills what lies before the first
-- dated one.
with dated_rates as (select * from {{ ref('stg_salesforce__dated_conversion_rates') }}),

currency_types as (select * from {{ ref('stg_salesforce__currency_types') }}),

rates as (
    select
        upper(currency_code) as currency_code,
        -- The first window of Salesforce begins in the year 1.
        greatest(starts_on, date '1900-01-01') as starts_on,
        conversion_rate,
        1 as preference
    from dated_rates
    where starts_on is not null and conversion_rate > 0 and not is_deleted
    union all
    select
        upper(currency_code) as currency_code,
        date '1900-01-01' as starts_on,
        conversion_rate,
        2 as preference
    from currency_types
    where conversion_rate > 0 and not is_deleted
),

-- Two rates from the same day cannot both hold: the dated one does, then the smaller one.
ranked as (
    select
        *,
        row_number() over (
            partition by currency_code, starts_on order by preference asc, conversion_rate asc
        ) as choice
    from rates
),

windows as (
    select
        currency_code,
        starts_on as valid_from,
        coalesce(
            lead(starts_on) over (partition by currency_code order by starts_on), date '9999-12-31'
        ) as valid_to,
        conversion_rate
    from ranked
    where choice = 1
)

select * from windows
