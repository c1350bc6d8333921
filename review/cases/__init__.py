"""From a list to a decision: what is taken in, read in the queue, decided by one or by two."""
