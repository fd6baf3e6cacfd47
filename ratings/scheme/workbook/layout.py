"""Sheets and columns of a scheme's workbook (formats §6).

Names of sheets, heads and choices are part of the file format, as the keys are of JSON: Chinese in every language of
the pages. A key that ``ratings.scheme.spec`` gains needs its column here (a test compares the two).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "code", "number", "figure", "whole", "share", "yes", "list", "bars", "choice", "supplier"]

RATES = {"village": "村", "township": "乡镇", "county": "县", "city": "市", "station": "站所"}
RULES = {"lines": "按总分", "areas": "按方面得星", "core": "核心方面加其他方面"}
AREA_KINDS = {"base": "基本", "bonus": "加分", "penalty": "扣分"}
METHODS = {
    "judged": "评议打分",
    "deduction": "逐项扣分",
    "count": "逐项累计",
    "tiers": "分档",
    "linear": "按比例",
    "checklist": "打勾",
}
SUPPLIERS = {"village": "村", "township": "乡镇", "county": "县", "poll": "民意测评"}
DEPARTMENT, DEPARTMENT_PREFIX = "department:", "部门："
BELOW = {
    "below:share_at_least:%s": "所辖村：达到%s星的占比",
    "below:mean_points": "所辖村：平均得分率",
    "below:no_event:%s": "所辖村：没有这些情形的占比：%s",
}
CHECKS = {"documents": "查资料", "interview": "访谈", "visit": "实地查看"}
STEPS = {"started": "不足也算"}
ALL = {"all": "全部"}
CONDITIONS = {"areas": "方面", "criteria": "指标", "figures": "数值"}
EFFECTS = {"warn": "警示", "lower": "降星", "cap": "封顶", "suspend": "暂停星级", "revoke": "摘星"}
YES = "是"


@dataclass(frozen=True)
class Column:
    """``key``: its content, as named in JSON. ``words``: JSON value → content of the cell. ``note``: for the clerk."""

    key: str
    head: str
    kind: Kind
    note: str
    example: str | int | float = ""
    words: Mapping[str, str] | None = None
    width: int = 12
    optional: bool = False
    """The column stands only in the workbook of a scheme that uses it."""


@dataclass(frozen=True)
class Sheet:
    """``note``: the purpose of the sheet."""

    title: str
    note: str
    columns: tuple[Column, ...]

    @property
    def heads(self) -> dict[str, str]:
        """Key → heading of its column."""
        return {column.key: column.head for column in self.columns}

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)


COVER = Sheet(
    "封面",
    "整套考评标准的基本情况，一行一项，只填“内容”一列。",
    (
        Column("label", "项目", "text", "请勿改动"),
        Column("content", "内容", "text", "在这一列填写"),
    ),
)
COVER_LINES = (
    Column("name", "名称", "text", "考评标准的全称，必填"),
    Column("year", "年度", "whole", "如2026，必填"),
    Column("unit", "区划代码", "code", "本县（市、区）的区划代码，必填"),
    Column("rates", "评谁", "choice", "不填就是村", words=RATES),
    Column("rule", "怎样得星", "choice", "不填就是按总分", words=RULES),
    Column("tolerance", "评审允许相差", "number", "评审员打分相差超过几分须商定；不填就是不限"),
    Column("notice_days", "公示天数", "whole", "不填就是5"),
    Column("appeal_days", "申诉天数", "whole", "不填就是15"),
    Column("departments", "联审部门", "list", "几个部门用顿号隔开"),
    Column("townships_decide_up_to", "乡镇可定到几星", "whole", "不填就是3"),
)
AREAS = Sheet(
    "方面",
    "一行一个考评方面，按考评标准里的次序。",
    (
        Column("code", "方面代码", "code", "必填，不重复", "1"),
        Column("name", "名称", "text", "方面的名称", "制度建设与民主管理", width=28),
        Column("kind", "类别", "choice", "必填", "基本", AREA_KINDS),
        Column("cap", "封顶分", "number", "加分、扣分方面合计最多几分；不填就是不封顶"),
        Column("core", "核心", "yes", "按“核心方面加其他方面”得星时填", words={"true": YES}),
        Column("line", "得星分数线", "number", "按总分得星时不填"),
    ),
)
_VARIANT = Column("only", "适用", "list", "同一指标分几种时，照抄“指标”里的适用；只有一种时不填", width=14)
_BOUNDS = (
    Column("least", "数值最小", "figure", "填报的数不能小于它；不填就是不限"),
    Column("most", "数值最大", "figure", "填报的数不能大于它；不填就是不限"),
    Column("whole", "只填整数", "yes", "不许有小数就填“是”", words={"true": YES}),
)
CRITERIA = Sheet(
    "指标",
    "一行一项考评指标，按考评标准里的次序。同一指标按村的标签分几种的，每种一行，代码相同、适用不同。",
    (
        Column("area", "方面代码", "code", "必填，在“方面”里有的", "1"),
        Column("code", "指标代码", "code", "必填", "1.1"),
        Column("name", "名称", "text", "必填", "村民代表会议", width=28),
        Column("max", "满分", "number", "必填，大于0", 6),
        Column("method", "计分方式", "choice", "必填，各种方式见“说明”", "逐项扣分", METHODS),
        Column(
            "supplier",
            "谁填报",
            "supplier",
            "不填就是村；部门写成“部门：农业农村局”；算出来的写成“所辖村：达到4星的占比”",
            "村",
            SUPPLIERS,
            18,
        ),
        Column("checks", "核查方式", "list", "几种用顿号隔开", "查资料、访谈", CHECKS, 18),
        Column("only", "适用", "list", "只考评有这些标签的村；不填就是都考评"),
        Column("figure", "数值名称", "text", "分档、按比例用的数，如“满意率(%)”"),
        Column("step", "打分间隔", "number", "评议打分用；不填就是1"),
        Column("zero_at", "得0分的数", "figure", "按比例用，必填"),
        Column("full_at", "得满分的数", "figure", "按比例用，必填"),
        Column("gate", "底线数", "figure", "按比例用；比它差就是0分"),
        *_BOUNDS,
        Column("all_or_nothing", "全做到才得分", "yes", "打勾用；缺一项就是0分", words={"true": YES}),
        Column("monthly", "每月填报", "yes", "数值按月填报，取十二个月的平均数", words={"true": YES}, optional=True),
        Column(
            "to_mean",
            "与全县平均比",
            "yes",
            "数值换算成全县平均数的百分之几，平均数自动计算",
            words={"true": YES},
            optional=True,
        ),
        Column("same_as", "同用哪项的数", "code", "用另一项指标的数值，填它的代码", optional=True),
    ),
)
ITEMS = Sheet(
    "计分项",
    "逐项扣分、逐项累计、打勾的每一项，分档的每一档，都是一行，按次序。评议打分和按比例的指标没有计分项。",
    (
        Column("criterion", "指标代码", "code", "必填，在“指标”里有的", "1.1"),
        _VARIANT,
        Column("code", "项代码", "code", "除分档外必填，同一指标里不重复", "a"),
        Column("name", "名称", "text", "这一项说什么", "少开一次会议", width=28),
        Column("per", "每次几分", "number", "扣分或累计用", 0.5),
        Column("each", "每几算一次", "number", "如每3个百分点扣1分，这里填3；不填就是1"),
        Column("step", "不足一次", "choice", "不满一次也算一次就选“不足也算”；不填就是不算", words=STEPS),
        Column("at_most", "这项最多几分", "number", "不填就是不限", 3),
        Column("zeroes", "有就得0分", "yes", "逐项扣分用；有这种情况整项指标0分", words={"true": YES}),
        Column("points", "得几分", "number", "打勾、分档用"),
        Column("tier_at_least", "分档：不低于", "figure", "分档用；不低于、不高于只填一个"),
        Column("tier_at_most", "分档：不高于", "figure", "分档用"),
        *_BOUNDS,
    ),
)
EVIDENCE = Sheet(
    "佐证",
    "一行一份佐证材料。",
    (
        Column("criterion", "指标代码", "code", "必填，在“指标”里有的", "1.1"),
        _VARIANT,
        Column("name", "材料名称", "text", "必填", "会议记录", width=28),
        Column("signed_by", "谁签字", "text", "不填就是不要求签字", "村务监督委员会主任", width=20),
        Column("instead", "没有时可用", "text", "没有这份材料时可以代替的材料", "经公示的决议", width=20),
    ),
)
STARS = Sheet(
    "星级线",
    "从高到低，每星一行；还要看方面、指标或数值的，同一星接着写几行。“按方面得星”的不填这张表。",
    (
        Column("star", "星级", "whole", "必填", 5),
        Column("total", "总分不低于", "number", "两种总分线只填一种", 90),
        Column("over", "总分高于", "number", "高于而不是等于时填"),
        Column("top", "位次占比", "share", "只给前百分之几，如25%"),
        Column("core", "核心方面", "choice", "核心方面都要达线就选“全部”", words=ALL),
        Column("others", "其他方面个数", "whole", "至少几个其他方面达线"),
        Column("condition", "还要看", "choice", "方面、指标还是数值", "方面", CONDITIONS),
        Column("code", "代码", "code", "还要看的方面或指标的代码", "1"),
        Column("at_least", "不低于", "figure", "方面填得分率，如80%；指标填分数；数值填数", "80%"),
        Column("at_most", "不高于", "figure", "只用于数值"),
    ),
)
VETOES = Sheet(
    "一票否决",
    "一行一个一票否决项。",
    (
        Column("code", "代码", "code", "必填，不重复", "V1"),
        Column("name", "名称", "text", "什么情况", "两委干部受党纪处分", width=32),
        Column("bars", "不得评", "bars", "不得评的星级，用顿号隔开，如4、5；都不得评就写“全部”", "4、5", ALL),
        Column("months", "管几个月", "whole", "不填就是管本年度", 24),
    ),
)
EVENTS = Sheet(
    "情形规则",
    "一行一条规则：出了什么情形，星级怎么变。同一情形有几条规则就写几行，名称写一次；只有情形没有规则的，“怎么处理”空着。",
    (
        Column("event", "情形代码", "code", "必填，用英文字母或数字", "case_opened", width=18),
        Column("event_name", "情形名称", "text", "写在这一情形的第一行", "村干部被立案审查", width=28),
        Column("does", "怎么处理", "choice", "选一种", "封顶", EFFECTS),
        Column("by", "降几星", "whole", "降星时填"),
        Column("star", "最高几星", "whole", "封顶时填", 3),
        Column("months", "管几个月", "whole", "不填就是没有期限", 12),
        Column("automatic", "自动生效", "yes", "填“是”就不用人确认", YES, {"true": YES}),
    ),
)
EXPLANATION = "说明"
TABLES = (AREAS, CRITERIA, ITEMS, EVIDENCE, STARS, VETOES, EVENTS)
SHEETS = (COVER, *TABLES)
METHOD_NOTES = {
    "judged": "由人评议打分，要写理由。可填打分间隔。",
    "deduction": "从满分里逐项扣，扣到0分为止。每项填每次几分、最多几分，或填“有就得0分”。",
    "count": "逐项累计，最多得满分。加分、扣分方面常用。",
    "tiers": "看一个数落在哪一档。每档一行，填不低于或不高于，再填得几分；从上往下看，落在哪档就是哪档。",
    "linear": "看一个数，从得0分的数到得满分的数之间按比例计分。",
    "checklist": "做到一项打一个勾，各项得分相加，最多得满分。",
}
