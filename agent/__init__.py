"""The loop: what is asked, what is tried, how it is judged, what is remembered and told."""
