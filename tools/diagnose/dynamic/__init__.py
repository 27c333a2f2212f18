"""What trainings show while they run: facts seen by observers inside the sandbox, and the rules that judge them."""
