-- The columns of int_metric_values_unioned, which the contract names.
with unioned as (select * from {{ ref('int_metric_values_unioned') }})

select
    {{ model.columns | join(',\n    ') }}
from unioned
