{#-
    The CRM pipeline a row of the stage map names, as raw tables spell it. `stage_map`: its alias.
-#}
{% macro mapped_pipeline(stage_map) -%}
    {%- set pipeline = trimmed(stage_map ~ '.pipeline') -%}
    case {{ stage_map }}.source
        {%- for crm in known_crm_sources() if crm_macro(crm, 'pipeline') %}
        when '{{ crm }}' then {{ crm_macro(crm, 'pipeline')(pipeline) }}
        {%- endfor %}
        else {{ pipeline }}
    end
{%- endmacro %}

{#-
    True where a change names pipelines as the deal's own row does, by id or by name: a log may do
    both. `changes`, `opportunities`: aliases.
-#}
{% macro pipeline_is_named_alike(changes, opportunities) -%}
    case {{ changes }}.source
            {%- for crm in known_crm_sources() if crm_macro(crm, 'is_pipeline_id') %}
            {%- set is_id = crm_macro(crm, 'is_pipeline_id') %}
            when '{{ crm }}'
                then ({{ is_id(
                    'coalesce(nullif(' ~ changes ~ ".pipeline, ''), " ~ changes ~ '.old_pipeline)'
                ) }}) = coalesce({{ is_id(opportunities ~ '.pipeline') }}, true)
            {%- endfor %}
            else true
        end
{%- endmacro %}

{#-
    The stage a raw name stands for: null where no name is given, `unmapped` where nobody mapped it.
    `raw_name`: the name; `stage_names`: alias of int_stage_names_mapped, left joined on it.
-#}
{% macro mapped_stage(raw_name, stage_names) -%}
    case when {{ raw_name }} is not null then coalesce({{ stage_names }}.stage_id, 'unmapped') end
{%- endmacro %}

{#-
    From which probability on, by the CRM's own list of stages, an open stage counts as qualified where
    the stage map does not say: of HubSpot's own stages `qualified to buy` has 40 %.
-#}
{% macro qualified_from() -%} 0.4 {%- endmacro %}
