"""Letter files in, searchable index out; knows nothing of questions."""

import os

# Before numpy is imported: its threads spin while they wait for each other, which on a busy machine makes the products
# of an answer's token vectors ten times slower than one thread does.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
