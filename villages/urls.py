"""Pages of units."""

from django.urls import path

from villages.views import making, orders, tables, units

urlpatterns = [
    path("units/", units.units, name="units"),
    path("units/orders/", orders.orders, name="unit_orders"),
    path("units/orders/<int:pk>/", orders.order, name="unit_order"),
    path("units/orders/<slug:kind>/", orders.order_new, name="unit_order_new"),
    path("units/figures/", tables.profiles, name="unit_profiles"),
    path("units/figures/sheet/", tables.profiles_sheet, name="unit_profiles_sheet"),
    path("units/tags/", tables.tags, name="unit_tags"),
    path("units/tags/sheet/", tables.tags_sheet, name="unit_tags_sheet"),
    path("units/sheet/marked/<str:key>/", tables.marked, name="unit_sheet_marked"),
    path("units/new/<slug:kind>/", making.make, name="unit_make"),
    path("units/<str:code>/", units.unit, name="unit"),
]
