{#-
    The day a closed deal is booked on.
        closed_at   UTC instant of entering the closed stage
        close_date  the CRM's own date, used only where the var booking_date says crm_close_date
-#}
{% macro booked_on(closed_at, close_date) -%}
    {%- if var('booking_date') == 'crm_close_date' -%}
        coalesce({{ close_date }}, {{ business_day(closed_at) }})
    {%- else -%}
        {{ business_day(closed_at) }}
    {%- endif -%}
{%- endmacro %}

{#-
    Days from qualified to closed. A deal can be booked before it was qualified: what was imported
    closed is in the new CRM from the import on. Then there were none to see.
-#}
{% macro cycle_days(qualified_on, closed_on) -%}
    case
        when {{ closed_on }} < {{ qualified_on }} then 0
        else {{ days_between(qualified_on, closed_on) }}
    end
{%- endmacro %}

{#-
    The day the correction of a closing counts on: the day it was made; where the CRM's date rules,
    the day of the closing, on which the CRM's reports show what stands. What was taken back is in
    none of them and stays on its days.
-#}
{% macro corrected_on(corrected_on, booked_on, is_taken_back) -%}
    {%- if var('booking_date') == 'crm_close_date' -%}
        case when {{ is_taken_back }} then {{ corrected_on }} else {{ booked_on }} end
    {%- else -%}
        {{ corrected_on }}
    {%- endif -%}
{%- endmacro %}
