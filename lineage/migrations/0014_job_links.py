import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Without locking out those who write jobs meanwhile."""

    atomic = False

    dependencies = [
        ('lineage', '0013_edge_ran_until'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='openlineagejob',
            index=models.Index(models.F('tenant'), condition=models.Q(('facets__has_key', 'lineage')), name='openlineage_job_linking'),
        ),
        AddIndexConcurrently(
            model_name='openlineagejob',
            index=django.contrib.postgres.indexes.HashIndex(fields=['name'], name='openlineage_job_by_name'),
        ),
    ]
