"""The catalog over HTTP: Kestra's asset endpoints and namespaces."""
