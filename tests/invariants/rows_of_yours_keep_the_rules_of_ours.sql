-- Ends with a sentence where a table that a var names breaks a rule of the seed it stands for. What
-- it returns are metrics that stand there twice.
{%- for name in configured_tables() -%}{%- do configured(name) -%}{%- endfor -%}
{%- do ref('measures') -%}
{%- if execute and flags.WHICH in ['build', 'test'] -%}{{ check_given_rows() }}{%- endif %}

with given as (select * from {{ configured('metrics') }})

select metric_id
from given
group by metric_id
having count(*) > 1
