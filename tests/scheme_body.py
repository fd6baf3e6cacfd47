"""A small valid scheme file for tests."""

from decimal import Decimal


def scheme_body(**changes) -> dict:
    """A small valid scheme file (formats §1): 40 base points in two areas, bonus, penalty, one veto, three rules.

    Full marks are 40: lines at 36, 32, 28, 24 and 0.
    """
    body = {
        "format": "pingxing-scheme/1",
        "name": "测试考评标准",
        "year": 2026,
        "unit": "330624",
        "rates": "village",
        "rule": "lines",
        "tolerance": 2,
        "notice_days": 5,
        "appeal_days": 15,
        "departments": ["纪委监委", "公安局"],
        "areas": [
            {
                "code": "1",
                "name": "制度建设",
                "kind": "base",
                "criteria": [
                    {
                        "code": "1.1",
                        "name": "村民代表会议",
                        "max": 10,
                        "method": "deduction",
                        "supplier": "village",
                        "checks": [],
                        "evidence": [],
                        "items": [{"code": "a", "name": "少开一次", "per": Decimal("0.5"), "at_most": 5}],
                    },
                    {
                        "code": "1.2",
                        "name": "满意率",
                        "max": 10,
                        "method": "tiers",
                        "figure": "满意率(%)",
                        "supplier": "village",
                        "tiers": [{"at_least": 95, "points": 10}, {"at_least": 90, "points": 8}],
                    },
                ],
            },
            {
                "code": "2",
                "name": "党员干部廉洁自律",
                "kind": "base",
                "criteria": [
                    {
                        "code": "2.1",
                        "name": "“五有”",
                        "max": 10,
                        "method": "checklist",
                        "supplier": "village",
                        "items": [{"code": c, "name": f"有{c}", "points": 2} for c in "abcde"],
                    },
                    {"code": "2.2", "name": "班子团结", "max": 10, "method": "judged", "step": Decimal("0.5")},
                ],
            },
            {
                "code": "B",
                "name": "加分项",
                "kind": "bonus",
                "cap": 3,
                "criteria": [
                    {
                        "code": "B.1",
                        "name": "市级以上表彰",
                        "max": 4,
                        "method": "count",
                        "items": [{"code": "a", "name": "市级", "per": 1, "at_most": 4}],
                    }
                ],
            },
            {
                "code": "D",
                "name": "扣分项",
                "kind": "penalty",
                "criteria": [
                    {
                        "code": "D.1",
                        "name": "越级信访",
                        "max": 4,
                        "method": "count",
                        "items": [{"code": "a", "name": "每件", "per": 2}],
                    }
                ],
            },
        ],
        "vetoes": [{"code": "V1", "name": "两委干部受党纪处分", "bars": [4, 5], "months": 24}],
        "stars": [
            {"star": 5, "total": 36, "areas": {"1": Decimal("0.8")}},
            {"star": 4, "total": 32},
            {"star": 3, "total": 28},
            {"star": 2, "total": 24},
            {"star": 1, "total": 0},
        ],
        "townships_decide_up_to": 3,
        "events": [
            {"code": "case_opened", "name": "村干部被立案审查"},
            {"code": "spot_check_failed", "name": "抽查不合格"},
        ],
        "rules": [
            {"event": "case_opened", "does": "cap", "star": 3, "months": 12, "automatic": True},
            {"event": "case_opened", "does": "lower", "by": 1, "months": 6, "automatic": False},
            {"event": "spot_check_failed", "does": "lower", "by": 1, "months": 3, "automatic": True},
        ],
    }
    return body | changes
