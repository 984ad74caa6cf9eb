"""CloudWatch: alarms and dashboards, as far as they tell what they look at."""

from __future__ import annotations

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.attached import Alarm
from migrator.sandbox.world.trouble import AwsError

PAGE = 50  # alarms in one answer, 100 where asked for
DASHBOARDS = 1000
_BAD_TOKEN = ("InvalidNextToken", "The token is not valid")


def describe_alarms(world: World, asked: Asked) -> Told:
    """Metric alarms, by page; there are no composite ones here."""
    names = asked.get("AlarmNames")
    alarms = [each for each in world.attached.alarms.values() if not names or each.name in names]
    if "MetricAlarm" not in asked.get("AlarmTypes", ["MetricAlarm"]):
        alarms = []
    found, token = page(alarms, lambda each: each.name, asked.get("MaxRecords", PAGE), asked.get("NextToken"), refusal=_BAD_TOKEN)
    return {"MetricAlarms": [_alarm(each) for each in found], "CompositeAlarms": [], "NextToken": token}


def list_dashboards(world: World, asked: Asked) -> Told:
    """Their names, of a prefix where one is asked for."""
    names = [each for each in sorted(world.attached.dashboards) if each.startswith(asked.get("DashboardNamePrefix", ""))]
    found, token = page(names, str, DASHBOARDS, asked.get("NextToken"), refusal=_BAD_TOKEN)
    entries = [{"DashboardName": each, "DashboardArn": _arn(world, each), "LastModified": 0.0, "Size": 1} for each in found]
    return {"DashboardEntries": entries, "NextToken": token}


def get_dashboard(world: World, asked: Asked) -> Told:
    """One with its body."""
    name = asked["DashboardName"]
    if name not in world.attached.dashboards:
        raise AwsError("ResourceNotFound", f"Dashboard {name} does not exist", 404)
    return {"DashboardName": name, "DashboardArn": _arn(world, name), "DashboardBody": world.attached.dashboards[name]}


def _alarm(alarm: Alarm) -> Told:
    told: Told = {"AlarmName": alarm.name, "AlarmArn": alarm.arn, "StateValue": "OK", "EvaluationPeriods": 1, "Threshold": 1.0}
    if alarm.expression:
        return told | {"Metrics": [{"Id": "q1", "Expression": alarm.expression, "ReturnData": True}]}
    named = [{"Name": name, "Value": value} for name, value in alarm.dimensions.items()]
    return told | {"Namespace": alarm.namespace, "MetricName": alarm.metric, "Dimensions": named}


def _arn(world: World, dashboard: str) -> str:
    return f"arn:aws:cloudwatch::{world.account}:dashboard/{dashboard}"


HANDLERS: dict[str, Handler] = {
    "DescribeAlarms": describe_alarms,
    "ListDashboards": list_dashboards,
    "GetDashboard": get_dashboard,
}
