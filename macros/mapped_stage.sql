{#-
    The CRM pipeline a row of the stage map names, as raw tables spell it: of Salesforce it is the id
    of a record type, and reports show 15 of its 18 characters. `stage_map`: its alias.
-#}
{% macro mapped_pipeline(stage_map) -%}
    {%- set pipeline = 'trim(' ~ stage_map ~ '.pipeline)' -%}
    case
        when {{ stage_map }}.source = 'salesforce' then {{ salesforce_id(pipeline) }}
        else {{ pipeline }}
    end
{%- endmacro %}

{#-
    The stage a raw name stands for: null where no name is given, `unmapped` where nobody mapped it.
    `raw_name`: the name; `stage_names`: alias of int_stage_names_mapped, left joined on it.
-#}
{% macro mapped_stage(raw_name, stage_names) -%}
    case when {{ raw_name }} is not null then coalesce({{ stage_names }}.stage_id, 'unmapped') end
{%- endmacro %}
