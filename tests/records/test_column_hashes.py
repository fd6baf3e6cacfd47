from django.db.models.expressions import Col

from villages.models import Unit


def test_equal_columns_are_found_others_are_not():
    code, name = (Unit._meta.get_field(field) for field in ("code", "name"))
    selected = {Col("villages_unit", code), Col("villages_unit", name, code)}
    assert Col("villages_unit", code) in selected
    assert Col("T2", code) not in selected
    assert Col("villages_unit", name) not in selected
