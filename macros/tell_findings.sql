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

{#- One line a look of rows_keep that found something; programs around dbt read it by its beginning. -#}
{% macro tell_broken_rules(results) -%}
    {%- for result in results
        if execute and result.node and result.node.test_metadata
        and result.node.test_metadata.name == 'rows_keep' and result.status in ['fail', 'warn'] -%}
        {%- for row in run_query(result.node.compiled_code ~ '\norder by 1').rows -%}
            {%- do log('sales_metrics: ' ~ result.node.name ~ ': ' ~ row[0] ~ '.', info=true) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
