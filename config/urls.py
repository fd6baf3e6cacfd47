"""Every address of the system: pages by app, the API under /api/v1/."""

urlpatterns = []
