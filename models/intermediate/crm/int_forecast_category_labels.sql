-- What each label of a forecast category stands for: labels can be renamed and translated, the API
-- value beside them cannot. A label seen with several values: the one it is seen with most.
with opportunities as (select * from {{ ref('stg_salesforce__opportunities') }}),

stages as (select * from {{ ref('stg_salesforce__opportunity_stages') }}),

pairs as (
    select
        lower(forecast_category_label) as label,
        {{ normalised_forecast_category('forecast_category') }} as forecast_category
    from opportunities
    union all
    select
        lower(forecast_category_label) as label,
        {{ normalised_forecast_category('forecast_category') }} as forecast_category
    from stages
),

counted as (
    select
        label,
        forecast_category,
        count(*) as pair_count
    from pairs
    where label is not null and forecast_category is not null
    group by label, forecast_category
),

ranked as (
    select
        label,
        forecast_category,
        row_number() over (
            partition by label order by pair_count desc, forecast_category asc
        ) as choice
    from counted
),

labels as (
    select
        label,
        forecast_category
    from ranked
    where choice = 1
)

select * from labels
