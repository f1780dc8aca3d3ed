"""`frontdesk check`: what the agent files and a deployment come to, and what is wrong with them."""

from collections.abc import Mapping
from pathlib import Path

from frontdesk.check.agents import agent_reports, stand_ins
from frontdesk.check.deploy import Inspection, deploy_warnings
from frontdesk.check.deploy_file import NAME, read_deploy_file
from frontdesk.check.report import Report
from frontdesk.configuration import survey

__all__ = ["Report", "inspect"]


def inspect(environ: Mapping[str, str], root: Path, *, deploy: bool = False) -> Report:
    """What a bot with this environment comes to; with `deploy`, its deployment by the files in `root` too."""
    found = survey(environ)
    problems, warnings = [*found.problems], [*stand_ins(found, environ), *found.warnings]
    deployment = None
    if deploy:
        inspection = Inspection(root, found, environ)
        deployment = inspection.run()
        problems += inspection.problems
        warnings += inspection.warnings
    else:
        file = read_deploy_file(root / NAME)
        warnings += [] if file.problems else deploy_warnings(file, found)
    return Report(str(found.folder), agent_reports(found, environ), deployment, problems, warnings)
