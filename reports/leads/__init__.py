"""Leads for the discipline commission: figures that are unusual enough to be looked at, with their reasons and the rows
behind them. A lead is not a finding: other possible explanations are shown beside it.
"""
