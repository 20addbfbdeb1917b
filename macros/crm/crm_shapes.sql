{#-
    The shapes every CRM is brought into by an adapter of its own, models/intermediate/crm/<crm>/
    int_<crm>__<shape>: {shape: {column: type}}. Ids are the CRM's own, without its source in front;
    what a column means stands beside the union of its shape, int_crm_<shape>.
-#}
{% macro crm_shapes() -%}
    {%- set text = dbt.type_string() -%}
    {%- set state = {
        'stage_name': text, 'amount': 'decimal(18, 2)', 'close_date': 'date', 'rep_id': text,
        'forecast_category': text, 'opportunity_type': text, 'pipeline': text,
        'currency_code': text, 'segment_value': text, 'loss_reason': text,
    } -%}
    {%- set before = {} -%}
    {%- for name, type in state.items() -%}{%- do before.update({'old_' ~ name: type}) -%}{%- endfor -%}
    {{ return({
        'opportunities': dict({
            'opportunity_id': text, 'account_id': text, 'merged_into_id': text,
            'opportunity_name': text, 'crm_probability': 'double', 'lead_source': text,
            'campaign_id': text, 'next_step': text, 'created_at': 'timestamp',
            'qualified_at': 'timestamp', 'last_activity_on': 'date', 'last_modified_at': 'timestamp',
            'is_closed': 'boolean', 'is_won': 'boolean', 'is_deleted': 'boolean',
            'bad_values': text, 'untold_fields': text,
        }, **state),
        'opportunity_changes': dict({
            'opportunity_id': text, 'changed_at': 'timestamp', 'loader_sequence': 'bigint',
            'change_id': text, 'crm_probability': 'double',
            'tells_crm_probability': 'boolean',
        }, **dict(state, **before)),
        'accounts': {
            'account_id': text, 'parent_account_id': text, 'master_account_id': text,
            'account_name': text, 'rep_id': text, 'industry': text, 'employees': 'bigint',
            'annual_revenue': 'decimal(18, 2)', 'billing_country': text, 'segment_value': text,
            'created_at': 'timestamp', 'is_deleted': 'boolean',
        },
        'people': {
            'rep_id': text, 'rep_name': text, 'team_id': text, 'role': text, 'segment': text,
            'manager_id': text, 'starts_on': 'date', 'ends_on': 'date', 'created_at': 'timestamp',
            'is_active': 'boolean', 'is_rep_list': 'boolean',
        },
        'activities': {
            'activity_id': text, 'record_kind': text, 'raw_type': text, 'raw_subtype': text,
            'raw_disposition': text, 'raw_direction': text, 'raw_status': text, 'raw_outcome': text,
            'rep_id': text, 'opportunity_id': text, 'account_id': text, 'lead_id': text,
            'contact_id': text, 'created_at': 'timestamp', 'occurred_at': 'timestamp',
            'due_on': 'date', 'is_closed': 'boolean', 'is_done_unless_told': 'boolean',
            'is_deleted': 'boolean',
        },
        'leads': {
            'lead_id': text, 'rep_id': text, 'created_at': 'timestamp', 'status': text,
            'lead_source': text, 'rating': text, 'is_converted': 'boolean', 'converted_on': 'date',
            'converted_opportunity_id': text, 'converted_contact_id': text,
            'converted_account_id': text, 'merged_into_id': text, 'is_deleted': 'boolean',
        },
        'account_changes': {
            'account_id': text, 'field': text, 'changed_at': 'timestamp',
            'loader_sequence': 'bigint', 'change_id': text, 'old_value': text, 'new_value': text,
        },
        'stages': {
            'stage_name': text, 'crm_probability': 'double', 'pipeline': text,
            'pipeline_label': text, 'stage_label': text, 'stage_order': 'integer',
            'is_won': 'boolean', 'is_lost': 'boolean', 'is_deleted': 'boolean',
            'is_undecided': 'boolean',
        },
        'currencies': {
            'currency_code': text, 'starts_on': 'date', 'conversion_rate': 'decimal(18, 6)',
            'is_corporate': 'boolean',
        },
    }) }}
{%- endmacro %}
