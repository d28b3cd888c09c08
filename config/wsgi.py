"""What granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from config.database import share_connections

#: Objects made before Python looks for garbage: a batch makes a hundred thousand, none of them
#: in circles, and the default looked through them a hundred times.
YOUNG = 50_000

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
share_connections()
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 loads every view, before what is here for good is told
gc.collect()
gc.freeze()
gc.set_threshold(YOUNG, 10, 10)
