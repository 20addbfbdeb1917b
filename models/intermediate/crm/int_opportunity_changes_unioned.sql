-- Every change record of every CRM in one vocabulary. A null column means "this record does not
-- say"; a value that was set to nothing is the sentinel of its type (macros/sentinels.sql), so that
-- carrying forward can tell the two apart. Long, because what builds remember is put in the same
-- form.
{%- set columns = crm_shapes()['opportunity_changes'] %}
{%- set remembered_fields = ['segment_value', 'loss_reason'] %}
with crm_changes as (select * from {{ ref('int_crm_opportunity_changes') }}),

home as (select * from {{ ref('int_home_currency') }}),

remembered as (
    select *
    from {{ ref('int_attributes_remembered') }}
    where record_kind = 'opportunity' and state_number > 1
),

attributes as (select * from {{ ref('int_attributes_stated') }}),

-- What an amount is in whose currency was taken away.
logged as (
    select
        {% for column in columns if column not in ['currency_code', 'old_currency_code'] -%}
        crm_changes.{{ column }},
        {% endfor -%}
        {% for column in ['currency_code', 'old_currency_code'] -%}
        case
            when crm_changes.{{ column }} = {{ no_text() }} then home.unstated_currency
            else crm_changes.{{ column }}
        end as {{ column }},
        {% endfor -%}
        crm_changes.source
    from crm_changes
    cross join home
),

told as (
    {% for field in remembered_fields -%}
    select
        opportunity_id,
        '{{ field }}' as field
    from crm_changes
    where {{ field }} is not null
    {{ 'union' if not loop.last }}
    {% endfor -%}
),

-- Fields the CRM's own log is silent about, as earlier builds saw them change.
remembered_changes as (
    select
        attributes.source,
        remembered.record_id as opportunity_id,
        remembered.valid_from as changed_at,
        concat_ws(
            ' ',
            'known',
            remembered.record_id,
            remembered.attribute_name,
            cast(remembered.state_number as {{ dbt.type_string() }})
        ) as change_id,
        case remembered.attribute_name
            when 'segment' then 'segment_value'
            when 'loss_reason' then 'loss_reason'
        end as field,
        coalesce(remembered.value_before, {{ no_text() }}) as old_value,
        coalesce(remembered.attribute_value, {{ no_text() }}) as new_value
    from remembered
    inner join attributes
        on remembered.record_kind = attributes.record_kind
        and remembered.record_id = attributes.record_id
        and remembered.attribute_name = attributes.attribute_name
),

untold_changes as (
    select remembered_changes.*
    from remembered_changes
    anti join told
        on remembered_changes.opportunity_id = told.opportunity_id
        and remembered_changes.field = told.field
),

valued as (
    select
        {% for column, type in columns.items() -%}
        {% if column in ['opportunity_id', 'changed_at', 'change_id'] -%}
        {{ column }},
        {% elif column in remembered_fields -%}
        case when field = '{{ column }}' then new_value end as {{ column }},
        {% elif column[4:] in remembered_fields -%}
        case when field = '{{ column[4:] }}' then old_value end as {{ column }},
        {% else -%}
        cast(null as {{ type }}) as {{ column }},
        {% endif -%}
        {% endfor -%}
        source
    from untold_changes
),

unioned as (
    select
        {% for column in columns -%}
        {{ column }},
        {% endfor -%}
        source,
        false as is_remembered
    from logged
    union all
    select
        {% for column in columns -%}
        {{ column }},
        {% endfor -%}
        source,
        true as is_remembered
    from valued
)

select * from unioned
