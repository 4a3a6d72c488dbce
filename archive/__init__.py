"""Ground floor: what is known. Rows, the statements that read and write them, and the text
folding both wings share. Knows nothing of sources, watches or channels; does no network I/O."""
