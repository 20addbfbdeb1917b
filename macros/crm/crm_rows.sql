{#- The CRMs with an adapter of a shape: all, but for what not every CRM can tell. -#}
{% macro crms_with(shape) -%}
    {{ return({
        'account_changes': ['salesforce'],
        'stages': ['salesforce', 'hubspot'],
        'currencies': ['salesforce'],
    }.get(shape, known_crm_sources())) }}
{%- endmacro %}

{#-
    crm_rows(shape): the rows of every CRM in one shape, and its `source`; ids are prefixed by it where
    several CRMs are in use. Of a CRM that is not in use there are no rows.

    Who is a user of several CRMs is whom the seed people_map says; with one CRM in use nobody has two
    ids, and nothing is looked up. Looked up by joins: Spark fails on the same subquery twice in a row.
-#}
{% macro crm_rows(shape) -%}
    {%- set ids = [
        'opportunity_id', 'account_id', 'lead_id', 'contact_id', 'activity_id', 'merged_into_id',
        'parent_account_id', 'master_account_id',
        'converted_opportunity_id', 'converted_contact_id', 'converted_account_id',
    ] -%}
    {%- set people = ['rep_id', 'old_rep_id', 'manager_id']
        | select('in', crm_shapes()[shape]) | list -%}
    {%- set people_map = configured('people_map') if people else none -%}
    {%- set several = crm_sources() | length > 1 -%}
    {%- set looked_up = people if several else [] -%}
    {%- for crm in crms_with(shape) -%}
    select
        {%- for column in crm_shapes()[shape] %}
        {{ 'coalesce(who_' ~ column ~ '.rep_id, ' ~ source_id(crm, 'crm_rows.' ~ column) ~ ') as ' ~ column
                if column in looked_up
            else source_id(crm, 'crm_rows.' ~ column) ~ ' as ' ~ column
                if several and column in ids
            else 'crm_rows.' ~ column }},
        {%- endfor %}
        '{{ crm }}' as source
    from {{ ref('int_' ~ crm ~ '__' ~ shape) }} as crm_rows
    {%- for column in looked_up %}
    left join (
        select
            crm_rep_id,
            max(rep_id) as rep_id
        from {{ people_map }} as people_map
        where source = '{{ crm }}'
        group by crm_rep_id
    ) as who_{{ column }}
        on crm_rows.{{ column }} = who_{{ column }}.crm_rep_id
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{#- Typed nulls for the columns of a shape that a CRM does not have, each with a comma behind. -#}
{% macro crm_nulls(shape, columns) -%}
    {%- for column in columns -%}
        cast(null as {{ crm_shapes()[shape][column] }}) as {{ column }},
        {% endfor -%}
{%- endmacro %}

{#- The columns old_* of a change record that only tells what came after. -#}
{% macro no_old_values() -%}
    {%- for column in crm_shapes()['opportunity_changes'] if column.startswith('old_') -%}
        {{ crm_nulls('opportunity_changes', [column]) }}
    {%- endfor -%}
{%- endmacro %}

{#-
    The fields of a deal's current row that the CRM's table has no column for, as a text of names;
    null: it has all.
        columns  {field: the columns of the contract it may come from}
-#}
{% macro untold_fields(source_name, table_name, columns) -%}
    {%- set untold = [] -%}
    {%- for field, names in columns.items() -%}
        {%- set told = [] -%}
        {%- for name in names if has_raw_column(source_name, table_name, name) -%}
            {%- do told.append(name) -%}
        {%- endfor -%}
        {%- if not told -%}{%- do untold.append(field) -%}{%- endif -%}
    {%- endfor -%}
    cast({{ "'" ~ untold | join(',') ~ "'" if untold else 'null' }} as {{ dbt.type_string() }})
{%- endmacro %}

{#-
    What the current row says of a field: `value`, or `nothing` where it is empty; silent (null) where
    its CRM's table has no such column, because history then knows better.
-#}
{% macro told_by_row(field, value, nothing) -%}
    case
        when concat(',', coalesce(opportunities.untold_fields, ''), ',') like '%,{{ field }},%'
            then null
        else coalesce({{ value }}, {{ nothing }})
    end
{%- endmacro %}

{#- The adapter of a shape that a CRM has nothing for. -#}
{% macro no_crm_rows(shape) -%}
    select
        {%- for column, type in crm_shapes()[shape].items() %}
        cast(null as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    where false
{%- endmacro %}
