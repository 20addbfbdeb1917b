{#-
    What holds of a row of ours must hold of one of the user's: the tests that stand beside our seed
    are asked of the table that is read in its place, with a sentence for the first that fails. Asked
    by the test rows_of_yours_keep_the_rules_of_ours, once both are built.
-#}
{% macro check_given_rows() -%}
    {%- for name in configured_tables() if given_table(name) -%}
        {%- set theirs = given_table(name) -%}
        {%- set told = 'The table ' ~ theirs.identifier ~ ', which the var ' ~ name ~ ' names: ' -%}
        {{ check_given_keys(name, theirs, told) }}
        {%- for test in graph.nodes.values() if test.resource_type == 'test'
            and test.attached_node == 'seed.sales_metrics.' ~ name and test.test_metadata -%}
            {%- for rule in given_rules(test) -%}
                {{ refuse_given_rows(
                    'select ' ~ rule.value ~ ' as told_value from ' ~ configured(name)
                    ~ ' as given where ' ~ rule.broken, told, rule.told
                ) }}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- A row of a key that stands there twice would double every row that reads it. -#}
{% macro check_given_keys(name, theirs, told) -%}
    {%- set keys = [] -%}
    {%- set columns = [] -%}
    {%- set given = given_columns(name, theirs) -%}
    {%- set about = configured_tables()[name] -%}
    {%- for column in about.key if column in given -%}
        {%- do keys.append(key_text(given[column], column, about)) -%}
        {%- do columns.append(column) -%}
    {%- endfor -%}
    {{ refuse_given_rows(
        'select min(' ~ keys | join(" || ' ' || ") ~ ') as told_value from ' ~ theirs ~ ' group by '
        ~ keys | join(', ') ~ ' having count(*) > 1',
        told, 'one row for each ' ~ columns | join(', ') ~ ' is wanted, and there are more of'
    ) }}
{%- endmacro %}

{#- Of a test: [{value: shown, broken: condition, told: words before the value}]; keys are told apart. -#}
{% macro given_rules(test) -%}
    {%- set kind = test.test_metadata.name -%}
    {%- set kwargs = test.test_metadata.kwargs -%}
    {%- set column = kwargs.get('column_name') -%}
    {%- set rules = [] -%}
    {%- set text = dbt.type_string() -%}
    {%- set accepted = {column: kwargs['values']} if kind == 'accepted_values'
        else kwargs.get('accepted_values', {}) -%}
    {%- if kind in ['rows_keep', 'accepted_values'] -%}
        {%- for column in kwargs.get('not_null', []) -%}
            {%- do rules.append({
                'value': "'nothing'", 'broken': column ~ ' is null', 'told': column ~ ' says',
            }) -%}
        {%- endfor -%}
        {%- for column, values in accepted.items() -%}
            {%- set said = 'cast(' ~ column ~ ' as ' ~ text ~ ')' -%}
            {%- set texts = [] -%}
            {%- for one in values -%}{%- do texts.append("'" ~ one ~ "'") -%}{%- endfor -%}
            {%- do rules.append({
                'value': said,
                'broken': said ~ ' not in (' ~ texts | join(', ') ~ ')',
                'told': column ~ ' takes ' ~ values | join(', ') ~ ', and says',
            }) -%}
        {%- endfor -%}
    {%- elif kind == 'relationships' -%}
        {%- set table = kwargs['to'].split("'")[1] -%}
        {%- set known = configured(table) if table in configured_tables() else ref(table) -%}
        {%- do rules.append({
            'value': column,
            'broken': column ~ ' is not null and not exists (select 1 from ' ~ known
                ~ ' as known where known.' ~ kwargs['field'] ~ ' = given.' ~ column ~ ')',
            'told': column ~ ' is to be a ' ~ kwargs['field'] ~ ' of ' ~ table ~ ', and says',
        }) -%}
    {%- endif -%}
    {{ return(rules) }}
{%- endmacro %}

{% macro refuse_given_rows(sql, told, words) -%}
    {%- set found = run_query(
        'select count(*), min(cast(told_value as ' ~ dbt.type_string() ~ ')) from (' ~ sql
        ~ ') as broken'
    ) -%}
    {%- if found.rows[0][0] -%}
        {%- do exceptions.raise_compiler_error(
            told ~ words ~ " '" ~ found.rows[0][1] ~ "' in " ~ found.rows[0][0] ~ ' row'
            ~ ('s.' if found.rows[0][0] > 1 else '.')
        ) -%}
    {%- endif -%}
{%- endmacro %}
