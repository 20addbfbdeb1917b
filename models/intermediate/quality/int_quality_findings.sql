-- One row per record that a check found, whatever room the check looks at. Nothing here is dropped
-- from the metrics: each finding says how its record is treated. Long, because each check is an
-- idea of its own. What concerns words, not records, is in int_unknown_words.
with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

activities as (select * from {{ ref('int_activities_typed') }}),

accounts as (select * from {{ ref('int_accounts_resolved') }}),

leads as (select * from {{ ref('int_leads_unioned') }}),

current_rows as (select * from {{ ref('int_opportunities_current') }}),

pipelines as (select * from {{ ref('int_opportunity_pipelines') }}),

closings as (select * from {{ ref('int_closings') }}),

corrections as (select * from {{ ref('int_closing_corrections') }}),

merged_records as (select * from {{ ref('int_merges') }}),

roster as (select * from {{ ref('stg_planning__rep_roster') }}),

planned_reps_unknown as (select * from {{ ref('int_planned_reps_unknown') }}),

planning_findings as (select * from {{ ref('int_planning_findings') }}),

known_attribute_findings as (select * from {{ ref('int_known_attribute_findings') }}),

raw_files as (select * from {{ ref('int_raw_files') }}),

raw_columns_doubled as (select * from {{ ref('int_raw_columns_doubled') }}),

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

changed_currencies as (
    select
        'currency_changed' as check_id,
        opportunity_id as row_id
    from versions
    group by opportunity_id
    having count(distinct currency_code) > 1
),

inferred_pipelines as (
    select distinct
        'inferred_pipeline' as check_id,
        opportunity_id as row_id
    from pipelines
    where is_inferred and pipeline_number > 1
),

inferred_beginnings as (
    select
        'inferred_beginning' as check_id,
        opportunity_id as row_id
    from versions
    where is_inferred and version_number = 1
),

-- Without any record there is nothing the current row could disagree with.
inferred_corrections as (
    select distinct
        'inferred_correction' as check_id,
        versions.opportunity_id as row_id
    from versions
    inner join current_rows on versions.opportunity_id = current_rows.opportunity_id
    where versions.is_inferred and versions.version_number > 1 and current_rows.has_stage_history
),

undated_records as (
    select
        'undated_record' as check_id,
        change_id as row_id
    from changes
    where changed_at is null
    union all
    select
        'undated_record' as check_id,
        activity_id as row_id
    from activities
    where booked_at is null
    union all
    select
        'undated_record' as check_id,
        lead_id as row_id
    from leads
    where created_at is null
    union all
    select
        'undated_record' as check_id,
        opportunity_id as row_id
    from current_rows
    where is_creation_inferred
),

unstaged_deals as (
    select
        'missing_stage' as check_id,
        opportunity_id as row_id
    from opportunities
    where stage_name is null
),

early_changes as (
    select distinct
        'change_before_creation' as check_id,
        changes.change_id as row_id
    from changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
    where changes.changed_at < opportunities.created_at
),

-- Closed by the CRM's flag or by the stage it names, but open by what history could place.
closed_in_open_stages as (
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
),

-- Where the deal stands: an earlier close date may have been right when it was given.
early_close_dates as (
    select
        case when versions.is_open then 'due_before_created' else 'closed_before_created' end
            as check_id,
        versions.opportunity_id as row_id
    from versions
    inner join opportunities on versions.opportunity_id = opportunities.opportunity_id
    where versions.valid_to is null
        and not versions.is_deleted
        and versions.close_date < {{ business_day('opportunities.created_at') }}
),

corrected_amounts as (
    select distinct
        'amount_corrected_after_close' as check_id,
        opportunity_id as row_id
    from corrections
    where is_amount_corrected
),

wins_without_amount as (
    select
        'won_without_amount' as check_id,
        opportunity_id as row_id
    from closings
    where is_won and not is_taken_back and exit_amount is null
),

unknown_planned_reps as (
    select
        'unknown_planned_rep' as check_id,
        rep_id as row_id
    from planned_reps_unknown
),

files_not_read as (
    select
        check_id,
        concat_ws(' as ', file_path, table_name) as row_id
    from raw_files
    where check_id is not null
),

second_columns as (
    select
        'second_column' as check_id,
        column_name as row_id
    from raw_columns_doubled
),

open_deals as (
    select *
    from versions
    where valid_to is null and is_open
),

open_deals_without_amount as (
    select
        'open_without_amount' as check_id,
        opportunity_id as row_id
    from open_deals
    where amount_original is null
),

open_deals_without_close_date as (
    select
        'open_without_close_date' as check_id,
        opportunity_id as row_id
    from open_deals
    where close_date is null
),

early_conversions as (
    select
        'converted_before_creation' as check_id,
        lead_id as row_id
    from leads
    where converted_on < created_on
),

unresolved_merges as (
    select
        'unresolved_merge' as check_id,
        record_id as row_id
    from merged_records
    where survivor_id is null
),

-- A row that is left open is ended by the next one that is left open: that is how rosters without
-- last days are written.
overlapping_rows as (
    select distinct
        'overlapping_roster' as check_id,
        concat(later.rep_id, ' ', later.starts_on) as row_id
    from roster as later
    inner join roster as earlier
        on later.rep_id = earlier.rep_id
        and later.starts_on > earlier.starts_on
        and (
            later.starts_on < earlier.ends_on
            or (earlier.ends_on is null and later.ends_on is not null)
        )
    where later.starts_on <= {{ as_of_date() }}
),

findings as (
    select
        check_id,
        row_id
    from planning_findings
    union all
    select
        check_id,
        row_id
    from known_attribute_findings
    union all
    select * from files_not_read
    union all
    select * from second_columns
    union all
    select * from orphan_changes
    union all
    select * from open_deals_without_amount
    union all
    select * from open_deals_without_close_date
    union all
    select * from early_conversions
    union all
    select * from unresolved_merges
    union all
    select * from overlapping_rows
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
    select * from changed_currencies
    union all
    select * from inferred_pipelines
    union all
    select * from inferred_beginnings
    union all
    select * from inferred_corrections
    union all
    select * from undated_records
    union all
    select * from unstaged_deals
    union all
    select * from unknown_planned_reps
    union all
    select * from early_changes
    union all
    select * from early_close_dates
    union all
    select * from corrected_amounts
    union all
    select * from wins_without_amount
    union all
    select * from closed_in_open_stages
)

select * from findings
