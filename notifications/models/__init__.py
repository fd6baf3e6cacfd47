from notifications.models.notice import Delivery, Notice
from notifications.models.robot import Robot, RobotMessage, RobotTry

__all__ = ["Delivery", "Notice", "Robot", "RobotMessage", "RobotTry"]
