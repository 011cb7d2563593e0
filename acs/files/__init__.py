"""Files for routers: their catalogue, and the listener that hands them out and takes uploads."""
