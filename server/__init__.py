"""The edge: settings, the clock, and the application that is served."""
