from django.db import migrations, models

LISTS = ('marks', 'options', 'rest_levels', 'whole_levels', 'chosen')


class Migration(migrations.Migration):

    dependencies = [
        ('quizzes', '0009_cards_and_retired_questions_are_found_in_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='itemtally',
            name='times',
            field=models.TextField(default='[]'),
            preserve_default=False,
        ),
        *(
            migrations.AlterField(model_name='itemtally', name=name, field=models.TextField())
            for name in LISTS
        ),
    ]
