"""The pages' routes. What they show is put together elsewhere."""
