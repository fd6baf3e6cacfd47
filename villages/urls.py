"""Pages of units."""

from django.urls import path

from villages import make_views, order_views, table_views, views

urlpatterns = [
    path("units/", views.units, name="units"),
    path("units/orders/", order_views.orders, name="unit_orders"),
    path("units/orders/<int:pk>/", order_views.order, name="unit_order"),
    path("units/orders/<slug:kind>/", order_views.order_new, name="unit_order_new"),
    path("units/figures/", table_views.profiles, name="unit_profiles"),
    path("units/figures/sheet/", table_views.profiles_sheet, name="unit_profiles_sheet"),
    path("units/tags/", table_views.tags, name="unit_tags"),
    path("units/tags/sheet/", table_views.tags_sheet, name="unit_tags_sheet"),
    path("units/sheet/marked/<str:key>/", table_views.marked, name="unit_sheet_marked"),
    path("units/new/<slug:kind>/", make_views.make, name="unit_make"),
    path("units/<str:code>/", views.unit, name="unit"),
]
