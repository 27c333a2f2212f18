"""What runs inside the walls: the zygote, its locks, and the kernels that it forks. Imports nothing from outside."""
