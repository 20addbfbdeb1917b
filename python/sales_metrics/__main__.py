"""`python -m sales_metrics` is the same program as `sales-metrics`."""

from sales_metrics.cli import main

if __name__ == "__main__":
    main()
