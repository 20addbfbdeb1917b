"""Plausibility of what landed and of what is published, checked by Great Expectations.

Structure (keys, relationships, closed sets) belongs to dbt's data tests and is not repeated here.
"""
