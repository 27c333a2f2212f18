"""What can be done to data and models: recipes, tuning, blending, diagnosis, and running a Solution in a Session."""
