"""`frontdesk check`: what the agent files and a deployment come to, and what is wrong with them."""

from collections.abc import Mapping
from pathlib import Path

from frontdesk.check.agents import agent_reports
from frontdesk.check.deploy import Inspection, deploy_warnings
from frontdesk.check.deploy_file import NAME, read_deploy_file
from frontdesk.check.report import Report
from frontdesk.configuration import survey

__all__ = ["Report", "inspect"]


def inspect(environ: Mapping[str, str], root: Path, *, deploy: bool = False) -> Report:
    """Look at the configuration of a bot with this environment, and at the files of its deployment in `root`."""
    found = survey(environ)
    agents = agent_reports(found, environ)
    if not deploy:
        warned = deploy_warnings(read_deploy_file(root / NAME), found)
        return Report(str(found.folder), agents, None, found.problems, [*found.warnings, *warned])
    inspection = Inspection(root, found)
    deployment = inspection.run()
    problems = [*found.problems, *inspection.problems]
    return Report(str(found.folder), agents, deployment, problems, [*found.warnings, *inspection.warnings])
