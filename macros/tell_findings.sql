{#-
    Run after every build: findings of severity error are told on the terminal, because a build is
    green when its tables are consistent, not when the CRM said what they mean. And what rule of a
    relation's rows is broken, which dbt itself only counts.
-#}
{% macro tell_findings(results) -%}
    {{ tell_broken_rules(results) }}
    {%- for result in results
        if execute and result.node and result.node.unique_id == 'model.sales_metrics.data_quality'
        and result.status == 'success' -%}
        {%- set relation = result.node.relation_name -%}
        {%- set found = run_query(
            "select check_id, table_name, rows_failing, rows_checked, sample_ids, treatment from "
            ~ relation ~ " where severity = 'error' and rows_failing > 0 order by 1, 2"
        ).rows -%}
        {%- if found -%}
            {%- do log(
                'sales_metrics: ' ~ found | length ~ (' errors' if found | length > 1 else ' error')
                ~ ' in the raw data or the mappings, more in ' ~ relation ~ ':', info=true
            ) -%}
        {%- endif -%}
        {%- for row in found -%}
            {%- do log(
                '  ' ~ row[0] ~ ': ' ~ row[2] ~ ' of ' ~ row[3] ~ ' ' ~ row[1]
                ~ (' (' ~ row[4] ~ ')' if row[4] else '') ~ '. ' ~ row[5] ~ '.', info=true
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#-
    One line a look of rows_keep, and a row of an invariant with a column `sentence`, that found
    something; programs around dbt read it by its beginning.
-#}
{% macro tell_broken_rules(results) -%}
    {%- for result in results if execute and result.node and result.status in ['fail', 'warn'] -%}
        {%- set code = result.node.compiled_code or '' -%}
        {%- set told = none -%}
        {%- if result.node.test_metadata -%}
            {%- set told = 'fault' if result.node.test_metadata.name == 'rows_keep' else none -%}
        {%- elif result.node.resource_type == 'test' and ' as sentence' in code -%}
            {%- set told = 'sentence' -%}
        {%- endif -%}
        {%- if told -%}
            {%- for row in run_query(
                'select ' ~ told ~ ' from (' ~ code ~ '\n) as broken order by 1 limit 20'
            ).rows -%}
                {%- do log(
                    'sales_metrics: ' ~ result.node.name ~ ': ' ~ row[0].rstrip('.') ~ '.', info=true
                ) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
