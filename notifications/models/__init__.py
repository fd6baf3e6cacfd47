from notifications.models.notice import Delivery, Notice
from notifications.models.person import MobileCode, Preferences, SmsDay
from notifications.models.robot import Robot, RobotMessage, RobotTry

__all__ = ["Delivery", "MobileCode", "Notice", "Preferences", "Robot", "RobotMessage", "RobotTry", "SmsDay"]
