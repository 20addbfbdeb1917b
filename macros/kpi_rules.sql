{#-
    True when `value` breaks the rule of a trigger. The columns rule, threshold and direction (1 where the catalog calls
    up better, else -1) are read from the relation `trigger`; `reference` is what the rule compares with: the baseline,
    the period before or the expected days. A difference of exactly the threshold counts, whatever the last digit says,
    and no difference is no change, also where the reference is 0.
-#}
{% macro kpi_rule_breaks(trigger, value, reference) -%}
    {%- set worse_by -%} {{ trigger }}.direction * ({{ reference }} - {{ value }}) {%- endset -%}
    case {{ trigger }}.rule
        when 'below' then {{ value }} < {{ trigger }}.threshold
        when 'above' then {{ value }} > {{ trigger }}.threshold
        when 'share_above' then {{ value }} > {{ trigger }}.threshold
        when 'points_below_baseline'
            then {{ worse_by }} > 0 and {{ worse_by }} >= {{ trigger }}.threshold - 1e-9
        when 'pct_change_below'
            then
                {{ worse_by }} > 0
                and {{ worse_by }} >= {{ trigger }}.threshold * abs({{ reference }}) - 1e-9
        when 'declining' then {{ worse_by }} > {{ trigger }}.threshold * abs({{ reference }})
        when 'age_multiple_above' then {{ value }} > {{ trigger }}.threshold * {{ reference }}
    end
{%- endmacro %}

{#-
    The value from which on the rule of `trigger` is broken, in the unit of the value: what the threshold makes of
    `reference`. Null where the rule compares with a reference that is not known.
-#}
{% macro kpi_threshold_value(trigger, reference) -%}
    case {{ trigger }}.rule
        when 'points_below_baseline'
            then {{ reference }} - {{ trigger }}.direction * {{ trigger }}.threshold
        when 'pct_change_below'
            then {{ reference }} - {{ trigger }}.direction * {{ trigger }}.threshold * abs({{ reference }})
        when 'declining'
            then {{ reference }} - {{ trigger }}.direction * {{ trigger }}.threshold * abs({{ reference }})
        when 'age_multiple_above' then {{ trigger }}.threshold * {{ reference }}
        else {{ trigger }}.threshold
    end
{%- endmacro %}

{#- A value of a metric as people write it: rates in per cent. `kind` as in the catalog. -#}
{% macro kpi_value_text(value, kind) -%}
    case {{ kind }}
        when 'rate' then concat(cast(cast({{ value }} * 100 as decimal(18, 1)) as string), ' %')
        when 'amount' then cast(cast({{ value }} as decimal(28, 0)) as string)
        else cast(cast({{ value }} as decimal(28, 1)) as string)
    end
{%- endmacro %}

{#-
    Days, of a quarter at most, after which a breach lapses if nothing of its series could be judged: its team is gone,
    or the cases are too few to say that all is well.
-#}
{% macro kpi_lapses_after() -%}
    92
{%- endmacro %}

{#- The rules whose baseline freezes when a breach opens. -#}
{% macro kpi_frozen_rules() -%}
    ('points_below_baseline', 'pct_change_below')
{%- endmacro %}

{#-
    By how much a reading of int_kpi_judgements is worse than the rule allows for sure. Shares by the interval of their
    difference, whose half lengths come from the Wilson intervals low to high and baseline_low to baseline_high (R. G.
    Newcombe, Stat. Med. 17 (1998), 873-890, method 10); ages by the interval of their mean, where surely more than
    a quarter of the deals are older than three of four should be.
-#}
{% macro kpi_surely_worse_by() -%}
    case
        when rule = 'below' then threshold - high
        when rule in ('above', 'share_above') then low - threshold
        when rule = 'age_multiple_above'
            then case
                when {{ wilson('low', 'older_deals', 'aged_deals', 'evidence_z') }} > 0.25
                    then metric_value - evidence_z * sqrt(age_variance) - threshold * expected_days
            end
        when direction = 1
            then baseline_value - metric_value
                - sqrt(power(baseline_value - baseline_low, 2) + power(high - metric_value, 2))
        else metric_value - baseline_value
            - sqrt(power(metric_value - low, 2) + power(baseline_high - baseline_value, 2))
    end
{%- endmacro %}

{#-
    Status of a row of int_scorecard_values, from `judged`, the row of kpi_status beside it, if a KPI.
    What is in breach is never called good by the period it is shown for.
-#}
{% macro scorecard_status(row, judged) -%}
    coalesce(
        case when {{ row }}.is_in_breach then 'below' end,
        {{ judged }}.status,
        case
            when not {{ row }}.is_instrumented then 'not_instrumented'
            when {{ row }}.metric_value is null or {{ row }}.n < {{ row }}.min_n
                then 'insufficient_data'
            else 'not_judged'
        end
    )
{%- endmacro %}

{#- True when two relations speak of one series: metric, place and slice, and what else is asked for. -#}
{% macro same_series(one, other, also=[]) -%}
    {%- for key in ['metric_id', 'segment', 'team_id', 'rep_id', 'slice_id'] + also -%}
        {{ one }}.{{ key }} = {{ other }}.{{ key }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- True when `row` of int_scorecard_values and `judged` of kpi_status speak of the same: all the keys of both. -#}
{% macro same_kpi(row, judged) -%}
    {%- set keys = [
        'metric_id', 'period_type', 'period_start', 'scope', 'segment', 'team_id', 'rep_id', 'slice_id',
    ] -%}
    {%- for key in keys %}
        {{ 'and ' if not loop.first }}{{ row }}.{{ key }} = {{ judged }}.{{ key }}
    {%- endfor -%}
{%- endmacro %}
