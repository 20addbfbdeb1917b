select
    build_id,
    as_of_date,
    started_at,
    code_hash,
    git_commit,
    raw_fingerprint
from marts.published_build
