"""Matching past one machine: the joins in Spark SQL, everything that decides by the functions of `hub.resolution`."""
