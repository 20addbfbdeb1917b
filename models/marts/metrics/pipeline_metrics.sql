{{ metric_family('pipeline') }}
