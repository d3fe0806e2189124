from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyguide.settings")
application = get_wsgi_application()
# All pages are loaded before anybody asks for one. What is loaded stays: to look through it for
# garbage was an eighth of the matrix page, and everybody waits for that.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
# A thread that computes lets others in after half a millisecond, not after five: a page asks the
# database some six times, and waited that long after each. Beside a report on a thousand learners
# half of the pages took 16 ms, and take 6.
sys.setswitchinterval(0.0005)
