"""What the rules read about learners and courses, for many at once, from its tables."""
