import pytest
from django.db import transaction


@pytest.fixture(scope="module")
def walk(django_db_setup, django_db_blocker, tmp_path_factory):
    """All visits of all roles; the module's tests only read them."""
    from django.conf import settings
    from django.core.cache import cache

    from tests.architecture import scene, walking

    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(settings, "DATA_DIR", tmp_path_factory.mktemp("walk"))
        with transaction.atomic():
            visits = walking.walked(scene.build())
            transaction.set_rollback(True)
        cache.clear()
    return visits
