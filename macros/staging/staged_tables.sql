{#-
    Every raw table with its staging model and the text that identifies a row there. Kept as a list,
    not read from the graph, because dbt must see the refs while it parses. Staging models of planning
    leave out the rows that are marked as deleted; a deleted record of a CRM has a life before it.
-#}
{% macro staged_tables() -%}
    {%- set listed = {
        'salesforce': {
            'opportunity': ['opportunities', 'opportunity_id'],
            'opportunity_history': ['opportunity_history', 'change_id'],
            'opportunity_field_history': ['opportunity_field_history', 'change_id'],
            'opportunity_stage': ['opportunity_stages', 'stage_id'],
            'account': ['accounts', 'account_id'],
            'account_field_history': ['account_field_history', 'change_id'],
            'user': ['users', 'rep_id'],
            'user_role': ['user_roles', 'role_id'],
            'task': ['tasks', 'activity_id'],
            'event': ['events', 'activity_id'],
            'lead': ['leads', 'lead_id'],
            'dated_conversion_rate': ['dated_conversion_rates', 'currency_code', 'starts_on'],
            'currency_type': ['currency_types', 'currency_code'],
        },
        'hubspot': {
            'deal': ['opportunities', 'opportunity_id'],
            'deal_stage': ['deal_stages', 'opportunity_id', 'entered_at'],
            'deal_property_history': ['deal_property_history', 'opportunity_id', 'property_name', 'changed_at'],
            'merged_deal': ['merged_deals', 'merged_id'],
            'deal_pipeline': ['deal_pipelines', 'pipeline_id'],
            'deal_pipeline_stage': ['deal_pipeline_stages', 'pipeline_id', 'stage_id'],
            'company': ['companies', 'account_id'],
            'deal_company': ['deal_companies', 'opportunity_id', 'account_id', 'type_id'],
            'owner': ['owners', 'rep_id'],
            'owner_team': ['owner_teams', 'rep_id', 'team_id'],
            'team': ['teams', 'team_id'],
            'engagement': ['engagements', 'engagement_id'],
            'engagement_call': ['engagement_calls', 'engagement_id'],
            'engagement_meeting': ['engagement_meetings', 'engagement_id'],
            'engagement_email': ['engagement_emails', 'engagement_id'],
            'engagement_task': ['engagement_tasks', 'engagement_id'],
            'engagement_note': ['engagement_notes', 'engagement_id'],
            'engagement_communication': ['engagement_communications', 'engagement_id'],
            'engagement_deal': ['engagement_deals', 'engagement_id', 'opportunity_id'],
            'engagement_company': ['engagement_companies', 'engagement_id', 'account_id'],
            'engagement_contact': ['engagement_contacts', 'engagement_id', 'contact_id'],
        },
        'csv_export': {
            'accounts': ['accounts', 'account_id'],
            'reps': ['reps', 'rep_id'],
            'opportunities': ['opportunities', 'opportunity_id'],
            'stage_changes': ['stage_changes', 'change_id'],
            'activities': ['activities', 'activity_id'],
            'leads': ['leads', 'lead_id'],
        },
        'planning': {
            'quotas': ['quotas', 'rep_id', 'month_start'],
            'targets': ['targets', 'segment', 'quarter_start', 'metric_id'],
            'rep_roster': ['rep_roster', 'rep_id', 'starts_on'],
            'ramp_schedule': ['ramp_schedule', 'segment', 'tenure_month'],
            'forecast_submissions': ['forecast_submissions', 'rep_id', 'submitted_at', 'category'],
            'arr_movements': ['arr_movements', 'account_id', 'month_start', 'kind'],
            'spend': ['spend', 'segment', 'month_start'],
            'gross_margin': ['gross_margin', 'segment', 'month_start'],
            'business_hours': ['business_hours', 'weekday'],
            'holidays': ['holidays', 'holiday_on'],
            'call_scores': ['call_scores', 'rep_id', 'scored_at'],
            'trials': ['trials', 'trial_id'],
            'interventions': ['interventions', 'breach_id', 'taken_at', 'taken_by'],
        },
        'ledger': {
            'known_attributes': [
                'known_attributes', 'record_kind', 'record_id', 'attribute_name', 'known_on',
            ],
        },
    } -%}
    {%- set tables = [] -%}
    {%- for source_name, of_source in listed.items() -%}
        {%- for table_name, staged in of_source.items() -%}
            {%- do tables.append({
                'source_name': source_name,
                'table_name': table_name,
                'model': 'stg_' ~ source_name ~ '__' ~ staged[0],
                'row_id': "concat_ws(' ', " ~ staged[1:] | join(', ') ~ ")",
                'is_present': raw_table_is_present(source_name, table_name),
                'lines_before_header': lines_before_header(source_name, table_name),
                'leaves_out_deleted': source_name == 'planning',
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}

{#- True while dbt parses, so that every ref is recorded. -#}
{% macro raw_table_is_present(source_name, table_name) -%}
    {%- if not execute -%}{{ return(true) }}{%- endif -%}
    {%- set contract = raw_table_contract(source_name, table_name) -%}
    {{ return(raw_table_found(contract) is not none) }}
{%- endmacro %}

{#- Lines of a CSV file that stand before its header and are left out, but for blank ones. -#}
{% macro lines_before_header(source_name, table_name) -%}
    {%- if execute and raw_table_is_present(source_name, table_name) -%}
        {%- set table = raw_table(raw_table_contract(source_name, table_name)) -%}
        {{ return(table.lines_before_header or 0) }}
    {%- endif -%}
    {{ return(0) }}
{%- endmacro %}
