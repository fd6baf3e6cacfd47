"""One word for one thing (practice §7) over the whole Chinese catalogue, and everybody is addressed politely."""

import re

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

BANNED = {
    "你": "您",
    "名册": "表格，干部的用干部名单",
    "收回": "撤回",
    "校验码|核验码|验证代码": "查验码",
    "评分员|评委": "评审员",
    "考核标准|评定标准|评分标准": "考评标准",
    "考评项目|评分指标|考核指标": "考评指标",
    "证明材料|佐证文件|附件材料": "佐证材料",
    "行政编码|区划编码|区域代码": "区划代码",
    "整改方案|提升计划(?<!改进提升计划)": "改进提升计划",
    "审批": "审定",
    "操作日志|审计记录": "审计日志",
    "公告": "公示",
    "道题|本题|一题|几题|各题|每题|的题|s题|d题": "项",
    "摘除星级|取消星级": "摘星",
    "星级登记簿|星级名录": "星级台账",
    "登陆|帐号|帐户": "登录，账号",
}
"""A word that is not ours → what is said instead."""
HAN = "[\u4e00-\u9fff]"
HALF_WIDTH = re.compile(rf"{HAN}\s?[,:;()?!]|[,:;()?!]\s?{HAN}")
QUOTED = {"种子号:用户名", "是,否"}
"""What is spelt as a machine reads it."""


@pytest.fixture(scope="module")
def chinese() -> list[tuple[str, str]]:
    with (settings.BASE_DIR / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    texts = [(m.id if isinstance(m.id, str) else m.id[0], m.string) for m in catalogue if m.id]
    return [(name, said if isinstance(said, str) else said[0]) for name, said in texts]


@pytest.mark.parametrize("word", BANNED)
def test_each_thing_has_one_word(chinese, word):
    assert [(name, said) for name, said in chinese if re.search(word, said)] == []


def test_punctuation_is_full_width(chinese):
    clean = [(name, re.sub("|".join(QUOTED), "", said)) for name, said in chinese]
    plain = [(name, re.sub(r"%\(\w+\)[sd]|\{\w+\}", "某", said)) for name, said in clean]
    assert [(name, said) for name, said in plain if HALF_WIDTH.search(said)] == []


def test_the_check_notices():
    assert HALF_WIDTH.findall("满分(10),共10题: 无") == ["分(", ",共", "题:"]


ALL_LEVELS = (
    "reviews/**/*.html",
    "ratings/supply/**/*.html",
    "ratings/cycle/**/*.html",
    *(f"incentives/{page}.html" for page in ("filing", "source", "voucher", "disburse", "disburse_confirm", "entries")),
)
"""Templates of the pages on which townships and stations are worked on beside villages."""
OF_VILLAGES = {"所辖村", "村民", "村或乡镇"}


def test_pages_for_all_levels_speak_of_units(chinese):
    said_of = dict(chinese)
    wrong = []
    for path in (page for pages in ALL_LEVELS for page in (settings.BASE_DIR / "templates").glob(pages)):
        for name in re.findall(r"u'((?:[^'\\]|\\.)*)'", templatize(path.read_text())):
            said = re.sub("|".join(OF_VILLAGES), "", said_of.get(name.strip(), ""))
            wrong += [(path.name, said)] if "村" in said else []
    assert wrong == []
