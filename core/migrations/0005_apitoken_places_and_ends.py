import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.models.networks
from core.migrations_ops import FreezeColumns


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_idempotency_keys'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='apitoken',
            name='networks',
            field=django.contrib.postgres.fields.ArrayField(base_field=core.models.networks.NetworkField(), blank=True, null=True, size=None, verbose_name='networks'),
        ),
        migrations.AddField(
            model_name='apitoken',
            name='replaces',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.apitoken'),
        ),
        migrations.AddField(
            model_name='apitoken',
            name='revoked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='apitoken',
            constraint=models.CheckConstraint(condition=models.Q(('networks__isnull', True), ('networks__len__gte', 1), _connector='OR'), name='apitoken_networks_some_or_null'),
        ),
        migrations.AddConstraint(
            model_name='apitoken',
            constraint=models.CheckConstraint(condition=models.Q(('revoked_by__isnull', True), ('revoked_at__isnull', False), _connector='OR'), name='apitoken_revoked_by_with_its_time'),
        ),
        migrations.AddConstraint(
            model_name='apitoken',
            constraint=models.CheckConstraint(condition=models.Q(('replaces__isnull', True), models.Q(('replaces', models.F('id')), _negated=True), _connector='OR'), name='apitoken_does_not_replace_itself'),
        ),
        # What a key may do is what its making says in the audit trail.
        FreezeColumns("core_apitoken", "scopes", "owner_id", "networks", "replaces_id"),
    ]
