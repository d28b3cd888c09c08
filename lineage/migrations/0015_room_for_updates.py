from django.db import migrations

TABLES = ('lineage_columnedge', 'lineage_edge', 'lineage_assetfacet', 'lineage_openlineagejob')


class Migration(migrations.Migration):
    """Every run updates the rows of what it touches, and none of their indexed columns: with room
    left in its page, a new version of a row needs no new entry in any index. For new pages."""

    dependencies = [
        ('lineage', '0014_job_links'),
    ]

    operations = [
        migrations.RunSQL(
            [f'alter table {table} set (fillfactor = 60)' for table in TABLES],
            [f'alter table {table} reset (fillfactor)' for table in TABLES],
        ),
    ]
