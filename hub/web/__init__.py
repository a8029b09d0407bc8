"""The doors over HTTP: the portal and the API. They read one published release and nothing else."""
