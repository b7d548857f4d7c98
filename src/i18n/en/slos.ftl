### SLOs and gauges.
