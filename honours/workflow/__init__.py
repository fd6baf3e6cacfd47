"""What happens in a round of model villages, and how lists for honours answer.

``rounds``: drafted, opened, checked, under notice, named. ``nominating``: the village's nomination and each level's
opinion. ``checking``: the departments. ``objections``: what anybody raises. ``by_rule``: what ends without anybody's
decision. ``awards``: the money. ``passing``: mergers and splits. ``selections``: lists for honours and their answers.
"""
