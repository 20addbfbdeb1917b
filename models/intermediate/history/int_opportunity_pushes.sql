with versions as (select * from {{ ref('int_opportunity_versions') }}),

compared as (
    select
        *,
        lag(is_open) over over_deal as was_open,
        lag(close_date) over over_deal as close_date_before
    from versions
    window over_deal as (partition by opportunity_id order by version_number)
),

pushes as (
    select
        opportunity_id,
        version_number,
        valid_from as pushed_at,
        valid_from_day as pushed_on,
        rep_id,
        segment,
        close_date_before,
        close_date
    from compared
    where was_open
        and is_open
        and {{ fiscal_quarter_start('close_date') }}
        > {{ fiscal_quarter_start('close_date_before') }}
)

select * from pushes
