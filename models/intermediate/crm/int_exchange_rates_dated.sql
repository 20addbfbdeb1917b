-- One rate per currency and day: a window ends where the next one begins, so windows that overlap
-- by a day cannot double rows. The undated rate of the currency fills what lies before the first
-- dated one; the corporate currency, which rates are units for one of, is 1 where no row says so.
with currencies as (select * from {{ ref('int_crm_currencies') }}),

home as (select * from {{ ref('int_home_currency') }}),

rates as (
    select
        currency_code,
        -- A CRM's first window may begin in the year 1.
        coalesce(greatest(starts_on, date '1900-01-01'), date '1900-01-01') as starts_on,
        conversion_rate,
        case when starts_on is null then 2 else 1 end as preference
    from currencies
    where conversion_rate > 0
    union all
    select
        corporate_currency as currency_code,
        date '1900-01-01' as starts_on,
        1 as conversion_rate,
        3 as preference
    from home
    where corporate_currency is not null
    union all
    -- Nothing tells the corporate currency: rates that leave out the reporting currency are units
    -- for one of it.
    select
        '{{ var("reporting_currency") }}' as currency_code,
        date '1900-01-01' as starts_on,
        1 as conversion_rate,
        4 as preference
    from home
    where corporate_currency is null
        and '{{ var("reporting_currency") }}' not in (
            select currencies.currency_code
            from currencies
            where currencies.starts_on is not null and currencies.currency_code is not null
        )
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

exchange_rates_dated as (
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

select * from exchange_rates_dated
