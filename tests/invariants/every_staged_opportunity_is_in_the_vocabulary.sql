-- Only what was created after the as-of day may be missing, with or without a date.
with salesforce as (select * from {{ ref('stg_salesforce__opportunities') }}),

csv_export as (select * from {{ ref('stg_csv_export__opportunities') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

staged as (
    select {{ source_id('salesforce', 'opportunity_id') }} as opportunity_id
    from salesforce
    where created_at is null or created_at < {{ as_of_end() }}
    union all
    select {{ source_id('csv_export', 'opportunity_id') }} as opportunity_id
    from csv_export
    where created_at is null or created_at < {{ as_of_end() }}
),

lost as (
    select staged.opportunity_id
    from staged
    anti join opportunities on staged.opportunity_id = opportunities.opportunity_id
)

select * from lost
