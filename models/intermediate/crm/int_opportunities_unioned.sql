-- Deals of every CRM in one vocabulary, as their current rows stand, but only those that exist on
-- the as-of day. Long, because each CRM is one branch of the union.
with salesforce as (select * from {{ ref('stg_salesforce__opportunities') }}),

csv_export as (select * from {{ ref('stg_csv_export__opportunities') }}),

changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

accounts as (select * from {{ ref('int_accounts_resolved') }}),

merged_records as (select * from {{ ref('int_merges') }}),

segment_rules as (select * from {{ ref('segment_rules') }}),

loss_reasons as (select * from {{ ref('loss_reason_map') }}),

unioned as (
    select
        {{ source_id('salesforce', 'opportunity_id') }} as opportunity_id,
        'salesforce' as source,
        {{ source_id('salesforce', 'account_id') }} as account_id,
        {{ source_id('salesforce', 'rep_id') }} as rep_id,
        opportunity_name,
        stage_name,
        pipeline,
        amount,
        currency_code,
        crm_probability,
        forecast_category,
        opportunity_type,
        lead_source,
        campaign_id,
        next_step,
        loss_reason,
        segment_value,
        close_date,
        created_at,
        cast(null as timestamp) as qualified_at,
        last_activity_on,
        last_modified_at,
        bad_values,
        is_closed,
        is_deleted
    from salesforce
    union all
    select
        {{ source_id('csv_export', 'opportunity_id') }} as opportunity_id,
        'csv_export' as source,
        {{ source_id('csv_export', 'account_id') }} as account_id,
        {{ source_id('csv_export', 'rep_id') }} as rep_id,
        opportunity_name,
        stage_name,
        pipeline,
        amount,
        currency_code,
        crm_probability,
        forecast_category,
        opportunity_type,
        lead_source,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        next_step,
        loss_reason,
        segment_value,
        close_date,
        created_at,
        qualified_at,
        last_activity_on,
        last_modified_at,
        bad_values,
        is_closed,
        is_deleted
    from csv_export
),

first_changes as (
    select
        opportunity_id,
        min(changed_at) as first_changed_at
    from changes
    group by opportunity_id
),

evidenced as (
    select
        unioned.*,
        least(
            unioned.qualified_at,
            first_changes.first_changed_at,
            unioned.last_modified_at,
            {{ business_midnight('unioned.close_date') }}
        ) as evident_from
    from unioned
    left join first_changes on unioned.opportunity_id = first_changes.opportunity_id
),

-- A deal without a creation date begins with the first thing known of it; without any, or with
-- nothing but a close date to come, at the beginning of the company's history. If no deal has a
-- date, all begin on the as-of day: none may vanish.
dated as (
    select
        evidenced.*,
        case
            when evidenced.created_at is not null then evidenced.created_at
            when evidenced.evident_from < {{ as_of_end() }} then evidenced.evident_from
            else
                coalesce(
                    min(evidenced.created_at) over (),
                    {{ business_midnight(as_of_date()) }}
                )
        end as known_from
    from evidenced
),

existing as (
    select
        dated.opportunity_id,
        dated.source,
        coalesce(accounts.surviving_account_id, dated.account_id) as account_id,
        coalesce(dated.rep_id, 'unassigned') as rep_id,
        dated.opportunity_name,
        dated.stage_name,
        dated.pipeline,
        dated.amount,
        coalesce(upper(dated.currency_code), '{{ var("reporting_currency") }}') as currency_code,
        dated.crm_probability,
        {{ normalised_forecast_category('dated.forecast_category') }} as forecast_category,
        dated.opportunity_type,
        dated.lead_source,
        dated.campaign_id,
        dated.next_step,
        coalesce(loss_reasons.loss_reason, lower(dated.loss_reason), 'unknown') as loss_reason,
        coalesce(named.segment, dated.segment_value) as segment_by_opportunity_field,
        accounts.surviving_account_id,
        dated.close_date,
        dated.known_from as created_at,
        dated.created_at is null as is_creation_inferred,
        dated.qualified_at,
        dated.last_activity_on,
        dated.last_modified_at,
        dated.bad_values,
        coalesce(dated.is_closed, false) as is_closed_in_crm,
        -- What was modified after the as-of day may tell of a later state than this build may know.
        coalesce(dated.last_modified_at < {{ as_of_end() }}, true) as is_current_at_as_of,
        -- A merged deal is the survivor's: it ends like one that was deleted.
        (dated.is_deleted or merged_records.survivor_id is not null)
        and coalesce(dated.last_modified_at < {{ as_of_end() }}, true) as is_deleted,
        merged_records.survivor_id is not null
        and coalesce(dated.last_modified_at < {{ as_of_end() }}, true) as is_merged_away
    from dated
    left join accounts on dated.account_id = accounts.account_id
    left join merged_records
        on dated.opportunity_id = merged_records.record_id
        and merged_records.record_kind = 'opportunity'
    left join segment_rules as named
        on named.rule = 'field_value' and lower(dated.segment_value) = named.raw_value
    left join loss_reasons on lower(dated.loss_reason) = loss_reasons.raw_reason
    where dated.known_from < {{ as_of_end() }}
),

-- The surviving account's segment counts: the merged record is a leftover.
segmented as (
    select
        existing.*,
        survivors.segment_by_account_field,
        survivors.segment_by_account_rule
    from existing
    left join accounts as survivors on existing.surviving_account_id = survivors.account_id
)

select * from segmented
