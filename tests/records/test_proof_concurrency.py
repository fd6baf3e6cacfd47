"""Many concurrent commits: one unbroken chain, and no deadlock."""

from threading import Barrier, Thread

import pytest
from django.db import connections, transaction

from ratings.models import Answer, Application
from records import audit, proof_faults
from records.models import Seal
from tests.factories import AnswerFactory, ApplicationFactory

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, ROUNDS = 8, 12


def test_one_unbroken_chain_of_all_who_commit_at_once():
    with audit.acting(None, "test"):
        application = ApplicationFactory()
        answers = [AnswerFactory(application=application, item=f"1.{n}.a") for n in range(THREADS)]
    before = Seal.objects.count()
    barrier, failed = Barrier(THREADS), []

    def work(place: int, answer: Answer) -> None:
        try:
            barrier.wait(timeout=10)
            for n in range(ROUNDS):
                with audit.acting(None, "test"), transaction.atomic():
                    if place % 2:
                        Application.objects.select_for_update().get(pk=application.pk)
                    Answer.objects.filter(pk=answer.pk).update(typed=str(n))
                    if not place % 2:  # the foreign key to the row that the others lock is checked at the commit
                        Answer.objects.create(application=application, item=f"{answer.item}.{n}", typed="1")
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=work, args=pair) for pair in enumerate(answers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    numbers = list(Seal.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, 1 + before + THREADS * ROUNDS))
    with transaction.atomic():
        assert [fault for check in proof_faults.CHECKS for fault in check.faults()] == []
