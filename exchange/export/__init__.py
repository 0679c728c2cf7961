"""Lists that leave as files: what is in their columns, and how CSV and XLSX write it."""
