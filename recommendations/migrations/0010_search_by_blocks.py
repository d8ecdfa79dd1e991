import django.contrib.postgres.indexes
import django.db.models.expressions
from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('issues', '0001_initial'),
        ('recommendations', '0009_counted_once'),
        ('reviews', '0002_exports_are_documents'),
        ('states', '0002_codes_of_research'),
    ]

    operations = [
        # Numbers beside words in one index; an extension that the owner of a database may add.
        BtreeGinExtension(),
        migrations.RemoveIndex(
            model_name='recommendation',
            name='recommendation_search',
        ),
        migrations.AddIndex(
            model_name='recommendation',
            index=django.contrib.postgres.indexes.GinIndex(django.db.models.expressions.CombinedExpression(models.F('id'), '>>', models.Value(14)), django.db.models.expressions.CombinedExpression(models.F('id'), '>>', models.Value(17)), models.F('search'), name='recommendation_search'),
        ),
    ]
