{{ metric_family('activity') }}
