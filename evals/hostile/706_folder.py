"""Leave a folder where a file is expected.

category: artifacts
ends: ok
get: model.bin!
control: a naive reader only fails
"""

os.mkdir("model.bin")
