"""The scheduled job: fresh, plausible, built, audited, published, reported."""
