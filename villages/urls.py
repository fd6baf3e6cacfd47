"""Pages of units."""

from django.urls import path

from villages import order_views, views

urlpatterns = [
    path("units/", views.units, name="units"),
    path("units/orders/", order_views.orders, name="unit_orders"),
    path("units/orders/<int:pk>/", order_views.order, name="unit_order"),
    path("units/orders/<slug:kind>/", order_views.order_new, name="unit_order_new"),
    path("units/<str:code>/", views.unit, name="unit"),
]
