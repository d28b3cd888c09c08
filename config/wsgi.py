"""What granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from config.database import share_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
share_connections()
application = get_wsgi_application()
