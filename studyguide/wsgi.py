from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyguide.settings")
application = get_wsgi_application()
# What is loaded by now stays: to look through it for garbage was an eighth of the matrix page.
gc.collect()
gc.freeze()
