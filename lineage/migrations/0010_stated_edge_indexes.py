from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Without locking out those who write edges meanwhile."""

    atomic = False

    dependencies = [
        ('lineage', '0009_exported_statements'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='columnedge',
            index=models.Index(fields=['tenant'], name='column_edge_stated', condition=models.Q(('stated', True))),
        ),
        AddIndexConcurrently(
            model_name='edge',
            index=models.Index(fields=['tenant'], name='edge_stated', condition=models.Q(('stated', True))),
        ),
    ]
