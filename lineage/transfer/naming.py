"""Which format a file has, by what it is called."""

#: Ends of names → format.
ENDS = {"csv": "csv", "tsv": "csv", "txt": "csv", "jsonl": "jsonl", "ndjson": "jsonl"}
ENDS |= {"json": "jsonl", "yaml": "yaml", "yml": "yaml"}


def form_of_name(name: str) -> str:
    """By the end of the name, `.gz` aside; "" where it does not tell."""
    return ENDS.get(name.lower().removesuffix(".gz").rpartition(".")[2], "")
