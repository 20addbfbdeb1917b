-- Which deal or company was merged into which: what a table of merges says, and what the
-- survivors list. A record that several name went to the one with the smallest id.
with deals as (select * from {{ ref('stg_hubspot__opportunities') }}),

companies as (select * from {{ ref('stg_hubspot__companies') }}),

merged_deals as (select * from {{ ref('stg_hubspot__merged_deals') }}),

listed as (
    select
        'opportunity' as record_kind,
        opportunity_id as survivor_id,
        {{ hubspot__merged_ids('merged_ids') }} as merged_id
    from deals
    where merged_ids is not null
    union all
    select
        'account' as record_kind,
        account_id as survivor_id,
        {{ hubspot__merged_ids('merged_ids') }} as merged_id
    from companies
    where merged_ids is not null
),

told as (
    select
        record_kind,
        survivor_id,
        trim(merged_id) as merged_id
    from listed
    union all
    select
        'opportunity' as record_kind,
        opportunity_id as survivor_id,
        merged_id
    from merged_deals
    where not is_deleted
),

record_merges as (
    select
        record_kind,
        merged_id,
        min(survivor_id) as survivor_id
    from told
    where merged_id <> '' and merged_id <> survivor_id
    group by record_kind, merged_id
)

select * from record_merges
