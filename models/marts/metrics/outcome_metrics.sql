{{ metric_family('outcome') }}
