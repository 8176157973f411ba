import pytest


@pytest.fixture(autouse=True)
def _own_keys(settings, tmp_path):
    """Keys of waves are files: each test has its own folder."""
    settings.DATA_DIR = tmp_path
