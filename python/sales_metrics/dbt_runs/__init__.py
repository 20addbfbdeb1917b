"""dbt in a process of its own, and what it says of the raw tables."""
