from django.db import migrations


def count_what_there_is(apps, schema_editor):
    """How long answers took was not added up before."""
    from quizzes.recount import rebuild, scopes

    for scope in scopes():
        rebuild(scope)


class Migration(migrations.Migration):

    dependencies = [
        ('quizzes', '0010_times_of_answers'),
    ]

    operations = [
        migrations.RunPython(count_what_there_is, migrations.RunPython.noop),
    ]
