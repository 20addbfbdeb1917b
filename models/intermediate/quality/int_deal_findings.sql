-- What a deal as the CRM has it lacks or contradicts. Long, because each check is
-- a branch of its own.
with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

accounts as (select * from {{ ref('int_accounts_resolved') }}),

current_rows as (select * from {{ ref('int_crm_rows_beside_history') }}),

closings as (select * from {{ ref('int_closings') }}),

corrections as (select * from {{ ref('int_closing_corrections') }}),

loss_reason_map as (select * from {{ configured('loss_reason_map') }}),

open_deals as (
    select *
    from versions
    where valid_to is null and is_open
),

findings as (
    select
        'missing_owner' as check_id,
        opportunity_id as row_id
    from opportunities
    where rep_id = 'unassigned'
    union all
    select
        'missing_stage' as check_id,
        opportunity_id as row_id
    from opportunities
    where stage_name is null
    union all
    select
        'orphan_account' as check_id,
        opportunities.opportunity_id as row_id
    from opportunities
    anti join accounts on opportunities.account_id = accounts.account_id
    where opportunities.account_id is not null
    union all
    select
        'unmapped_loss_reason' as check_id,
        opportunities.opportunity_id as row_id
    from opportunities
    anti join loss_reason_map on opportunities.loss_reason = loss_reason_map.loss_reason
    where opportunities.loss_reason <> 'unknown'
    union all
    -- Closed by the CRM's flag or by the stage it names, but open by what history could place.
    select
        'closed_but_stage_open' as check_id,
        opportunities.opportunity_id as row_id
    from opportunities
    inner join current_rows on opportunities.opportunity_id = current_rows.opportunity_id
    inner join versions
        on opportunities.opportunity_id = versions.opportunity_id and versions.valid_to is null
    where
        (opportunities.is_closed_in_crm or current_rows.is_closed_stage)
        and opportunities.is_current_at_as_of
        and opportunities.last_modified_at is not null
        and versions.is_open
    union all
    -- Where the deal stands: an earlier close date may have been right when it was given.
    select
        case when versions.is_open then 'due_before_created' else 'closed_before_created' end
            as check_id,
        versions.opportunity_id as row_id
    from versions
    inner join opportunities on versions.opportunity_id = opportunities.opportunity_id
    where versions.valid_to is null
        and not versions.is_deleted
        and versions.close_date < {{ business_day('opportunities.created_at') }}
    union all
    select
        'open_without_amount' as check_id,
        opportunity_id as row_id
    from open_deals
    where amount_original is null
    union all
    select
        'open_without_close_date' as check_id,
        opportunity_id as row_id
    from open_deals
    where close_date is null
    union all
    select
        'won_without_amount' as check_id,
        opportunity_id as row_id
    from closings
    where is_won and not is_taken_back and exit_amount is null
    union all
    -- Where the CRM's own date rules: no longer open, and not yet won or lost.
    select
        'booked_ahead' as check_id,
        opportunity_id as row_id
    from closings
    where not is_taken_back and booked_on > {{ as_of_date() }}
    union all
    select distinct
        'amount_corrected_after_close' as check_id,
        opportunity_id as row_id
    from corrections
    where is_amount_corrected
)

select * from findings
