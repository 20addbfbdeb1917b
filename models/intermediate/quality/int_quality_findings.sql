-- One row per record that a check found, whatever room the check looks at. Nothing here is dropped
-- from the metrics: each finding says how its record is treated.
with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

activities as (select * from {{ ref('int_activities_typed') }}),

accounts as (select * from {{ ref('int_accounts_resolved') }}),

loss_reason_map as (select * from {{ ref('loss_reason_map') }}),

orphan_changes as (
    select
        'orphan_change' as check_id,
        changes.change_id as row_id
    from changes
    anti join opportunities on changes.opportunity_id = opportunities.opportunity_id
    where changes.changed_at < {{ as_of_end() }}
),

orphan_activities as (
    select
        'orphan_activity' as check_id,
        activities.activity_id as row_id
    from activities
    anti join opportunities on activities.opportunity_id = opportunities.opportunity_id
    where activities.opportunity_id is not null
),

orphan_accounts as (
    select
        'orphan_account' as check_id,
        opportunities.opportunity_id as row_id
    from opportunities
    anti join accounts on opportunities.account_id = accounts.account_id
    where opportunities.account_id is not null
),

unmapped_stages as (
    select distinct
        'unmapped_stage' as check_id,
        opportunity_id as row_id
    from versions
    where stage_id = 'unmapped'
),

unmapped_loss_reasons as (
    select
        'unmapped_loss_reason' as check_id,
        opportunities.opportunity_id as row_id
    from opportunities
    anti join loss_reason_map on opportunities.loss_reason = loss_reason_map.loss_reason
    where opportunities.loss_reason <> 'unknown'
),

untyped_activities as (
    select
        'untyped_activity' as check_id,
        activity_id as row_id
    from activities
    where activity_type = 'other'
),

missing_owners as (
    select
        'missing_owner' as check_id,
        opportunity_id as row_id
    from opportunities
    where rep_id = 'unassigned'
),

missing_rates as (
    select distinct
        'missing_exchange_rate' as check_id,
        opportunity_id as row_id
    from versions
    where amount is null and amount_original is not null
),

inferred_versions as (
    select distinct
        case when version_number = 1 then 'inferred_beginning' else 'inferred_correction' end
            as check_id,
        opportunity_id as row_id
    from versions
    where is_inferred
),

early_changes as (
    select distinct
        'change_before_creation' as check_id,
        changes.change_id as row_id
    from changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
    where changes.changed_at < opportunities.created_at
),

closed_in_open_stages as (
    select
        'closed_but_stage_open' as check_id,
        opportunities.opportunity_id as row_id
    from opportunities
    inner join versions
        on opportunities.opportunity_id = versions.opportunity_id
        and versions.valid_to is null
    where opportunities.is_closed_in_crm and opportunities.is_current_at_as_of and versions.is_open
),

findings as (
    select * from orphan_changes
    union all
    select * from orphan_activities
    union all
    select * from orphan_accounts
    union all
    select * from unmapped_stages
    union all
    select * from unmapped_loss_reasons
    union all
    select * from untyped_activities
    union all
    select * from missing_owners
    union all
    select * from missing_rates
    union all
    select * from inferred_versions
    union all
    select * from early_changes
    union all
    select * from closed_in_open_stages
)

select * from findings
