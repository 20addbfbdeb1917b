"""Commands around the dbt project: demo companies and, later, running and publishing builds."""
