from __future__ import annotations

import gc
import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyguide.settings")
application = get_wsgi_application()
# What is loaded by now stays: to look through it for garbage was an eighth of the matrix page. All
# that lives is looked through seldom, for everybody waits for that: 150 ms beside a report on a
# thousand learners. What young garbage there is goes as often as ever.
gc.collect()
gc.freeze()
gc.set_threshold(2000, 10, 1000)
# A thread that computes lets others in after half a millisecond, not after five: a page asks the
# database some six times, and waited that long after each. Beside a report half of the pages took
# 16 ms, and take 6.
sys.setswitchinterval(0.0005)
