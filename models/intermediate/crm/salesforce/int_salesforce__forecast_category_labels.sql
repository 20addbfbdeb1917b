-- What each label of a forecast category stands for: labels can be renamed and translated, the API
-- value beside them cannot. A label seen with several values: the one it is seen with most.
with opportunities as (select * from {{ ref('stg_salesforce__opportunities') }}),

stages as (select * from {{ ref('stg_salesforce__opportunity_stages') }}),

pairs as (
    select
        lower(forecast_category_label) as category_label,
        {{ normalised_forecast_category('forecast_category') }} as forecast_category
    from opportunities
    union all
    select
        lower(forecast_category_label) as category_label,
        {{ normalised_forecast_category('forecast_category') }} as forecast_category
    from stages
),

counted as (
    select
        category_label,
        forecast_category,
        count(*) as pair_count
    from pairs
    where category_label is not null and forecast_category is not null
    group by category_label, forecast_category
),

ranked as (
    select
        category_label,
        forecast_category,
        row_number() over (
            partition by category_label order by pair_count desc, forecast_category asc
        ) as choice
    from counted
),

labels as (
    select
        category_label,
        forecast_category
    from ranked
    where choice = 1
)

select * from labels
