-- The columns of int_metric_values_unioned, which the contract names.
with metric_values as (select * from {{ ref('int_metric_values_unioned') }})

select
    {{ model.columns | join(',\n    ') }}
from metric_values
