"""The measured workloads: `python -m bench`."""
