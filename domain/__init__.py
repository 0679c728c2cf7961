"""What the Diploma means: pure Python, no input or output, no framework."""
